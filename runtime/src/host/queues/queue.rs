//! One queue of an actor: the first messages of it are in memory, the others in the store alone.
//!
//! In memory is a window: all messages that can be taken whose ids are before `beyond`. Those from there on are read, a page
//! at a time, when the window is half empty. Messages come and go while a page is read, and it does not say when in
//! between it was taken; so, until it is there,
//!
//! - what comes beyond the window is noted as missed: if the page does not have it, the window ends before it, and the next
//!   page, which is asked for after that, has it;
//! - what is handled is noted too: the page may still have it;
//! - what is taken, or on its way to the store, is left out of the page by `QueueSet::read_ended`: it comes back by
//!   itself.
//!
//! An id need not be later than those before it: two senders may get theirs in one order and reach the store in the
//! other, and a clock may have been put back. So the window takes whatever belongs into it, and lets go of its end if it
//! grows too large.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use metrics::Gauge;

use super::queued_bytes::QueuedBytes;
use crate::{
    MessageId,
    meters::QueueMeter,
    store::{MessagePage, StoredMessage},
};

/// One queue.
pub(in crate::host) struct QueueState {
    window: Window,
    /// The first message that may be in the store alone; `None`: all are in memory.
    beyond: Option<MessageId>,
    reading: Option<Reading>,
    /// How many pages were begun to be read.
    readings: u64,
    /// All that is in it or about to be, whether taken or not.
    pub(in crate::host) count: GaugedCount,
    pub(in crate::host) meter: QueueMeter,
    /// The actor has waited for its messages in this activation.
    pub(in crate::host) is_read: bool,
}

/// What can be taken, in the order sent.
struct Window {
    messages: BTreeMap<MessageId, StoredMessage>,
    /// Their sizes.
    bytes: u64,
    /// `None` if all messages are here, because they are in no store.
    queued: Option<Arc<QueuedBytes>>,
}

/// A page that is being read.
struct Reading {
    number: u64,
    from: MessageId,
    /// What has come beyond the window since it began.
    missed: BTreeSet<MessageId>,
    /// What the store may still have had when it was read, and was handled.
    handled: HashSet<MessageId>,
    /// The store did not tell, and is asked again later.
    failed: bool,
}

/// What is to be read: a page of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::host) struct ToRead {
    /// Which of the queue's readings it is.
    pub(in crate::host) number: u64,
    pub(in crate::host) from: MessageId,
    /// How many bytes.
    pub(in crate::host) limit: u64,
}

/// A count that a gauge follows, across all actors that have such a queue.
pub(in crate::host) struct GaugedCount(usize, Gauge);

impl QueueState {
    /// How much of one queue is in memory at most, unless a single message is larger.
    pub(in crate::host) const WINDOW: u64 = 128 << 10;

    /// `queued` is `None` for an actor that is in no store.
    pub(in crate::host) fn new(meter: &QueueMeter, queued: Option<Arc<QueuedBytes>>) -> Self {
        Self {
            window: Window { messages: BTreeMap::new(), bytes: 0, queued },
            beyond: None,
            reading: None,
            readings: 0,
            count: GaugedCount(0, meter.messages.clone()),
            meter: meter.clone(),
            is_read: false,
        }
    }

    /// It is empty, as far as is known here.
    pub(in crate::host) fn clear(&mut self) {
        self.window.clear();
        (self.beyond, self.reading) = (None, None);
        self.count.set(0);
    }

    /// The store has this many messages, and the page has the first. Some of them may be taken.
    pub(in crate::host) fn loaded(
        &mut self,
        count: usize,
        page: MessagePage,
        is_taken: impl Fn(&MessageId) -> bool,
    ) {
        self.clear();
        self.count.set(count);
        page.messages
            .into_iter()
            .filter(|message| !is_taken(&message.id))
            .for_each(|one| self.window.add(one));
        self.beyond = page.next;
        self.trim();
    }

    /// A message that the store has can be taken.
    pub(in crate::host) fn add(&mut self, message: StoredMessage) {
        if self.beyond.is_some_and(|beyond| message.id >= beyond) {
            if let Some(reading) = &mut self.reading {
                reading.missed.insert(message.id);
            }
            return;
        }
        self.window.add(message);
        self.trim();
    }

    /// Takes the first message, of those in memory.
    pub(in crate::host) fn take(&mut self) -> Option<StoredMessage> {
        self.window.pop_first()
    }

    /// A message that was taken is handled, and the store does not know it yet.
    pub(in crate::host) fn handled(&mut self, id: MessageId) {
        if let Some(reading) = &mut self.reading {
            reading.handled.insert(id);
        }
    }

