//! How much waits, and how much is written at once.

use std::ops::{AddAssign, SubAssign};

use super::{batch::Batch, outgoing_message::OutgoingMessage};
use crate::Limits;

/// A number of messages, and the bytes of all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QueueSize {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

/// The most that goes together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchLimit {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

impl BatchLimit {
    /// What a connection writes at once, and so what is worth collecting for it. The rest waits where it can be dropped.
    pub(crate) const ONE_WRITE: Self = Self { messages: 128, bytes: 64 << 10 };

    pub(crate) fn allows(self, size: QueueSize) -> bool {
        size.messages <= self.messages && size.bytes <= self.bytes
    }
}

impl QueueSize {
    /// What a message costs beside its bytes, where there are more of them than may wait.
    const MESSAGE: usize = 64;

    pub(crate) fn of(batch: &Batch) -> Self {
        Self { messages: batch.messages().len(), bytes: batch.bytes() }
    }

    pub(crate) fn of_message(message: &OutgoingMessage) -> Self {
        Self { messages: 1, bytes: message.payload.len() }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.messages == 0
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { messages: self.messages + other.messages, bytes: self.bytes + other.bytes }
    }

    /// What is there beyond the other.
    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_sub(other.messages),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }

    /// The smaller of both numbers of messages, and of both numbers of bytes.
    pub(crate) fn min(self, other: Self) -> Self {
        Self { messages: self.messages.min(other.messages), bytes: self.bytes.min(other.bytes) }
    }

    /// Whether it is within the limits of a queue, if `granted` of it does not count.
    pub(crate) fn fits(self, limits: &Limits, granted: Self) -> bool {
        let Self { messages, bytes } = self.minus(granted);
        messages <= limits.send_queue_messages && bytes <= limits.send_queue_bytes
    }

    /// Whether a queue of this size has room for nothing more.
    pub(crate) fn is_full(self, limits: &Limits) -> bool {
        self.messages >= limits.send_queue_messages || self.bytes >= limits.send_queue_bytes
    }

    /// How many bytes it costs beyond the limits of a queue.
    pub(crate) fn over(self, limits: &Limits) -> usize {
        let messages = self.messages.saturating_sub(limits.send_queue_messages);
        self.bytes
            .saturating_sub(limits.send_queue_bytes)
            .saturating_add(messages.saturating_mul(Self::MESSAGE))
    }
}

impl AddAssign for QueueSize {
    fn add_assign(&mut self, other: Self) {
        *self = self.plus(other);
    }
}

impl SubAssign for QueueSize {
    fn sub_assign(&mut self, other: Self) {
        *self = self.minus(other);
    }
}
