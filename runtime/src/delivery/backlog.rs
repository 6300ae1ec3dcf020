//! What waits for a client that does not keep up, as far as that may be dropped or replaced.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;

use super::{drop_counters::DropCounters, load::Load};
use crate::{EventInfo, SlowConsumer};

/// Something that waits to be written.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) frame: Bytes,
    /// Its place in the contract's table, if it is an event.
    pub(crate) event: Option<usize>,
    /// What may become of it if there is no room; `None` for what must be delivered.
    pub(crate) tag: Option<Arc<Tag>>,
}

/// An event that a slow consumer may miss: one for all connections that it is sent to.
#[derive(Debug)]
pub(crate) struct Tag {
    /// Its place in the contract's table.
    pub(crate) index: usize,
    pub(crate) info: &'static EventInfo,
    /// Which of its kind it is, where the latest of each is kept.
    pub(crate) key: Option<Bytes>,
}

impl Item {
    /// What must be delivered.
    pub(crate) fn certain(frame: Bytes) -> Self {
        Self { frame, event: None, tag: None }
    }
}

/// Everything that waits, in order, and the ways to what may be dropped of it.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    items: BTreeMap<u64, Item>,
    next: u64,
    bytes: usize,
    /// Those of which the oldest may go. Some may have been written meanwhile.
    oldest: VecDeque<u64>,
    /// The latest of each kind and key. Some may have been written meanwhile.
    latest: HashMap<(usize, Option<Bytes>), u64>,
    /// How many of which event were dropped since the client was last told.
    missed: BTreeMap<usize, Missed>,
    has_replaced: bool,
}

/// How many of an event were dropped.
pub(crate) type Missed = (&'static EventInfo, u64);

impl Backlog {
    /// What has waited so far.
    pub(crate) fn of(items: impl Iterator<Item = Item>, losses: Option<&DropCounters>) -> Self {
        let mut backlog = Self::default();
        for item in items {
            backlog.supersede(&item, losses);
            backlog.insert(item);
        }
        backlog
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.missed.is_empty()
    }

    pub(crate) fn load(&self) -> Load {
        Load { messages: self.items.len(), bytes: self.bytes }
    }

    /// Whether a value that waited was replaced by a later one, since this was last asked.
    pub(crate) fn take_replaced(&mut self) -> bool {
        std::mem::take(&mut self.has_replaced)
    }

    /// Whether what is next is a value that a later one would replace.
    pub(crate) fn begins_with_a_value(&self) -> bool {
        self.items.first_key_value().is_some_and(|(_, item)| item.is_value())
    }

    /// Takes the next items up to so many frames and bytes, one at least, and what was dropped since the last time. Of values
    /// no more than are allowed, if they are counted; the one that is too much is the last.
    pub(crate) fn take(
        &mut self,
        most: (usize, usize),
        mut allowed: Option<&mut usize>,
    ) -> (Vec<Item>, Vec<Missed>) {
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while let Some(entry) = self.items.first_entry() {
            let length = entry.get().frame.len();
            bytes += length;
            if taken.len() >= most.0 || (bytes > most.1 && !taken.is_empty()) {
                break;
            }
            if let Some(allowed) = &mut allowed
                && entry.get().is_value()
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
        let missed = if taken.is_empty() && !self.items.is_empty() { Vec::new() } else { self.told() };
        (taken, missed)
    }

    /// What was dropped since its client was last told.
    fn told(&mut self) -> Vec<Missed> {
        std::mem::take(&mut self.missed).into_values().collect()
    }

    /// What is of the same kind and key, and is kept for its latest alone, goes.
    pub(crate) fn supersede(&mut self, item: &Item, losses: Option<&DropCounters>) {
        let Some(kind) = item.latest_of() else { return };
        let superseded = self.latest.remove(&kind).and_then(|place| self.remove(place));
        if let Some(Item { tag: Some(tag), .. }) = superseded {
            self.has_replaced = true;
            self.missed.entry(tag.index).or_insert((tag.info, 0)).1 += 1;
            losses.inspect(|losses| losses.superseded(tag.index));
        }
    }

    /// Drops the oldest that may go. `false` if there is none.
    pub(crate) fn drop_oldest(&mut self, losses: Option<&DropCounters>) -> bool {
        while let Some(oldest) = self.oldest.pop_front() {
            if let Some(item) = self.remove(oldest) {
                self.miss(&item, losses);
                return true;
            }
        }
        false
    }

    /// An item is dropped before it waits.
    pub(crate) fn miss(&mut self, item: &Item, losses: Option<&DropCounters>) {
        if let Some(tag) = &item.tag {
            self.missed.entry(tag.index).or_insert((tag.info, 0)).1 += 1;
            losses.inspect(|losses| losses.dropped(tag.index));
        }
    }

    pub(crate) fn insert(&mut self, item: Item) {
        let place = self.next;
        self.next += 1;
        self.bytes += item.frame.len();
        if item.may_go() {
            self.oldest.push_back(place);
        } else if let Some(kind) = item.latest_of() {
            self.latest.insert(kind, place);
        }
        self.items.insert(place, item);
    }

    fn remove(&mut self, place: u64) -> Option<Item> {
        let item = self.items.remove(&place)?;
        self.bytes -= item.frame.len();
        Some(item)
    }

    /// Lets go of the ways to what has been written.
    fn forget_written(&mut self) {
        let first = self.items.keys().next().copied().unwrap_or(self.next);
        while self.oldest.front().is_some_and(|place| *place < first) {
            self.oldest.pop_front();
        }
        if self.latest.len() > 2 * self.items.len() + 16 {
            self.latest.retain(|_, place| *place >= first);
        }
    }
}

impl Item {
    /// Whether it may be dropped for others.
    pub(crate) fn may_go(&self) -> bool {
        self.tag.as_ref().is_some_and(|tag| tag.info.slow == SlowConsumer::DropOldest)
    }

    /// Whether a later one of its kind and key replaces it while it waits.
    pub(crate) fn is_value(&self) -> bool {
        self.tag.as_ref().is_some_and(|tag| tag.info.slow.keeps_latest())
    }

    /// The kind and key of which the latest alone is kept, if it is such an event.
    fn latest_of(&self) -> Option<(usize, Option<Bytes>)> {
        let tag = self.tag.as_ref().filter(|_| self.is_value())?;
        Some((tag.index, tag.key.clone()))
    }
}

#[cfg(test)]
mod tests;
