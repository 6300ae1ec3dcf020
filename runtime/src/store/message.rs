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
    /// How often it was handed to the actor without being handled.
    pub attempts: u32,
    /// Not to be handed out before this time, in milliseconds since 1970 (UTC). Zero: at once.
    pub not_before_ms: u64,
    /// Not handed out any more: kept for whoever looks at it.
    pub dead: bool,
}

impl StoredMessage {
    /// A message of these parts, which was never handed out and may be at once.
    #[must_use]
    pub fn new(id: MessageId, queue: impl Into<String>, body: Bytes, sent_at_ms: u64) -> Self {
        Self { id, queue: queue.into(), body, sent_at_ms, attempts: 0, not_before_ms: 0, dead: false }
    }

    /// The same message, handed out this often.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// The same message, not to be handed out before this time.
    #[must_use]
    pub fn with_not_before(self, not_before_ms: u64) -> Self {
        Self { not_before_ms, ..self }
    }

    /// The same message, dead or not.
    #[must_use]
    pub fn with_dead(self, dead: bool) -> Self {
        Self { dead, ..self }
    }
}

/// A change to what waits in an actor's queues.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageChange {
    /// This message was sent; or one of its id, which it replaces, has changed.
    Add(StoredMessage),
    /// The message of this id was handled, and is gone.
    Remove(MessageId),
}

uuid_id!(
    /// The identity of a message. Later ones sort after earlier ones.
    MessageId
);
