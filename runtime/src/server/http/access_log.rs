//! The access log: a line for each request, once its response is written or its WebSocket has ended.
//!
//! An [`AccessLogEntry`] is logged when it is dropped, so it is held by whatever lasts longest of a request: the body
//! of its response, or the session of its WebSocket, which takes it over. Until either has it, a [`PendingEntry`]
//! does, so that a request whose client goes away before there is an answer is logged too.

use std::{
    borrow::Cow,
    fmt,
    net::SocketAddr,
    sync::Arc,
    task::{Poll, ready},
};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use bytes::Bytes;
use http::{Method, StatusCode};
use hyper::body::Body as _;
use parking_lot::Mutex;
use tokio::time::Instant;
use tracing::field;

use super::request_context::{RequestContext, ResponseInfo};
use crate::{
    meters::{self, ServerMeters},
    server::{actor_path::ActorPath, net::byte_counter::ByteCounter},
    util::{
        log::{self, Span},
        map_body::through,
        shown::shown,
    },
};

/// One request, from its head to the last byte of its response, or to the end of its WebSocket. It is logged when
/// dropped.
pub(in crate::server) struct AccessLogEntry {
    context: RequestContext,
    method: Method,
    path: String,
    route: meters::Route,
    peer: Option<Peer>,
    status: Option<StatusCode>,
    began: Instant,
    meters: Arc<ServerMeters>,
}

#[derive(Clone, Copy)]
struct Peer(SocketAddr);

/// The entry of a request that is being answered, in the extensions of the request: a WebSocket takes it over.
#[derive(Clone)]
struct SharedEntry(Arc<Mutex<Option<AccessLogEntry>>>);

/// The entry of a request that has no response yet; `None` if nothing is logged or measured.
pub(in crate::server) struct PendingEntry(Option<SharedEntry>);

/// The span of a request, and of the WebSocket that it opens.
pub(in crate::server) fn span(request: &Request, context: &RequestContext) -> Span {
    log::info_span!(
        target: "callboard::request",
        "request",
        request_id = context.id(),
        method = shown(request.method()),
        path = shown(readable(request.uri().path())),
        peer = peer(request).map(shown),
        actor = field::Empty,
        key = field::Empty,
        actor_id = field::Empty,
        conn = field::Empty,
    )
}

impl AccessLogEntry {
    /// Begins the entry of a request, if requests are logged or measured.
    pub(in crate::server) fn begin(
        meters: &Arc<ServerMeters>,
        request: &mut Request,
        context: &RequestContext,
    ) -> PendingEntry {
        if !meters.is_on() && !tracing::enabled!(target: "callboard::access", tracing::Level::INFO) {
            return PendingEntry(None);
        }
        let path = request.uri().path();
        let entry = Self {
            context: context.clone(),
            method: request.method().clone(),
            path: readable(path).into_owned(),
            route: route(path),
            peer: peer(request),
            status: None,
            began: Instant::now(),
            meters: Arc::clone(meters),
        };
        let counter = context.received_counter(meters.http.received.clone());
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = counted(body, counter, None);
        let shared = SharedEntry(Arc::new(Mutex::new(Some(entry))));
        request.extensions_mut().insert(shared.clone());
        PendingEntry(Some(shared))
    }

    /// Takes over the entry of a request that opens a WebSocket.
    // Boxed, as it lasts as long as the socket, and mostly there is none.
    pub(in crate::server) fn take_over(request: &mut Request) -> Option<Box<Self>> {
        let SharedEntry(entry) = request.extensions_mut().remove()?;
        let mut entry = entry.lock().take()?;
        entry.status = Some(StatusCode::SWITCHING_PROTOCOLS);
        Some(Box::new(entry))
    }

    /// The counters of the bytes of its WebSocket, read and written.
    pub(in crate::server) fn socket_counters(&self) -> (ByteCounter, ByteCounter) {
        let meters = &self.meters.websocket;
        (
            self.context.received_counter(meters.received.clone()),
            self.context.sent_counter(meters.sent.clone()),
        )
    }
}

impl PendingEntry {
    /// The response, with the entry in its body, so that it is logged once the response is written.
    pub(in crate::server) fn end(self, response: Response) -> Response {
        let Some(mut entry) = self.0.as_ref().and_then(|shared| shared.0.lock().take()) else {
            return response;
        };
        entry.status = Some(response.status());
        if let Some(ResponseInfo { actor, error }) = response.extensions().get() {
            if let Some(actor) = actor {
                entry.context.set_actor(actor.clone());
            }
            if let Some(error) = error {
                entry.context.set_error(error.clone());
            }
        }
        let counter = entry.context.sent_counter(entry.meters.http.sent.clone());
        response.map(|body| counted(body, counter, Some(entry)))
    }
}

impl Drop for PendingEntry {
    fn drop(&mut self) {
        // A copy of the extensions, and with it of this, may outlive the request: an actor may have it.
        let entry = self.0.take().and_then(|shared| shared.0.lock().take());
        drop(entry);
    }
}

