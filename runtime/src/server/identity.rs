//! Who answers: the headers and the reference that name the actor and the request.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    store::ActorRecord,
    wire::{self, ActorRef},
};

const ACTOR: HeaderName = HeaderName::from_static("x-rivet-actor");
const GENERATION: HeaderName = HeaderName::from_static("x-rivet-actor-generation");
const KEY: HeaderName = HeaderName::from_static("x-rivet-actor-key");
const RAY: HeaderName = HeaderName::from_static("x-rivet-ray-id");

/// Actors here are not rescheduled between machines, which is what the protocol counts as generations.
const GENERATION_NUMBER: u64 = 1;

/// The id of one request, by which its client and its server can speak of it.
#[derive(Debug, Clone)]
pub(super) struct Ray(String);

impl Ray {
    pub(super) fn generate() -> Self {
        Self(format!("{:032x}", fastrand::u128(..)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn name(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(RAY, value);
        }
    }
}

/// Names the actor in a response's headers.
pub(super) fn name_actor(headers: &mut HeaderMap, actor: &ActorRecord) {
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
pub(super) fn actor_ref(actor: &ActorRecord) -> ActorRef {
    ActorRef {
        actor_id: actor.id.to_string(),
        generation: GENERATION_NUMBER,
        key: Some(wire::key::to_slash_form(&actor.key)),
    }
}
