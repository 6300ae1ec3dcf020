//! Who asks, and for what host: worked out once for each request, before anything else looks at it.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header};
use tracing::Value;

use super::{
    access_log,
    hosts::{Arrival, Hosts},
    proxies::TrustedProxies,
    site::Site,
};
use crate::{
    Fault,
    error::faults,
    limits::hints::Hints,
    meters::Route,
    server::{
        Origins,
        net::{permits::Address, seldom::Seldom},
    },
    util::{log, shown::shown},
};

/// Who may reach the server, and by which name.
#[derive(Debug, Default)]
pub(crate) struct Access {
    origins: Origins,
    hosts: Hosts,
    proxies: TrustedProxies,
    /// The log is told of a host that is not answered.
    of_host: Seldom,
    /// And of a proxy that passes on what it should not.
    of_proxy: Seldom,
}

/// Who asks, and for what.
struct Caller<'a> {
    client: Option<SocketAddr>,
    site: Site<'a>,
    /// What the request itself was sent to, where a proxy says another site and a browser could have said it too.
    ///
    /// Browsers run where the sockets of a proxy on this machine come from. A page whose name has the address of this
    /// machine (see [`Hosts`]) can write any of the headers that proxies do; what it cannot write is `Host`.
    own: Option<Site<'a>>,
}

/// What becomes of a request, by its head alone.
#[derive(Debug)]
pub(in crate::server) enum Verdict {
    /// It is answered, and this page may read the answer.
    Answer {
        reader: Option<HeaderValue>,
    },
    /// It is answered if its actor takes [`Navigation`].
    Navigate,
    /// Its handshake is completed, and the socket then closed: a browser is not told why one fails.
    Close(Fault),
    Refuse(Fault),
}

/// Why the socket of a handshake is closed as soon as it is open.
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

    /// Whose socket it is: nobody's in particular, if it is a trusted proxy's, which has many clients.
    pub(in crate::server) fn owner_of_socket(&self, peer: SocketAddr) -> Option<Address> {
        (!self.proxies.have(peer.ip())).then(|| Address::new(peer.ip()))
    }

    /// What there is to be told of limits of one address.
    pub(in crate::server) fn hints(&self) -> Hints {
        if self.proxies.are_none() { Hints::default() } else { Hints::with_proxies() }
    }

    /// Judges a request. From then on its `ConnectInfo` is its client's address, past trusted proxies.
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

    /// Whether a request for a route of the app's own is answered: that is by its host alone. Which pages may have the
    /// answer is for the app to say.
    pub(in crate::server) fn admit(&self, request: &mut Request) -> Result<(), Fault> {
        let caller = self.caller(request)?;
        self.check_host(&caller, request)?;
        name_client(caller.client, request);
        Ok(())
    }

    /// Who asks, and for what.
    fn caller<'a>(&self, request: &'a Request) -> Result<Caller<'a>, Fault> {
        let site = site(request)?;
        let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
            return Ok(Caller { client: None, site, own: None });
        };
        let passed = self.proxies.passed(*peer, request.headers()).inspect_err(|fault| {
            if self.of_proxy.is_due() {
                log::warn!(
                    proxy = shown(peer.ip()),
                    "a request was refused: {}; a trusted proxy has to drop those of these headers that it does not write",
                    fault.message()
                );
            }
        })?;
        let (client, is_secure) = (passed.client, passed.is_secure);
        Ok(match passed.host {
            Some(host) => {
                let own = is_of_this_machine(*peer, request).then_some(site);
                Caller { client, site: Site { host: Some(host), is_secure }, own }
            }
            None => Caller { client, site: Site { is_secure, ..site }, own: None },
        })
    }

    fn judge_page(&self, caller: &Caller<'_>, request: &Request) -> Verdict {
        let site = &caller.site;
        if let Err(fault) = self.check_host(caller, request) {
            return if opens_socket(request) { Verdict::Close(fault) } else { Verdict::Refuse(fault) };
        }
        let origin = request.headers().get(header::ORIGIN);
        let may = match origin {
            Some(_) => self.origins.allow(site, request.headers()),
            None => !is_of_another_site(request.headers()),
        };
        if may {
            return Verdict::Answer { reader: origin.cloned() };
        }
        if origin.is_none() && is_navigation(request) {
            return Verdict::Navigate;
        }
        log::debug!(origin = origin.map(readable), "a page was refused: see `Registry::origins`");
        Verdict::Refuse(faults::origin_not_allowed())
    }

    fn check_host(&self, caller: &Caller<'_>, request: &Request) -> Result<(), Fault> {
        let arrival = request.extensions().get::<Arrival>();
        let mut sites = caller.own.iter().chain([&caller.site]);
        let Some(refused) = sites.find(|site| !self.hosts.allow(site, arrival)) else { return Ok(()) };
        if self.of_host.is_due() {
            let host = refused.host.as_deref().map(shown);
            log::warn!(
                host,
                "a request was refused: this server does not answer to that host; if it is one of the server's, list \
                 it with `Registry::hosts`"
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
fn site(request: &Request) -> Result<Site<'_>, Fault> {
    let site = Site::of(request)?;
    // Who calls a router by himself, as tests do, may leave out what a request on a socket has to have.
    let is_on_a_socket = request.extensions().get::<Arrival>().is_some();
    if site.host.is_none() && is_on_a_socket && request.version() == Version::HTTP_11 {
        return Err(faults::bad_request("`Host` is missing"));
    }
    Ok(site)
}

/// Whether a browser asks for a page of another site. It says no origin with what pages may do without asking for leave:
/// pictures, scripts, links.
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
