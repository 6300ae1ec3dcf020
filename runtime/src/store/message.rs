//! Messages: what a store keeps of an actor's queues.

use bytes::Bytes;

use crate::id::uuid_id;

/// Something that was sent to a queue of an actor, and is not handled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredMessage {
    /// Its identity.
    pub id: MessageId,
    /// The queue's name on the wire.
    pub queue: String,
    /// What it says; the actor's own business.
    pub body: Bytes,
    /// When it was sent, in milliseconds since 1970 (UTC).
    pub sent_at_ms: u64,
}

impl StoredMessage {
    /// A message of these parts.
    #[must_use]
    pub fn new(id: MessageId, queue: impl Into<String>, body: Bytes, sent_at_ms: u64) -> Self {
        Self { id, queue: queue.into(), body, sent_at_ms }
    }
}

/// A change to what waits in an actor's queues.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageChange {
    /// This message was sent.
    Add(StoredMessage),
    /// The message of this id was handled, and is gone.
    Remove(MessageId),
}

uuid_id!(
    /// The identity of a message. Later ones sort after earlier ones.
    MessageId
);
