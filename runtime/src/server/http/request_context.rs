//! The context of a request: its id, the actor it reached, its bytes; and the headers that name the two.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use metrics::Counter;

use crate::{
    Key,
    server::net::byte_counter::ByteCounter,
    store::ActorRecord,
    util::{log::Span, shown::shown},
    wire::{self, ActorRef},
};

const ACTOR: HeaderName = HeaderName::from_static("x-rivet-actor");
const GENERATION: HeaderName = HeaderName::from_static("x-rivet-actor-generation");
const KEY: HeaderName = HeaderName::from_static("x-rivet-actor-key");
const RAY: HeaderName = HeaderName::from_static("x-rivet-ray-id");

/// Actors here are not rescheduled between machines, which is what the protocol counts as generations.
const GENERATION_NUMBER: u64 = 1;

/// One request: its id, by which its client and its server can speak of it, and what the access log tells of it.
#[derive(Clone)]
pub(in crate::server) struct RequestContext(Arc<Inner>);

struct Inner {
    id: String,
    /// The actor that was reached, if one was.
    actor: OnceLock<ActorRecord>,
    /// Why it was refused: `group.code`.
    error: OnceLock<String>,
    received: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

impl RequestContext {
    pub(in crate::server) fn generate() -> Self {
        Self(Arc::new(Inner {
            id: format!("{:032x}", fastrand::u128(..)),
            actor: OnceLock::new(),
            error: OnceLock::new(),
            received: Arc::default(),
            sent: Arc::default(),
        }))
    }

    pub(in crate::server) fn id(&self) -> &str {
        &self.0.id
    }

    /// Writes the id into the headers of the response.
    pub(in crate::server) fn write_id(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0.id) {
            headers.insert(RAY, value);
        }
    }

    /// Notes the actor that the request has reached. The first one counts.
    pub(in crate::server) fn set_actor(&self, actor: ActorRecord) {
        let _ = self.0.actor.set(actor);
    }

    /// Notes why the request was refused: `group.code`. The first reason counts.
    pub(in crate::server) fn set_error(&self, reason: String) {
        let _ = self.0.error.set(reason);
    }

    pub(in crate::server) fn actor(&self) -> Option<&ActorRecord> {
        self.0.actor.get()
    }

    pub(in crate::server) fn error(&self) -> Option<&str> {
        self.0.error.get().map(String::as_str)
    }

    pub(in crate::server) fn bytes_in(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }

    pub(in crate::server) fn bytes_out(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Counts received bytes, for this request and in this metric.
    pub(in crate::server) fn received_counter(&self, metric: Counter) -> ByteCounter {
        ByteCounter { count: Arc::clone(&self.0.received), meter: metric }
    }

    /// Counts sent bytes, for this request and in this metric.
    pub(in crate::server) fn sent_counter(&self, metric: Counter) -> ByteCounter {
        ByteCounter { count: Arc::clone(&self.0.sent), meter: metric }
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestContext").field(&self.0.id).finish()
    }
}

/// Names the actor that the request is for, in the span of the request.
pub(in crate::server) fn name_target_in_span(name: &str, key: &Key) {
    let span = Span::current();
    if !span.is_disabled() {
        span.record("actor", name);
        span.record("key", shown(key));
    }
}

/// Names the actor that has let the request in, in the span of the request.
pub(in crate::server) fn name_actor_in_span(actor: &ActorRecord) {
    let span = Span::current();
    if !span.is_disabled() {
        span.record("actor_id", shown(actor.id));
    }
}

/// What a response tells the access log.
#[derive(Debug, Clone)]
pub(in crate::server) struct ResponseInfo {
    pub(in crate::server) actor: Option<ActorRecord>,
    /// Why the request was refused: `group.code`.
    pub(in crate::server) error: Option<String>,
}

/// Says which actor a response is from.
pub(in crate::server) fn name_actor(response: &mut Response, actor: &ActorRecord) {
    name_actor_in(response.headers_mut(), actor);
    response.extensions_mut().insert(ResponseInfo { actor: Some(actor.clone()), error: None });
}

/// Names the actor in a response's headers.
pub(in crate::server) fn name_actor_in(headers: &mut HeaderMap, actor: &ActorRecord) {
    let mut set = |name, value: String| {
        // A key may hold what a header cannot.
        if let Ok(value) = HeaderValue::from_maybe_shared(value.into_bytes()) {
            headers.insert(name, value);
        }
    };
    set(ACTOR, actor.id.to_string());
    set(GENERATION, GENERATION_NUMBER.to_string());
    set(KEY, wire::key::to_slash_form(&actor.key));
}

/// Names the actor in an error.
pub(in crate::server) fn actor_ref(actor: &ActorRecord) -> ActorRef {
    ActorRef {
        actor_id: actor.id.to_string(),
        generation: GENERATION_NUMBER,
        key: Some(wire::key::to_slash_form(&actor.key)),
    }
}
