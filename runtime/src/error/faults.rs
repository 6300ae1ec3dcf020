//! The framework's own faults: each is made in one place, with its group, code and words.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::{ActorId, Fault, Key, store::StoreError};

pub(crate) fn actor_not_found() -> Fault {
    Fault::from_parts("actor", "not_found", "The actor does not exist or was destroyed.")
}

pub(crate) fn duplicate_key(key: &Key, id: ActorId) -> Fault {
    let message = format!("Actor key '{key}' already in use for actor '{id}'");
    Fault::from_parts("actor", "duplicate_key", message)
        .with_metadata(json!({ "existing_actor_id": id.to_string(), "key": key.to_string() }))
}

pub(crate) fn not_registered(name: &str) -> Fault {
    Fault::from_parts("actor", "not_registered", format!("Actor `{name}` is not registered."))
}

/// The server is going away; the call did not run, so clients may try again elsewhere or later.
pub(crate) fn service_unavailable() -> Fault {
    Fault::from_parts("guard", "service_unavailable", "The server is stopping.")
}

/// The server has no room for one more actor at the moment; nothing ran, and clients try again by themselves. The limit is
/// named as its method is.
pub(crate) fn too_many_actors(limit: &'static str) -> Fault {
    let message = "The server has no room for one more actor at the moment. Try again later.";
    Fault::from_parts("guard", "service_unavailable", message).with_metadata(json!({ "limit": limit }))
}

/// Too many actors were made: for whoever wanted this one made, and for nobody else.
pub(crate) fn is_of_makers(fault: &Fault) -> bool {
    let limit = |fault: &Fault| fault.metadata()?.get("limit")?.as_str().map(str::to_owned);
    fault.is("guard", "service_unavailable")
        && limit(fault).is_some_and(|limit| limit.starts_with("actors_made_per_second"))
}

pub(crate) fn overloaded() -> Fault {
    Fault::from_parts("actor", "overloaded", "Too many calls wait for this actor. The call did not run.")
}

/// The call ran, and what it did to the state was taken back before it was saved.
pub(crate) fn rolled_back() -> Fault {
    Fault::from_parts(
        "actor",
        "rolled_back",
        "The actor went back to its last saved state. The call's effect on the state was taken back.",
    )
}

/// The store did not tell what it was asked.
pub(crate) fn store_failed(error: impl Into<Arc<StoreError>>) -> Fault {
    let error = error.into();
    if error.is_unavailable() {
        return Fault::store_unavailable(error);
    }
    Fault::internal(&error).with_cause(Some(error))
}

pub(crate) fn connection_required(action: &str) -> Fault {
    Fault::from_parts(
        "actor",
        "connection_required",
        format!("Action `{action}` can only be called on a connection."),
    )
}

pub(crate) fn invalid_params(error: &dyn std::fmt::Display) -> Fault {
    Fault::from_parts("actor", "invalid_params", format!("The connection params do not fit: {error}."))
}

pub(crate) fn invalid_input(error: &dyn std::fmt::Display) -> Fault {
    Fault::from_parts("actor", "invalid_input", format!("The actor's input does not fit: {error}."))
}

pub(crate) fn outgoing_too_long() -> Fault {
    Fault::from_parts("message", "outgoing_too_long", "Outgoing message too long")
}

/// A connection may have so many calls under way, and no more. The call did not run.
pub(crate) fn too_many_calls(calls: usize, bytes: usize) -> Fault {
    let message = format!(
        "{calls} calls of this connection wait for their answers, with {bytes} bytes. The call did not run."
    );
    Fault::from_parts("connection", "too_many_calls", message)
}

/// There is no room for its arguments. The call did not run.
pub(crate) fn too_much_in_calls() -> Fault {
    let message = "Calls of this address wait for their answers, with too many bytes. The call did not run.";
    Fault::from_parts("connection", "too_many_calls", message)
}

