//! What the store has in an actor's queues, and how it comes into them.

use std::collections::HashSet;

use super::{Change, Queues};
use crate::{
    Fault, MessageId,
    host::queues::queue::{QueueState, ToRead},
    store::{MessagePage, QueueLoad},
    util::log,
};

/// What the store has in an actor's queues.
pub(in crate::host) enum Stock {
    /// The actor is in no store.
    None,
    /// It was made just now, with the changes up to here.
    Made(u64),
    /// What was read.
    Read {
        loads: Vec<QueueLoad>,
        /// The first messages of each queue that has any, by its place in the table.
        pages: Vec<(usize, MessagePage)>,
        /// Those that are there of the messages that somebody waits for.
        there: HashSet<MessageId>,
    },
}

impl Queues {
    /// The store has this, and nothing is on its way there. What is taken stays so.
    pub(in crate::host) fn loaded(&mut self, stock: Stock) {
        match stock {
            Stock::None => drop(self.settle()),
            Stock::Made(until) => {
                self.made(until);
                self.forget_unsaved();
            }
            Stock::Read { loads, pages, there } => {
                self.forget_unsaved();
                self.read(&loads, pages);
                self.tell_those_of_handled_messages(&there);
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
        self.lanes.iter_mut().for_each(QueueState::clear);
        for QueueLoad { queue, messages, .. } in loads {
            if self.index_of(queue).is_none() {
                log::warn!(queue, messages, "messages wait in a queue that is no more");
            }
        }
        for (index, page) in pages {
            let count = loads.iter().find(|load| load.queue == self.table[index].name);
            let taken = &self.taken;
            let count = count.map_or(0, |load| load.messages);
            self.lanes[index].loaded(count, page, |id| taken.contains_key(id));
        }
        let found = loads.iter().map(|load| load.bytes).sum();
        if let Some(known) = self.stored.replace(found) {
            self.queued.correct(known, found);
        }
    }

    /// Who waits for a message that is not there any more waits for nothing: the store has it as handled, although it
    /// has not said so. The response is lost.
    fn tell_those_of_handled_messages(&mut self, there: &HashSet<MessageId>) {
        for (_, waiter) in self.waiters.extract_if(|id, _| !there.contains(id)) {
            let fault = Fault::internal("it is not known whether a message was handled");
            // Whoever waits may have gone away.
            let _ = waiter.reply.send(Err(fault));
        }
    }

    /// The messages that somebody waits for.
    pub(in crate::host) fn awaited(&self) -> Vec<MessageId> {
        self.waiters.keys().copied().collect()
    }

    /// What is to be read of this queue, so that there is something to take.
    pub(in crate::host) fn begin_read(&mut self, index: usize) -> Option<ToRead> {
        if self.closed.is_some() || self.reloading {
            return None;
        }
        let Self { lanes, changes, .. } = self;
        let handled = || changes.iter().filter_map(Change::removed).collect();
        lanes[index].begin_read(handled)
    }

    /// Whether this is still to be read.
    pub(in crate::host) fn is_reading(&self, index: usize, read: ToRead) -> bool {
        self.closed.is_none() && self.lanes[index].is_reading(read.number)
    }

    pub(in crate::host) fn read_failed(&mut self, index: usize, read: ToRead) {
        self.lanes[index].read_failed(read.number);
    }

    /// It was read. What is somebody's, or about to be, comes back by itself.
    pub(in crate::host) fn read_ended(&mut self, index: usize, read: ToRead, page: MessagePage) {
        let Self { lanes, changes, taken, set_aside, arriving, .. } = self;
        let own: HashSet<_> = changes.iter().filter_map(Change::added).collect();
        lanes[index].read_ended(read.number, page, |id| {
            taken.contains_key(id) || set_aside.contains(id) || arriving.contains(id) || own.contains(id)
        });
    }

    /// Whether a queue has messages to be taken, of which none is in memory yet.
    pub(in crate::host) fn is_starved(&self) -> bool {
        self.lanes.iter().any(QueueState::is_starved)
    }
}