    /// Whether there is something to be taken, now or when it was read.
    pub(in crate::host) fn has_some(&self) -> bool {
        !self.window.messages.is_empty() || self.beyond.is_some()
    }

    /// Whether there is nothing to be taken now, and there will be once it was read.
    pub(in crate::host) fn is_starved(&self) -> bool {
        self.window.messages.is_empty() && self.reading.as_ref().is_some_and(|reading| !reading.failed)
    }

    /// The page that is to be read next, if one is, and none is being read. `handled` gives what was handled that the store
    /// may have still.
    pub(in crate::host) fn begin_read(
        &mut self,
        handled: impl FnOnce() -> HashSet<MessageId>,
    ) -> Option<ToRead> {
        let from = self.beyond.filter(|_| self.reading.is_none())?;
        let room = self.window.room();
        if !self.window.messages.is_empty() && self.window.bytes > room / 2 {
            return None;
        }
        self.readings += 1;
        let number = self.readings;
        let (missed, handled) = (BTreeSet::new(), handled());
        self.reading = Some(Reading { number, from, missed, handled, failed: false });
        Some(ToRead { number, from, limit: room.saturating_sub(self.window.bytes) })
    }

    /// Whether the page of this number is still wanted.
    pub(in crate::host) fn is_reading(&self, number: u64) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.number == number)
    }

    /// The page could not be read: it is asked for again after a while, and no turn waits for it.
    pub(in crate::host) fn read_failed(&mut self, number: u64) {
        if let Some(reading) = self.reading.as_mut().filter(|reading| reading.number == number) {
            reading.failed = true;
        }
    }

    /// The page was read. What is `elsewhere` comes by itself.
    pub(in crate::host) fn read_ended(
        &mut self,
        number: u64,
        page: MessagePage,
        elsewhere: impl Fn(&MessageId) -> bool,
    ) {
        let Some(reading) = self.reading.take_if(|reading| reading.number == number) else { return };
        if self.beyond != Some(reading.from) {
            // The window has let go of its end, which would be a gap.
            return;
        }
        let MessagePage { messages, next } = page;
        let has = |id: &MessageId| messages.binary_search_by_key(id, |message| message.id).is_ok();
        let missed = reading.missed.iter().find(|id| !has(id)).copied();
        self.beyond = next.into_iter().chain(missed).min();
        for message in messages {
            if self.beyond.is_some_and(|beyond| message.id >= beyond) {
                break;
            }
            if !reading.handled.contains(&message.id) && !elsewhere(&message.id) {
                self.window.add(message);
            }
        }
        self.trim();
    }

    /// Lets go of what is too much to be in memory: the store has it.
    fn trim(&mut self) {
        while self.window.bytes > self.window.room() && self.window.messages.len() > 1 {
            self.beyond = self.window.pop_last();
        }
    }
}

impl Window {
    fn room(&self) -> u64 {
        match &self.queued {
            None => u64::MAX,
            Some(queued) if queued.may_load() => QueueState::WINDOW,
            // One message, whatever its size.
            Some(_) => 0,
        }
    }

    fn add(&mut self, message: StoredMessage) {
        let size = message.size();
        if self.messages.insert(message.id, message).is_none() {
            self.bytes += size;
            if let Some(queued) = &self.queued {
                queued.loaded(size);
            }
        }
    }

    fn pop_first(&mut self) -> Option<StoredMessage> {
        let (_, message) = self.messages.pop_first()?;
        self.gone(message.size());
        Some(message)
    }

    fn pop_last(&mut self) -> Option<MessageId> {
        let (id, message) = self.messages.pop_last()?;
        self.gone(message.size());
        Some(id)
    }

    fn gone(&mut self, size: u64) {
        self.bytes -= size;
        if let Some(queued) = &self.queued {
            queued.unloaded(size);
        }
    }

    fn clear(&mut self) {
        self.messages.clear();
        self.gone(self.bytes);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.clear();
    }
}

impl GaugedCount {
    pub(in crate::host) fn get(&self) -> usize {
        self.0
    }

    pub(in crate::host) fn add(&mut self) {
        self.set(self.0 + 1);
    }

    pub(in crate::host) fn take(&mut self) {
        self.set(self.0.saturating_sub(1));
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not that many messages")]
    pub(in crate::host) fn set(&mut self, count: usize) {
        self.1.increment(count as f64 - self.0 as f64);
        self.0 = count;
    }
}

impl Drop for GaugedCount {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests;