pub(crate) fn too_many_subscriptions(limit: usize) -> Fault {
    let message = format!("The connection is subscribed to {limit} events already.");
    Fault::from_parts("connection", "too_many_subscriptions", message)
}

/// The actor is asked about each of them, and has not answered yet.
pub(crate) fn too_many_subscriptions_waiting(limit: usize) -> Fault {
    let message = format!("{limit} subscriptions of the connection wait for their actor already.");
    Fault::from_parts("connection", "too_many_subscriptions", message)
}

pub(crate) fn event_not_found(actor: &str, event: &str) -> Fault {
    Fault::from_parts("actor", "event_not_found", format!("`{actor}` has no event `{event}`."))
}

/// A circle of calls: each waits for the next, and the last for the first.
pub(crate) fn deadlock(chain: &dyn std::fmt::Display) -> Fault {
    Fault::from_parts("actor", "deadlock", format!("The call would wait for itself: {chain}."))
        .with_metadata(json!({ "chain": chain.to_string() }))
}

pub(crate) fn no_request_handler() -> Fault {
    Fault::from_parts("actor", "request_handler_not_found", "The actor has no handler for raw requests")
}

pub(crate) fn no_socket_handler() -> Fault {
    Fault::from_parts("actor", "websocket_handler_not_found", "The actor has no handler for raw WebSockets")
}

pub(crate) fn timed_out(limit: Duration) -> Fault {
    Fault::from_parts("actor", "action_timed_out", format!("The action did not end within {limit:?}."))
}

pub(crate) fn hook_timed_out(name: &str, limit: Duration) -> Fault {
    let message = format!("The hook `{name}` did not end within {limit:?}.");
    Fault::from_parts("actor", "action_timed_out", message)
}

pub(crate) fn backing_off(failures: u32, retry_after_ms: u64) -> Fault {
    let message = format!("The actor could not start {failures} times in a row. It is tried again later.");
    Fault::from_parts("actor", "backing_off", message)
        .with_metadata(json!({ "failures": failures, "retryAfterMs": retry_after_ms }))
}

pub(crate) fn no_queue(name: &str) -> Fault {
    Fault::from_parts("queue", "not_configured", format!("The actor has no queue `{name}`"))
}

/// The message is not in the queue.
pub(crate) fn queue_full(limit: usize) -> Fault {
    let message = format!("{limit} messages wait in the queue already. Try again later.");
    Fault::from_parts("queue", "full", message).with_metadata(json!({ "limit": limit }))
}

/// The message is in no queue: those of all actors together have no room for it.
pub(crate) fn queues_full(limit: u64) -> Fault {
    let message = format!("{limit} bytes wait in the queues of this server already. Try again later.");
    Fault::from_parts("queue", "full", message).with_metadata(json!({ "limit": limit }))
}

pub(crate) fn message_too_large(limit: usize) -> Fault {
    Fault::from_parts(
        "queue",
        "message_too_large",
        format!("A message may have {limit} bytes, and this one has more."),
    )
    .with_metadata(json!({ "limit": limit }))
}

pub(crate) fn invalid_message(error: &dyn std::fmt::Display) -> Fault {
    Fault::from_parts("queue", "invalid_payload", format!("The message does not fit its queue: {error}."))
}

/// Too late for the queues of this time awake: it is over.
pub(crate) fn message_too_late() -> Fault {
    Fault::from_parts(
        "queue",
        "actor_stopped",
        "The actor has stopped. What was not completed is handed out again.",
    )
}

/// The message waits in its queue, and nobody knows for how long. No code that clients try again at: they would send
/// it a second time.
pub(crate) fn not_handled_yet() -> Fault {
    let message = "The actor has stopped before it handled the message, which waits in its queue.";
    Fault::from_parts("queue", "not_handled_yet", message)
}

pub(crate) fn not_handled_destroyed() -> Fault {
    let message = "The actor was destroyed before it handled the message.";
    Fault::from_parts("queue", "actor_destroyed", message)
}
