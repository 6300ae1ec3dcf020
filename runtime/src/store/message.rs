//! Messages: what a store keeps of an actor's queues.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::InvalidId;

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

/// The identity of a message. Later ones sort after earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Uuid);

impl MessageId {
    /// A fresh one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_simple().fmt(f)
    }
}

impl FromStr for MessageId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
    }
}
