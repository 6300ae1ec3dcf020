//! The access log: a line for each request, once its response is written or its WebSocket has ended.

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

/// One request, from its head to the last byte of its answer; of a WebSocket, to its end. It is told when it is dropped.
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

/// A visit while its request is being answered. A WebSocket takes it over.
#[derive(Clone)]
struct Taken(Arc<Mutex<Option<AccessLogEntry>>>);

/// Tells of a request whose client goes away before there is an answer.
pub(in crate::server) struct PendingEntry(Option<Taken>);

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
    /// Begins to watch a request, if anybody wants to hear of it.
    pub(in crate::server) fn begin(
        meters: &Arc<ServerMeters>,
        request: &mut Request,
        context: &RequestContext,
    ) -> PendingEntry {
        if !meters.is_on() && !tracing::enabled!(target: "callboard::access", tracing::Level::INFO) {
            return PendingEntry(None);
        }
        let path = request.uri().path();
        let visit = Self {
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
        let taken = Taken(Arc::new(Mutex::new(Some(visit))));
        request.extensions_mut().insert(taken.clone());
        PendingEntry(Some(taken))
    }

    /// Takes over the visit of a request that opens a WebSocket.
    // Boxed, as it lasts: mostly there is none.
    pub(in crate::server) fn take_over(request: &mut Request) -> Option<Box<Self>> {
        let Taken(visit) = request.extensions_mut().remove()?;
        let mut visit = visit.lock().take()?;
        visit.status = Some(StatusCode::SWITCHING_PROTOCOLS);
        Some(Box::new(visit))
    }

    /// What counts the bytes of its WebSocket, read and written.
    pub(in crate::server) fn socket_taps(&self) -> (ByteCounter, ByteCounter) {
        let meters = &self.meters.websocket;
        (
            self.context.received_counter(meters.received.clone()),
            self.context.sent_counter(meters.sent.clone()),
        )
    }
}

impl PendingEntry {
    /// The response, which tells of the request once it is written.
    pub(in crate::server) fn end(self, response: Response) -> Response {
        let Some(mut visit) = self.0.as_ref().and_then(|taken| taken.0.lock().take()) else {
            return response;
        };
        visit.status = Some(response.status());
        if let Some(ResponseInfo { actor, error }) = response.extensions().get() {
            if let Some(actor) = actor {
                visit.context.set_actor(actor.clone());
            }
            if let Some(error) = error {
                visit.context.set_error(error.clone());
            }
        }
        let counter = visit.context.sent_counter(visit.meters.http.sent.clone());
        response.map(|body| counted(body, counter, Some(visit)))
    }
}

impl Drop for PendingEntry {
    fn drop(&mut self) {
        // A copy may live on in what an actor was shown of the request.
        let visit = self.0.take().and_then(|taken| taken.0.lock().take());
        drop(visit);
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

/// Where a request came from, if whoever serves it says so: its client, past trusted proxies.
fn peer(request: &Request) -> Option<Peer> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| Peer(*peer))
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy may say no port.
        if self.0.port() == 0 { self.0.ip().fmt(f) } else { self.0.fmt(f) }
    }
}

/// What a path is for.
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

/// A path as the log has it: a token in it is left out, and so is what is too long to be read.
fn readable(path: &str) -> Cow<'_, str> {
    const LONGEST: usize = 512;
    let end = path.floor_char_boundary(LONGEST);
    let (path, is_cut) = (&path[..end], end < path.len());
    let token = path.strip_prefix("/gateway/").and_then(|address| {
        let segment = &address[..address.find('/').unwrap_or(address.len())];
        // `@` as it may also be written.
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

/// This body, counted as it passes. That of a response tells of its request in the end.
fn counted(body: Body, tap: ByteCounter, visit: Option<AccessLogEntry>) -> Body {
    through(body, visit, move |body, cx| {
        let frame = ready!(body.poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            tap.add(frame.data_ref().map_or(0, Bytes::len));
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
