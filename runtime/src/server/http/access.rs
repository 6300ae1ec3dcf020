//! Access by the head of a request: its client, its host and its origin, worked out once, before anything else is done.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header};
use tracing::Value;

use super::{
    access_log,
    hosts::{Arrival, Hosts},
    proxies::TrustedProxies,
    target_origin::TargetOrigin,
};
use crate::{
    Fault,
    error::faults,
    limits::limit_warnings::LimitWarnings,
    meters::Route,
    server::{
        Origins,
        net::{log_throttle::LogThrottle, permits::Address},
    },
    util::{log, shown::shown},
};

/// Which pages, hosts and proxies the server accepts.
#[derive(Debug, Default)]
pub(crate) struct Access {
    origins: Origins,
    hosts: Hosts,
    proxies: TrustedProxies,
    /// For the line about a host that is refused.
    host_log: LogThrottle,
    /// For the line about a proxy that passes on headers of clients.
    proxy_log: LogThrottle,
}

/// The client of a request, and what it was sent to.
struct Caller<'a> {
    client: Option<SocketAddr>,
    target: TargetOrigin<'a>,
    /// What the request itself says it was sent to, where a proxy says otherwise and a browser could have said it too.
    ///
    /// Browsers run where the sockets of a proxy on this machine come from. A page whose name has the address of this
    /// machine (see [`Hosts`]) can write any of the headers that proxies do; what it cannot write is `Host`.
    own: Option<TargetOrigin<'a>>,
}

/// What is done with a request, by its head alone.
#[derive(Debug)]
pub(in crate::server) enum Verdict {
    /// It is answered, and this page may read the response.
    Answer {
        reader: Option<HeaderValue>,
    },
    /// It is answered if its actor takes [`Navigation`].
    Navigate,
    /// Its handshake is completed, and the socket then closed: a browser does not say why a handshake failed.
    Close(Fault),
    Refuse(Fault),
}

/// Why a socket is closed as soon as its handshake is completed.
#[derive(Debug, Clone)]
pub(in crate::server) struct CloseOnOpen(pub(in crate::server) Fault);

/// A link on another site was followed. That is for raw handlers that say `#[on_request(navigation)]`, and makes no
/// actor.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Navigation;

impl Access {
    pub(crate) fn new(origins: Origins, hosts: Hosts, proxies: TrustedProxies) -> Self {
        Self { origins, hosts, proxies, ..Self::default() }
    }

    /// The address that a socket counts for: none, if it is a trusted proxy's, which has many clients.
    pub(in crate::server) fn owner_of_socket(&self, peer: SocketAddr) -> Option<Address> {
        (!self.proxies.have(peer.ip())).then(|| Address::new(peer.ip()))
    }

    /// The warnings about limits per address.
    pub(in crate::server) fn limit_warnings(&self) -> LimitWarnings {
        if self.proxies.are_none() { LimitWarnings::default() } else { LimitWarnings::with_proxies() }
    }

    /// Decides what is done with a request. From then on its `ConnectInfo` is the client's address, past trusted
    /// proxies.
    pub(in crate::server) fn judge(&self, request: &mut Request) -> Verdict {
        match self.caller(request) {
            Err(fault) => Verdict::Refuse(fault),
            Ok(caller) => {
                let verdict = self.judge_page(&caller, request);
                name_client(caller.client, request);
                verdict
            }
        }
    }

    /// Whether a request for a route of the app's own is answered: by its host alone. Which pages may read the
    /// response is for the app to say.
    pub(in crate::server) fn admit(&self, request: &mut Request) -> Result<(), Fault> {
        let caller = self.caller(request)?;
        self.check_host(&caller, request)?;
        name_client(caller.client, request);
        Ok(())
    }

