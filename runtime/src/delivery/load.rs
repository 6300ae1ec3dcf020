//! How much waits.

use std::ops::{AddAssign, SubAssign};

use super::{backlog::Item, burst::Burst};
use crate::Limits;

/// Messages, and the bytes of all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

impl Load {
    /// What a message costs beside its bytes, where there are more of them than may wait.
    const MESSAGE: usize = 64;

    pub(crate) fn of(burst: &Burst) -> Self {
        Self { messages: burst.items().len(), bytes: burst.bytes() }
    }

    pub(crate) fn of_item(item: &Item) -> Self {
        Self { messages: 1, bytes: item.frame.len() }
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

    /// Of each the smaller.
    pub(crate) fn least(self, other: Self) -> Self {
        Self { messages: self.messages.min(other.messages), bytes: self.bytes.min(other.bytes) }
    }

    /// Whether it is within the limits of a queue, beside so much that does not count.
    pub(crate) fn fits(self, limits: &Limits, beside: Self) -> bool {
        let Self { messages, bytes } = self.minus(beside);
        messages <= limits.send_queue_messages && bytes <= limits.send_queue_bytes
    }

    /// Whether a queue that holds this has room for nothing.
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

impl AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        *self = self.plus(other);
    }
}

impl SubAssign for Load {
    fn sub_assign(&mut self, other: Self) {
        *self = self.minus(other);
    }
}
