//! The WebSocket handshake. A valid one is always completed, because browsers cannot read why one failed: what goes
//! wrong after it is said by a message or by the close (`connect.rs`).

use std::sync::Arc;

use axum::{extract::Request, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use percent_encoding::percent_decode_str;
use sha1_smol::Sha1;

use super::{
    connect::{self, ConnectRequest},
    raw_session,
    transport::Transport,
};
use crate::{
    Fault, Limits,
    error::faults,
    host::carried,
    server::{
        Gateway,
        http::{
            access_log::AccessLogEntry, extensions::forget_routing, request_context::RequestContext,
            requests::own_uri, target::Target,
        },
        net::{
            permits::{Address, Resource},
            tcp::{UpgradedIo, unwrap_upgraded},
        },
    },
    util::{
        log::{self, Instrument as _},
        shown::shown,
    },
    wire::{Encoding, Params},
};

/// The subprotocol that is always chosen.
const RIVET: &str = "rivet";

/// RFC 6455: proves to the client that its key was read by a WebSocket server.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// `../connect`: a connection to an actor.
pub(in crate::server) fn connect(
    gateway: Arc<Gateway>,
    context: RequestContext,
    target: Result<Target, Fault>,
    mut request: Request,
) -> Result<Response, Fault> {
    let handshake = Handshake::take(&mut request)?;
    let log_entry = AccessLogEntry::take_over(&mut request);
    let refused = request.extensions_mut().remove();
    let offer = Offer::of(request.headers());
    let (encoding, params) = (offer.encoding(), offer.params(gateway.limits()));
    let permit = gateway.permits.acquire(Resource::Connection, Address::of(request.extensions()));
    let claims = Some(Arc::new(std::mem::take(request.extensions_mut())));
    let asked = ConnectRequest { refused, target, encoding, params, claims, context };
    let tasks = gateway.tasks().clone();
    let open = async move {
        let completed = handshake.complete(&gateway, log_entry.as_deref()).await;
        if let Some(transport) = completed {
            let session = connect::open(transport, asked, permit, log_entry, &gateway).await;
            let parting = gateway.runtime.parting().clone().cancelled_owned();
            let runtime = Arc::clone(&gateway.runtime);
            // A task of its own, as small as it can be: it lasts, and there are many.
            let session = session.run(parting, move || runtime.is_stopping());
            gateway.tasks().spawn(session.in_current_span());
        }
    };
    tasks.spawn(carried(open.in_current_span()));
    Ok(switch(&request))
}

/// `../websocket/..`: a raw WebSocket. Its handler sees this path, and of the query what is the user's.
pub(in crate::server) fn raw(
    gateway: Arc<Gateway>,
    context: RequestContext,
    target: Result<Target, Fault>,
    path: &str,
    mut request: Request,
) -> Result<Response, Fault> {
    let handshake = Handshake::take(&mut request)?;
    let log_entry = AccessLogEntry::take_over(&mut request);
    let refused = request.extensions_mut().remove();
    let response = switch(&request);
    let params = Offer::of(request.headers()).params(gateway.limits());
    let uri = own_uri(path, request.uri().query());
    let permit = gateway.permits.acquire(Resource::Connection, Address::of(request.extensions()));
    let (mut head, _) = request.into_parts();
    forget_routing(&mut head.extensions);
    let target = uri.and_then(|uri| {
        head.uri = uri;
        target
    });
    let claims = Some(Arc::new(head.extensions.clone()));
    let encoding = Ok(Encoding::default());
    let asked = ConnectRequest { refused, target, encoding, params, claims, context };
    let tasks = gateway.tasks().clone();
    let session = async move {
        let completed = handshake.complete(&gateway, log_entry.as_deref()).await;
        if let Some(transport) = completed {
            raw_session::run(transport, asked, head, permit, &gateway).await;
        }
    };
    tasks.spawn(carried(session.in_current_span()));
    Ok(response)
}

/// A valid request for a WebSocket.
struct Handshake(OnUpgrade);

impl Handshake {
    fn take(request: &mut Request) -> Result<Self, Fault> {
        let headers = request.headers();
        if request.method() != Method::GET {
            return Err(faults::wrong_method());
        }
        if !has_token(headers, &header::CONNECTION, "upgrade")
            || !has_token(headers, &header::UPGRADE, "websocket")
        {
            return Err(faults::no_upgrade("This is a WebSocket endpoint: ask for an upgrade"));
        }
        if has_body(headers) {
            return Err(faults::bad_request("a WebSocket handshake has no body"));
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            return Err(faults::no_upgrade("WebSocket version 13 is spoken here"));
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY).and_then(|key| STANDARD.decode(key).ok());
        if key.is_none_or(|key| key.len() != 16) {
            return Err(faults::bad_request("`Sec-WebSocket-Key` is not valid"));
        }
        let upgrade = request.extensions_mut().remove();
        upgrade.map(Self).ok_or_else(|| faults::bad_request("this connection cannot be upgraded"))
    }

    /// Waits for the socket, whose bytes this entry of the access log counts.
    async fn complete(
        self,
        gateway: &Gateway,
        log_entry: Option<&AccessLogEntry>,
    ) -> Option<Transport<UpgradedIo>> {
        let limit = gateway.limits().open_timeout;
        match gateway.runtime.uptime().timeout(limit, self.0).await {
            Ok(Ok(upgraded)) => {
                return Some(unwrap_upgraded(upgraded, log_entry.map(AccessLogEntry::socket_counters)));
            }
            Ok(Err(error)) => {
                log::debug!(error = shown(&error), "WebSocket handshake failed");
            }
            Err(_) => log::debug!("WebSocket handshake timed out"),
        }
        None
    }
}

/// The response that completes a handshake.
fn switch(request: &Request) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Some(accept) = request.headers().get(header::SEC_WEBSOCKET_KEY).and_then(accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    // A client takes no protocol that it did not offer.
    if Offer::of(request.headers()).0.contains(&RIVET) {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(RIVET));
    }
    response
}