    /// The client of a request, and what it was sent to.
    fn caller<'a>(&self, request: &'a Request) -> Result<Caller<'a>, Fault> {
        let target = target(request)?;
        let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
            return Ok(Caller { client: None, target, own: None });
        };
        let passed = self.proxies.passed(*peer, request.headers()).inspect_err(|fault| {
            if self.proxy_log.allows() {
                log::warn!(
                    proxy = shown(peer.ip()),
                    "request refused: {}; a trusted proxy must drop those of these headers that it does not write itself",
                    fault.message()
                );
            }
        })?;
        let (client, is_secure) = (passed.client, passed.is_secure);
        Ok(match passed.host {
            Some(host) => {
                let own = is_of_this_machine(*peer, request).then_some(target);
                Caller { client, target: TargetOrigin { host: Some(host), is_secure }, own }
            }
            None => Caller { client, target: TargetOrigin { is_secure, ..target }, own: None },
        })
    }

    fn judge_page(&self, caller: &Caller<'_>, request: &Request) -> Verdict {
        let target = &caller.target;
        if let Err(fault) = self.check_host(caller, request) {
            return if opens_socket(request) { Verdict::Close(fault) } else { Verdict::Refuse(fault) };
        }
        let origin = request.headers().get(header::ORIGIN);
        let may = match origin {
            Some(_) => self.origins.allow(target, request.headers()),
            None => !is_of_another_site(request.headers()),
        };
        if may {
            return Verdict::Answer { reader: origin.cloned() };
        }
        if origin.is_none() && is_navigation(request) {
            return Verdict::Navigate;
        }
        log::debug!(
            origin = origin.map(readable),
            "request of a page of another origin refused: see `Registry::origins`"
        );
        Verdict::Refuse(faults::origin_not_allowed())
    }

    fn check_host(&self, caller: &Caller<'_>, request: &Request) -> Result<(), Fault> {
        let arrival = request.extensions().get::<Arrival>();
        let mut targets = caller.own.iter().chain([&caller.target]);
        let Some(refused) = targets.find(|target| !self.hosts.allow(target, arrival)) else { return Ok(()) };
        if self.host_log.allows() {
            let host = refused.host.as_deref().map(shown);
            log::warn!(
                host,
                "request refused: unknown host; if the host is one of this server's, add it with `Registry::hosts`"
            );
        }
        Err(faults::host_not_allowed())
    }
}

/// Whether the socket's other end is on this machine: browsers of this machine have such sockets, as its proxies have.
fn is_of_this_machine(peer: SocketAddr, request: &Request) -> bool {
    let (peer, arrival) = (peer.ip().to_canonical(), request.extensions().get::<Arrival>());
    let at = arrival.and_then(|arrival| arrival.at);
    peer.is_loopback() || at.is_some_and(|at| at.to_canonical() == peer)
}

fn name_client(client: Option<SocketAddr>, request: &mut Request) {
    if let Some(client) = client {
        request.extensions_mut().insert(ConnectInfo(client));
    }
}

/// What the request was sent to.
fn target(request: &Request) -> Result<TargetOrigin<'_>, Fault> {
    let target = TargetOrigin::of(request)?;
    // A request that did not come over a socket, as in tests, need not name a host.
    let is_on_a_socket = request.extensions().get::<Arrival>().is_some();
    if target.host.is_none() && is_on_a_socket && request.version() == Version::HTTP_11 {
        return Err(faults::bad_request("`Host` is missing"));
    }
    Ok(target)
}

/// Whether a browser asks for a page of another site. It says no origin with what pages may do without asking for
/// leave: pictures, scripts, links.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    headers.get_all(SITE).iter().any(|site| site == "cross-site" || site == "same-site")
}

/// Whether a link was followed, or an address opened, to a raw handler.
fn is_navigation(request: &Request) -> bool {
    let says = |name: &str, what: &str| request.headers().get(name).is_some_and(|value| value == what);
    *request.method() == Method::GET
        && says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
        && access_log::route(request.uri().path()) == Route::Request
}

/// Whether a request wants a WebSocket, and there is one at its path.
fn opens_socket(request: &Request) -> bool {
    request.headers().contains_key(header::UPGRADE)
        && matches!(access_log::route(request.uri().path()), Route::Connect | Route::WebSocket)
}

/// A header's value for the log.
fn readable(value: &HeaderValue) -> impl Value {
    shown(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
