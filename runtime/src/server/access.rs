//! Who asks, and for what host: worked out once for each request, before anything else looks at it.

use axum::extract::Request;
use http::{HeaderValue, Version, header};

use super::{
    Origins, errors,
    hosts::{Arrival, Hosts},
    seldom::Seldom,
    site::Site,
    visit,
};
use crate::{Fault, meters::Route};

/// Who may reach the server, and by which name.
#[derive(Debug, Default)]
pub(crate) struct Access {
    origins: Origins,
    hosts: Hosts,
    /// The log is told of a host that is not answered.
    of_host: Seldom,
}

/// What becomes of a request, by its head alone.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is answered, and this page may read the answer.
    Answer {
        reader: Option<HeaderValue>,
    },
    /// Its handshake is completed, and the socket then closed: a browser is not told why one fails.
    Close(Fault),
    Refuse(Fault),
}

/// Why the socket of a handshake is closed as soon as it is open.
#[derive(Debug, Clone)]
pub(super) struct Unwanted(pub(super) Fault);

impl Access {
    pub(crate) fn new(origins: Origins, hosts: Hosts) -> Self {
        Self { origins, hosts, ..Self::default() }
    }

    pub(super) fn judge(&self, request: &Request) -> Verdict {
        let site = match site(request) {
            Ok(site) => site,
            Err(fault) => return Verdict::Refuse(fault),
        };
        if let Err(fault) = self.check_host(&site, request) {
            return if opens_socket(request) { Verdict::Close(fault) } else { Verdict::Refuse(fault) };
        }
        let origin = request.headers().get(header::ORIGIN);
        if !self.origins.allow(&site, request.headers()) {
            tracing::debug!(?origin, "a page was refused: see `Registry::origins`");
            return Verdict::Refuse(errors::origin_not_allowed());
        }
        Verdict::Answer { reader: origin.cloned() }
    }

    /// Whether a request for a route of the app's own is answered: that is by its host alone. Which pages may have the
    /// answer is for the app to say.
    pub(super) fn admit(&self, request: &Request) -> Result<(), Fault> {
        self.check_host(&site(request)?, request)
    }

    fn check_host(&self, site: &Site<'_>, request: &Request) -> Result<(), Fault> {
        if self.hosts.allow(site, request.extensions().get::<Arrival>()) {
            return Ok(());
        }
        if self.of_host.is_due() {
            let host = site.host.as_deref().map(shown);
            tracing::warn!(
                host,
                "a request was refused: this server does not answer to that host; if it is one of the server's, list \
                 it with `Registry::hosts`"
            );
        }
        Err(errors::host_not_allowed())
    }
}

/// What the request was sent to.
fn site(request: &Request) -> Result<Site<'_>, Fault> {
    let site = Site::of(request)?;
    // Who calls a router by himself, as tests do, may leave out what a request on a socket has to have.
    let is_on_a_socket = request.extensions().get::<Arrival>().is_some();
    if site.host.is_none() && is_on_a_socket && request.version() == Version::HTTP_11 {
        return Err(errors::bad_request("`Host` is missing"));
    }
    Ok(site)
}

/// Whether a request wants a WebSocket, and there is one at its path.
fn opens_socket(request: &Request) -> bool {
    request.headers().contains_key(header::UPGRADE)
        && matches!(visit::route(request.uri().path()), Route::Connect | Route::WebSocket)
}

/// A host as the log has it: what came from outside is escaped, and cut where no name is longer.
fn shown(host: &str) -> String {
    const LONGEST: usize = 253;
    host[..host.floor_char_boundary(LONGEST)].escape_debug().to_string()
}