fn accept(key: &HeaderValue) -> Option<HeaderValue> {
    let mut digest = Sha1::new();
    digest.update(key.as_bytes());
    digest.update(GUID.as_bytes());
    HeaderValue::from_maybe_shared(Bytes::from(STANDARD.encode(digest.digest().bytes()))).ok()
}

/// Whether a request says that a body follows, even an empty one in chunks. What follows a handshake are frames:
/// bytes that may be either would be read as the one or the other by how they happen to arrive.
fn has_body(headers: &HeaderMap) -> bool {
    let is_none = |length: &HeaderValue| {
        let digits = length.as_bytes();
        !digits.is_empty() && digits.iter().all(|digit| *digit == b'0')
    };
    headers.contains_key(header::TRANSFER_ENCODING)
        || !headers.get_all(header::CONTENT_LENGTH).iter().all(is_none)
}

/// Whether a header that is a list has this item, in any case.
fn has_token(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    list(headers, name).any(|item| item.eq_ignore_ascii_case(token))
}

fn list<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// What a client offers as subprotocols, which is how it passes what others pass in headers.
pub(in crate::server) struct Offer<'a>(Vec<&'a str>);

impl<'a> Offer<'a> {
    pub(in crate::server) fn of(headers: &'a HeaderMap) -> Self {
        Self(list(headers, &header::SEC_WEBSOCKET_PROTOCOL).collect())
    }

    /// The actor it names, if it does.
    pub(in crate::server) fn target(&self) -> Option<Target> {
        (self.value("rivet_target.") == Some("actor"))
            .then(|| self.value("rivet_actor."))?
            .map(Target::from_id)
    }

    /// The encoding it asks for; an error if it is none.
    fn encoding(&self) -> Result<Encoding, Fault> {
        match self.value("rivet_encoding.") {
            None => Ok(Encoding::default()),
            Some(name) => Encoding::from_name(name).ok_or_else(faults::unsupported_encoding),
        }
    }

    /// The connection params: JSON.
    fn params(&self, limits: &Limits) -> Result<Option<Params>, Fault> {
        let Some(encoded) = self.value("rivet_conn_params.") else { return Ok(None) };
        let params: Bytes = percent_decode_str(encoded).collect::<Vec<u8>>().into();
        if params.len() > limits.params {
            return Err(faults::params_too_long());
        }
        Ok(Some(Params::from_network(params)))
    }

    fn value(&self, prefix: &str) -> Option<&'a str> {
        self.0.iter().find_map(|item| item.strip_prefix(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(protocols: &str) -> HeaderMap {
        let protocols = HeaderValue::from_str(protocols).expect("a valid header");
        [(header::SEC_WEBSOCKET_PROTOCOL, protocols)].into_iter().collect()
    }

    #[test]
    fn a_key_is_accepted_as_the_rfc_says() {
        let accept = accept(&HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="));
        assert_eq!(accept.expect("a valid header"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_the_javascript_client_offers() {
        let headers = offer(
            "rivet,rivet_encoding.cbor,rivet_conn_params.%7B%22playerId%22%3A%22p2%22%2C%22role%22%3A%22admin%20%C3%A9%26%2C%3B%22%7D",
        );
        let offer = Offer::of(&headers);
        assert_eq!(offer.encoding().expect("it is known"), Encoding::Cbor);
        assert_eq!(
            offer.params(&Limits::new()).expect("it fits").expect("there are some"),
            Params::from_network(r#"{"playerId":"p2","role":"admin é&,;"}"#.into())
        );
        assert!(offer.target().is_none());
    }

    #[test]
    fn what_the_rust_client_offers() {
        let id = crate::ActorId::generate();
        let headers = offer(&format!(
            "rivet, rivet_target.actor, rivet_actor.{id}, rivet_encoding.bare, rivet_token.default, rivet_conn.7"
        ));
        let offer = Offer::of(&headers);
        assert_eq!(offer.encoding().expect("it is known"), Encoding::Bare);
        assert_eq!(offer.params(&Limits::new()), Ok(None));
        assert!(matches!(offer.target(), Some(Target::Id(Some(named))) if named == id));
    }

    #[test]
    fn what_others_offer() {
        assert_eq!(Offer::of(&HeaderMap::new()).encoding().expect("the default"), Encoding::Json);
        assert!(Offer::of(&offer("rivet, rivet_encoding.protobuf")).encoding().is_err());
    }
}
