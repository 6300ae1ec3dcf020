//! Who answers: the headers and the reference that name the actor and the request.

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

/// One request: its id, by which its client and its server can speak of it, and what the log tells of it.
#[derive(Clone)]
pub(in crate::server) struct RequestContext(Arc<Story>);

struct Story {
    id: String,
    actor: OnceLock<ActorRecord>,
    /// Why it was refused: `group.code`.
    error: OnceLock<String>,
    received: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

impl RequestContext {
    pub(in crate::server) fn generate() -> Self {
        Self(Arc::new(Story {
            id: format!("{:032x}", fastrand::u128(..)),
            actor: OnceLock::new(),
            error: OnceLock::new(),
            received: Arc::default(),
            sent: Arc::default(),
        }))
    }

    pub(in crate::server) fn as_str(&self) -> &str {
        &self.0.id
    }

    pub(in crate::server) fn name(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0.id) {
            headers.insert(RAY, value);
        }
    }

    /// Which actor it has reached, and why it was refused, as far as that is so.
    pub(in crate::server) fn tell(&self, actor: Option<ActorRecord>, error: Option<String>) {
        // The first word counts.
        actor.map(|actor| self.0.actor.set(actor));
        error.map(|error| self.0.error.set(error));
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

    /// Counts what is received, here and there.
    pub(in crate::server) fn received(&self, meter: Counter) -> ByteCounter {
        ByteCounter { count: Arc::clone(&self.0.received), meter }
    }

    /// Counts what is sent, here and there.
    pub(in crate::server) fn sent(&self, meter: Counter) -> ByteCounter {
        ByteCounter { count: Arc::clone(&self.0.sent), meter }
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ray").field(&self.0.id).finish()
    }
}

/// Names the actor that is asked for in the span of its request.
pub(in crate::server) fn name_target_in_span(name: &str, key: &Key) {
    let span = Span::current();
    if !span.is_disabled() {
        span.record("actor", name);
        span.record("key", shown(key));
    }
}

/// Names the actor there too that has let somebody in.
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
    /// Why there is no other: `group.code`.
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
