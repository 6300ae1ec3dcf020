//! What a store keeps of an actor's queues: their messages.

use bytes::Bytes;

use crate::contract::id::uuid_id;

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
    /// It is not handed out any more, and kept for an operator to look at.
    pub dead: bool,
}

impl StoredMessage {
    /// What a message takes beside its body, as it is counted: its row, its place in an index.
    pub const OVERHEAD: u64 = 128;

    /// A message of these parts, which was never handed out and may be at once.
    #[must_use]
    pub fn new(id: MessageId, queue: impl Into<String>, body: Bytes, sent_at_ms: u64) -> Self {
        Self { id, queue: queue.into(), body, sent_at_ms, attempts: 0, not_before_ms: 0, dead: false }
    }

    /// The bytes that it is counted with: those of its body, and [`OVERHEAD`](Self::OVERHEAD).
    #[must_use]
    pub fn size(&self) -> u64 {
        Self::size_of(&self.body)
    }

    /// The bytes that a message with this body is counted with.
    pub(crate) fn size_of(body: &[u8]) -> u64 {
        Self::OVERHEAD.saturating_add(u64::try_from(body.len()).unwrap_or(u64::MAX))
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

/// Some of the messages in a queue, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessagePage {
    /// These.
    pub messages: Vec<StoredMessage>,
    /// The first of those after them, from which the next page is to be read. `None`: there are no more.
    pub next: Option<MessageId>,
}

impl MessagePage {
    /// A page of these parts.
    #[must_use]
    pub fn new(messages: Vec<StoredMessage>, next: Option<MessageId>) -> Self {
        Self { messages, next }
    }

    /// As many of these messages as one page may have, which are `limit` bytes by their
    /// [sizes](StoredMessage::size), but at least one if there is any.
    pub fn fill<E>(
        messages: impl IntoIterator<Item = Result<StoredMessage, E>>,
        limit: u64,
    ) -> Result<Self, E> {
        let (mut page, mut size) = (Self::default(), 0_u64);
        for message in messages {
            let message = message?;
            size = size.saturating_add(message.size());
            if size > limit && !page.messages.is_empty() {
                page.next = Some(message.id);
                break;
            }
            page.messages.push(message);
        }
        Ok(page)
    }
}

/// How much waits in a queue of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueLoad {
    /// The queue's name on the wire.
    pub queue: String,
    /// How many messages.
    pub messages: usize,
    /// Their [sizes](StoredMessage::size) together.
    pub bytes: u64,
}

impl QueueLoad {
    /// The load of this queue.
    #[must_use]
    pub fn new(queue: impl Into<String>, messages: usize, bytes: u64) -> Self {
        Self { queue: queue.into(), messages, bytes }
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
