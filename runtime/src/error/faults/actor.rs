//! What goes wrong at an actor, or on the way to it.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::{ActorId, Fault, Key, error::Code, store::StoreError, wire::DecodeError};

pub(crate) fn duplicate_key(key: &Key, id: ActorId) -> Fault {
    let message = format!("Actor key '{key}' already in use for actor '{id}'");
    Fault::of(Code::DuplicateKey, message)
        .with_metadata(json!({ "existing_actor_id": id.to_string(), "key": key.to_string() }))
}

pub(crate) fn not_registered(name: &str) -> Fault {
    Fault::of(Code::NotRegistered, format!("Actor `{name}` is not registered."))
}

/// The server is stopping. The call did not run, so clients may try again elsewhere or later.
pub(crate) fn service_unavailable() -> Fault {
    Fault::of(Code::ServiceUnavailable, "The server is stopping.")
}

/// A call was dropped unanswered, which only a stop does.
pub(crate) fn unanswered() -> Fault {
    service_unavailable()
}

/// The server has no room for one more actor at the moment; nothing ran, and clients try again by themselves. The
/// limit is named as its method is.
pub(crate) fn too_many_actors(limit: &'static str) -> Fault {
    let message = "The server has no room for one more actor at the moment. Try again later.";
    Fault::of(Code::ServiceUnavailable, message).with_metadata(json!({ "limit": limit }))
}

/// Whether a fault says that too many actors were made: then it is about the caller that wanted one made, and not about
/// others that wait for the same actor.
pub(crate) fn is_of_makers(fault: &Fault) -> bool {
    let limit = |fault: &Fault| fault.metadata()?.get("limit")?.as_str().map(str::to_owned);
    fault.has(Code::ServiceUnavailable)
        && limit(fault).is_some_and(|limit| limit.starts_with("actors_made_per_second"))
}

pub(crate) fn overloaded() -> Fault {
    Fault::of(Code::ActorOverloaded, "Too many calls wait for this actor. The call did not run.")
}

/// The call ran, and its effect on the state was taken back before it was saved.
pub(crate) fn rolled_back() -> Fault {
    Fault::of(
        Code::RolledBack,
        "The actor went back to its last saved state. The call's effect on the state was taken back.",
    )
}

/// The store failed to read or to write.
pub(crate) fn store_failed(error: impl Into<Arc<StoreError>>) -> Fault {
    let error = error.into();
    if error.is_unavailable() {
        return Fault::store_unavailable(error);
    }
    Fault::internal(&error).with_cause(Some(error))
}

pub(crate) fn connection_required(action: &str) -> Fault {
    Fault::of(Code::ConnectionRequired, format!("Action `{action}` can only be called on a connection."))
}

pub(crate) fn invalid_params(error: &dyn std::fmt::Display) -> Fault {
    Fault::of(Code::InvalidParams, format!("The connection params do not fit: {error}."))
}

pub(crate) fn invalid_input(error: &dyn std::fmt::Display) -> Fault {
    Fault::of(Code::InvalidInput, format!("The actor's input does not fit: {error}."))
}

pub(crate) fn outgoing_too_long() -> Fault {
    Fault::of(Code::OutgoingTooLong, "Outgoing message too long")
}

/// The connection has as many calls under way as it may. The call did not run.
pub(crate) fn too_many_calls(calls: usize, bytes: usize) -> Fault {
    let message = format!(
        "{calls} calls of this connection wait for their answers, with {bytes} bytes. The call did not run."
    );
    Fault::of(Code::TooManyCalls, message)
}

/// The calls of this address have as many bytes of arguments as they may. The call did not run.
pub(crate) fn too_much_in_calls() -> Fault {
    let message = "Calls of this address wait for their answers, with too many bytes. The call did not run.";
    Fault::of(Code::TooManyCalls, message)
}

pub(crate) fn too_many_subscriptions(limit: usize) -> Fault {
    let message = format!("The connection is subscribed to {limit} events already.");
    Fault::of(Code::TooManySubscriptions, message)
}

/// The actor has not answered yet whether the connection may have them.
pub(crate) fn too_many_subscriptions_waiting(limit: usize) -> Fault {
    let message = format!("{limit} subscriptions of the connection wait for their actor already.");
    Fault::of(Code::TooManySubscriptions, message)
}

pub(crate) fn event_not_found(actor: &str, event: &str) -> Fault {
    Fault::of(Code::EventNotFound, format!("`{actor}` has no event `{event}`."))
}

/// A circle of calls: each waits for the next, and the last for the first.
pub(crate) fn deadlock(chain: &dyn std::fmt::Display) -> Fault {
    Fault::of(Code::Deadlock, format!("The call would wait for itself: {chain}."))
        .with_metadata(json!({ "chain": chain.to_string() }))
}

pub(crate) fn no_request_handler() -> Fault {
    Fault::of(Code::RequestHandlerNotFound, "The actor has no handler for raw requests")
}

pub(crate) fn no_socket_handler() -> Fault {
    Fault::of(Code::WebSocketHandlerNotFound, "The actor has no handler for raw WebSockets")
}

pub(crate) fn timed_out(limit: Duration) -> Fault {
    Fault::of(Code::ActionTimedOut, format!("The action did not end within {limit:?}."))
}

pub(crate) fn hook_timed_out(name: &str, limit: Duration) -> Fault {
    let message = format!("The hook `{name}` did not end within {limit:?}.");
    Fault::of(Code::ActionTimedOut, message)
}

pub(crate) fn backing_off(failures: u32, retry_after_ms: u64) -> Fault {
    let message = format!("The actor could not start {failures} times in a row. It is tried again later.");
    Fault::of(Code::BackingOff, message)
        .with_metadata(json!({ "failures": failures, "retryAfterMs": retry_after_ms }))
}

pub(crate) fn action_not_found(name: &str) -> Fault {
    Fault::of(Code::ActionNotFound, format!("Action `{name}` was not found."))
}

pub(crate) fn invalid_arguments(name: &str, error: &DecodeError) -> Fault {
    Fault::of(Code::InvalidArguments, format!("Action `{name}` cannot take these arguments: {error}."))
}
