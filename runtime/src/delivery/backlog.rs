//! What waits for a client that does not keep up, as far as that may be dropped or replaced.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;

use super::{
    drop_counters::DropCounters,
    outgoing_message::{DropPolicy, OutgoingMessage},
    queue_size::{BatchLimit, QueueSize},
};
use crate::EventInfo;

/// Everything that waits, in order, and indexes of what may be dropped or replaced.
///
/// Both indexes hold positions, some of which may have been written since.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    messages: BTreeMap<u64, OutgoingMessage>,
    next: u64,
    bytes: usize,
    /// The messages that may be dropped, the oldest first.
    droppable: VecDeque<u64>,
    /// The latest message of each event and key.
    latest: HashMap<(usize, Option<Bytes>), u64>,
    /// How many of each event were dropped since the client was last told.
    unreported: BTreeMap<usize, DroppedEvents>,
    has_replaced: bool,
}

/// How many messages of one event were dropped.
#[derive(Debug)]
pub(crate) struct DroppedEvents {
    pub(crate) info: &'static EventInfo,
    pub(crate) count: u64,
}

impl Backlog {
    /// Of these messages, in order.
    pub(crate) fn of(
        messages: impl Iterator<Item = OutgoingMessage>,
        counters: Option<&DropCounters>,
    ) -> Self {
        let mut backlog = Self::default();
        for message in messages {
            backlog.replace_for(&message, counters);
            backlog.insert(message);
        }
        backlog
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.unreported.is_empty()
    }

    pub(crate) fn size(&self) -> QueueSize {
        QueueSize { messages: self.messages.len(), bytes: self.bytes }
    }

    /// Whether a message that waited was replaced by a later one, since this was last asked.
    pub(crate) fn take_replaced(&mut self) -> bool {
        std::mem::take(&mut self.has_replaced)
    }

    /// Whether the next message is one that a later one would replace.
    pub(crate) fn begins_replaceable(&self) -> bool {
        self.messages.first_key_value().is_some_and(|(_, message)| message.is_replaceable())
    }

    /// Takes the next messages up to a limit, one at least, and what was dropped since the last time. If `allowed` is given,
    /// it is the number of bytes of replaceable messages that may be taken; the message that exceeds it is the last.
    pub(crate) fn take(
        &mut self,
        limit: BatchLimit,
        mut allowed: Option<&mut usize>,
    ) -> (Vec<OutgoingMessage>, Vec<DroppedEvents>) {
        let (mut taken, mut size) = (Vec::new(), QueueSize::default());
        while let Some(entry) = self.messages.first_entry() {
            let length = entry.get().payload.len();
            size += QueueSize::of_message(entry.get());
            if !taken.is_empty() && !limit.allows(size) {
                break;
            }
            if let Some(allowed) = &mut allowed
                && entry.get().is_replaceable()
            {
                if **allowed == 0 {
                    break;
                }
                **allowed = allowed.saturating_sub(length);
            }
            taken.push(entry.remove());
            self.bytes -= length;
        }
        self.forget_written();
        let dropped =
            if taken.is_empty() && !self.messages.is_empty() { Vec::new() } else { self.take_dropped() };
        (taken, dropped)
    }

    /// What was dropped since its client was last told.
    fn take_dropped(&mut self) -> Vec<DroppedEvents> {
        std::mem::take(&mut self.unreported).into_values().collect()
    }

    /// Removes the message that this one replaces: of the same event and key, if only the latest is kept.
    pub(crate) fn replace_for(&mut self, message: &OutgoingMessage, counters: Option<&DropCounters>) {
        let Some(key) = message.replace_key() else { return };
        let replaced = self.latest.remove(&key).and_then(|position| self.remove(position));
        if let Some(OutgoingMessage { policy: Some(policy), .. }) = replaced {
            self.has_replaced = true;
            self.count_dropped(&policy);
            counters.inspect(|counters| counters.superseded(policy.index));
        }
    }

    /// Drops the oldest message that may be dropped. `false` if there is none.
    pub(crate) fn drop_oldest(&mut self, counters: Option<&DropCounters>) -> bool {
        while let Some(oldest) = self.droppable.pop_front() {
            if let Some(message) = self.remove(oldest) {
                self.drop_now(&message, counters);
                return true;
            }
        }
        false
    }

    /// Drops a message that is not in it, and counts that.
    pub(crate) fn drop_now(&mut self, message: &OutgoingMessage, counters: Option<&DropCounters>) {
        if let Some(policy) = &message.policy {
            self.count_dropped(policy);
            counters.inspect(|counters| counters.dropped(policy.index));
        }
    }

    fn count_dropped(&mut self, policy: &DropPolicy) {
        let none = DroppedEvents { info: policy.info, count: 0 };
        self.unreported.entry(policy.index).or_insert(none).count += 1;
    }

    pub(crate) fn insert(&mut self, message: OutgoingMessage) {
        let position = self.next;
        self.next += 1;
        self.bytes += message.payload.len();
        if message.is_droppable() {
            self.droppable.push_back(position);
        } else if let Some(key) = message.replace_key() {
            self.latest.insert(key, position);
        }
        self.messages.insert(position, message);
    }

    fn remove(&mut self, position: u64) -> Option<OutgoingMessage> {
        let message = self.messages.remove(&position)?;
        self.bytes -= message.payload.len();
        Some(message)
    }

    /// Removes positions of what has been written from the indexes.
    fn forget_written(&mut self) {
        let first = self.messages.keys().next().copied().unwrap_or(self.next);
        while self.droppable.front().is_some_and(|position| *position < first) {
            self.droppable.pop_front();
        }
        if self.latest.len() > 2 * self.messages.len() + 16 {
            self.latest.retain(|_, position| *position >= first);
        }
    }
}

#[cfg(test)]
mod tests;