impl Drop for AccessLogEntry {
    fn drop(&mut self) {
        self.meters.answered(self.route, self.status);
        let (actor, error) = (self.context.actor(), self.context.error());
        log::info!(
            target: "callboard::access",
            parent: None,
            request_id = self.context.id(),
            method = shown(&self.method),
            path = shown(&self.path),
            status = self.status.map(|status| status.as_u16()),
            error,
            actor = actor.map(|actor| actor.name.as_str()),
            key = actor.map(|actor| shown(&actor.key)),
            actor_id = actor.map(|actor| shown(actor.id)),
            // To the microsecond.
            duration_ms = (self.began.elapsed().as_secs_f64() * 1e6).round() / 1e3,
            bytes_in = self.context.bytes_in(),
            bytes_out = self.context.bytes_out(),
            peer = self.peer.map(shown),
        );
    }
}

/// Where a request came from, if the server that serves the router says so: its client, past trusted proxies.
fn peer(request: &Request) -> Option<Peer> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| Peer(*peer))
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy may say no port.
        if self.0.port() == 0 { self.0.ip().fmt(f) } else { self.0.fmt(f) }
    }
}

/// The label of a path in the metrics.
pub(in crate::server) fn route(path: &str) -> meters::Route {
    let own = match path.strip_prefix("/gateway/") {
        Some(address) => address.find('/').map_or("", |slash| &address[slash..]),
        None => path,
    };
    match ActorPath::parse(own) {
        _ if path == "/actors" || path.starts_with("/actors/") => meters::Route::Control,
        ActorPath::Action(_) => meters::Route::Action,
        ActorPath::Queue(_) => meters::Route::Queue,
        ActorPath::Request(_) => meters::Route::Request,
        ActorPath::Connect => meters::Route::Connect,
        ActorPath::WebSocket(_) => meters::Route::WebSocket,
        ActorPath::About(_) | ActorPath::Unknown(_) => meters::Route::Other,
    }
}

/// A path as the log has it: without a token in it, and cut where it is too long to be read.
fn readable(path: &str) -> Cow<'_, str> {
    const LONGEST: usize = 512;
    let end = path.floor_char_boundary(LONGEST);
    let (path, is_cut) = (&path[..end], end < path.len());
    let token = path.strip_prefix("/gateway/").and_then(|address| {
        let segment = &address[..address.find('/').unwrap_or(address.len())];
        // `@` may also be written like this.
        let at = segment.find('@').into_iter().chain(segment.find("%40")).min()?;
        let begin = path.len() - address.len();
        Some((begin + at, begin + segment.len()))
    });
    match token {
        None if !is_cut => Cow::Borrowed(path),
        None => Cow::Owned(format!("{path}...")),
        Some((at, end)) => {
            Cow::Owned(format!("{}@..{}{}", &path[..at], &path[end..], if is_cut { "..." } else { "" }))
        }
    }
}

/// This body, whose bytes are counted. That of a response holds the entry, which is logged at its end.
fn counted(body: Body, counter: ByteCounter, entry: Option<AccessLogEntry>) -> Body {
    through(body, entry, move |body, cx| {
        let frame = ready!(body.poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            counter.add(frame.data_ref().map_or(0, Bytes::len));
        }
        Poll::Ready(frame)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_without_the_token_in_it() {
        for (path, expected) in [
            ("/gateway/chatRoom/action/post", "/gateway/chatRoom/action/post"),
            ("/gateway/0198@secret/action/post", "/gateway/0198@../action/post"),
            ("/gateway/0198@secret", "/gateway/0198@.."),
            ("/gateway/0198@a@b/connect", "/gateway/0198@../connect"),
            ("/gateway/0198%40secret/connect", "/gateway/0198@../connect"),
            ("/gateway/@/connect", "/gateway/@../connect"),
            ("/gateway/chatRoom/request/@somebody", "/gateway/chatRoom/request/@somebody"),
            ("/health", "/health"),
        ] {
            assert_eq!(readable(path), expected, "{path}");
        }
        assert_eq!(readable(&"/é".repeat(500)).chars().filter(|c| *c == '.').count(), 3);
        let long = format!("/gateway/0198@{}", "secret".repeat(500));
        assert_eq!(readable(&long), "/gateway/0198@.....");
    }

    #[test]
    fn a_path_is_counted_by_what_it_is_for() {
        for (path, expected) in [
            ("/gateway/chatRoom/action/post", meters::Route::Action),
            ("/gateway/0198@token/queue/jobs", meters::Route::Queue),
            ("/gateway/chatRoom/request/a/b", meters::Route::Request),
            ("/request/a", meters::Route::Request),
            ("/connect", meters::Route::Connect),
            ("/gateway/chatRoom/websocket/", meters::Route::WebSocket),
            ("/actors", meters::Route::Control),
            ("/actors/0198", meters::Route::Control),
            ("/health", meters::Route::Other),
            ("/gateway/chatRoom/health", meters::Route::Other),
            ("/gateway/chatRoom", meters::Route::Other),
            ("/whatever", meters::Route::Other),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
