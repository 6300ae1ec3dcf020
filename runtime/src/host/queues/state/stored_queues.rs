//! What the store has in an actor's queues, and how it comes into them.

use std::collections::HashSet;

use super::{Change, QueueSet};
use crate::{
    Fault, MessageId,
    host::queues::queue::{QueueState, ToRead},
    store::{MessagePage, QueueLoad},
    util::log,
};

/// What the store has in an actor's queues.
pub(in crate::host) enum StoredQueues {
    /// The actor is in no store.
    None,
    /// It was made just now, with the changes up to here.
    Made(u64),
    /// What was read.
    Read {
        loads: Vec<QueueLoad>,
        /// The first messages of each queue that has any, by its place in the table.
        pages: Vec<(usize, MessagePage)>,
        /// Which of the awaited messages are there.
        there: HashSet<MessageId>,
    },
}

impl QueueSet {
    /// The store has this, and nothing is on its way there. What is taken stays so.
    pub(in crate::host) fn loaded(&mut self, stored: StoredQueues) {
        match stored {
            StoredQueues::None => drop(self.settle()),
            StoredQueues::Made(until) => {
                self.made(until);
                self.forget_unsaved();
            }
            StoredQueues::Read { loads, pages, there } => {
                self.forget_unsaved();
                self.read(&loads, pages);
                self.end_waits_for_messages_gone(&there);
            }
        }
    }

    /// The actor was made just now, with the changes up to here. Those after that are still to be saved.
    pub(in crate::host) fn made(&mut self, until: u64) {
        self.stored = Some(0);
        self.saved(until);
    }

    fn read(&mut self, loads: &[QueueLoad], pages: Vec<(usize, MessagePage)>) {
        self.set_aside.clear();
        self.queues.iter_mut().for_each(QueueState::clear);
        for QueueLoad { queue, messages, .. } in loads {
            if self.index_of(queue).is_none() {
                log::warn!(queue, messages, "messages wait in a queue that the actor no longer has");
            }
        }
        for (index, page) in pages {
            let count = loads.iter().find(|load| load.queue == self.table[index].name);
            let taken = &self.taken;
            let count = count.map_or(0, |load| load.messages);
            self.queues[index].loaded(count, page, |id| taken.contains_key(id));
        }
        let found = loads.iter().map(|load| load.bytes).sum();
        if let Some(known) = self.stored.replace(found) {
            self.queued.correct(known, found);
        }
    }

    /// Ends the waits for messages that are not there any more: the store has them as handled, although it has not said so.
    /// The responses are lost.
    fn end_waits_for_messages_gone(&mut self, there: &HashSet<MessageId>) {
        for (_, waiter) in self.waiters.extract_if(|id, _| !there.contains(id)) {
            let fault = Fault::internal("it is not known whether a message was handled");
            // Whoever waits may have gone away.
            let _ = waiter.reply.send(Err(fault));
        }
    }

    /// The messages whose senders wait until they are handled.
    pub(in crate::host) fn awaited(&self) -> Vec<MessageId> {
        self.waiters.keys().copied().collect()
    }

    /// What is to be read of this queue, so that there is something to take.
    pub(in crate::host) fn begin_read(&mut self, index: usize) -> Option<ToRead> {
        if self.closed.is_some() || self.reloading {
            return None;
        }
        let Self { queues, changes, .. } = self;
        let handled = || changes.iter().filter_map(Change::removed).collect();
        queues[index].begin_read(handled)
    }

    /// Whether this is still to be read.
    pub(in crate::host) fn is_reading(&self, index: usize, read: ToRead) -> bool {
        self.closed.is_none() && self.queues[index].is_reading(read.number)
    }

    pub(in crate::host) fn read_failed(&mut self, index: usize, read: ToRead) {
        self.queues[index].read_failed(read.number);
    }

    /// It was read. What is taken, or on its way to the store, comes back by itself.
    pub(in crate::host) fn read_ended(&mut self, index: usize, read: ToRead, page: MessagePage) {
        let Self { queues, changes, taken, set_aside, arriving, .. } = self;
        let own: HashSet<_> = changes.iter().filter_map(Change::added).collect();
        queues[index].read_ended(read.number, page, |id| {
            taken.contains_key(id) || set_aside.contains(id) || arriving.contains(id) || own.contains(id)
        });
    }

    /// Whether a queue has messages to be taken, of which none is in memory yet.
    pub(in crate::host) fn is_starved(&self) -> bool {
        self.queues.iter().any(QueueState::is_starved)
    }
}
