//! What goes wrong at a queue.

use serde_json::json;

use crate::{Fault, error::Code};

pub(crate) fn no_queue(name: &str) -> Fault {
    Fault::of(Code::QueueNotConfigured, format!("The actor has no queue `{name}`"))
}

/// The message was not put into the queue.
pub(crate) fn queue_full(limit: usize) -> Fault {
    let message = format!("{limit} messages wait in the queue already. Try again later.");
    Fault::of(Code::QueueFull, message).with_metadata(json!({ "limit": limit }))
}

/// The message was not put into the queue: the queues of all actors together hold as many bytes as they may.
pub(crate) fn queues_full(limit: u64) -> Fault {
    let message = format!("{limit} bytes wait in the queues of this server already. Try again later.");
    Fault::of(Code::QueueFull, message).with_metadata(json!({ "limit": limit }))
}

pub(crate) fn message_too_large(limit: usize) -> Fault {
    Fault::of(Code::MessageTooLarge, format!("A message may have {limit} bytes, and this one has more."))
        .with_metadata(json!({ "limit": limit }))
}

pub(crate) fn invalid_message(error: &dyn std::fmt::Display) -> Fault {
    Fault::of(Code::InvalidPayload, format!("The message does not fit its queue: {error}."))
}

/// The actor has stopped, and with it this use of its queues.
pub(crate) fn message_too_late() -> Fault {
    Fault::of(Code::QueueActorStopped, "The actor has stopped. What was not completed is handed out again.")
}

/// The message waits in its queue until the actor is awake again. Not a code at which clients try again: they would
/// send the message a second time.
pub(crate) fn not_handled_yet() -> Fault {
    let message = "The actor has stopped before it handled the message, which waits in its queue.";
    Fault::of(Code::NotHandledYet, message)
}

pub(crate) fn not_handled_destroyed() -> Fault {
    let message = "The actor was destroyed before it handled the message.";
    Fault::of(Code::QueueActorDestroyed, message)
}
