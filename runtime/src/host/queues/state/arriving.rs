//! How messages come into an actor's queues: room for them first, and takers last.

use super::{Change, QueueSet, Waiter};
use crate::{Fault, MessageId, error::faults, store::StoredMessage};

/// Whether a message may come in.
pub(in crate::host) enum Admission {
    /// With this id.
    Now(MessageId),
    /// Once what is in the store has been read again, or the actor is awake again.
    Later,
    Full(Fault),
    /// Not here: the actor sleeps.
    Closed,
}

impl QueueSet {
    /// Asks for room for a message of this size that is on its way to the store; [`arrived`](Self::arrived) or
    /// [`failed`](Self::failed) follows.
    /// The end of the actor waits for a sender that `is_own`, so that one does not wait for the end.
    pub(in crate::host) fn admit(
        &mut self,
        index: usize,
        limit: usize,
        size: u64,
        is_own: bool,
    ) -> Admission {
        if self.closed.is_some() {
            return Admission::Closed;
        }
        if self.reloading || (self.ending && !is_own) {
            return Admission::Later;
        }
        match self.make_room(index, limit, size) {
            Ok(()) => {
                let id = MessageId::generate();
                self.arriving.insert(id);
                Admission::Now(id)
            }
            Err(fault) => Admission::Full(fault),
        }
    }

    fn make_room(&mut self, index: usize, limit: usize, size: u64) -> Result<(), Fault> {
        let queue = &mut self.queues[index];
        if queue.count.get() >= limit {
            return Err(faults::queue_full(limit));
        }
        if !self.queued.admit(size) {
            return Err(faults::queues_full(self.queued.limit()));
        }
        queue.count.add();
        Ok(())
    }

    /// The store has it.
    pub(in crate::host) fn arrived(&mut self, index: usize, message: StoredMessage, waiter: Option<Waiter>) {
        self.arriving.remove(&message.id);
        if let Some(waiter) = waiter {
            self.wait(message.id, waiter);
        }
        self.queues[index].meter.sent.increment(1);
        self.is_stored(index, message);
    }

    pub(super) fn is_stored(&mut self, index: usize, message: StoredMessage) {
        if self.closed.is_some() {
            if self.is_ephemeral {
                self.queued.release(message.size());
            }
            return;
        }
        if let Some(stored) = &mut self.stored {
            *stored += message.size();
        }
        self.queues[index].add(message);
    }

    /// The store does not have it, or is not known to.
    pub(in crate::host) fn failed(&mut self, index: usize, message: &StoredMessage) {
        self.arriving.remove(&message.id);
        self.queued.release(message.size());
        self.queues[index].count.take();
    }

    /// A message of the actor's own, which is saved with what else it has changed. Fails if there is no room.
    pub(in crate::host) fn add(
        &mut self,
        index: usize,
        limit: usize,
        message: StoredMessage,
    ) -> Result<(), Fault> {
        self.make_room(index, limit, message.size())?;
        self.queues[index].meter.sent.increment(1);
        self.last_sent = self.changes.push(Change::Add(message));
        Ok(())
    }
}
