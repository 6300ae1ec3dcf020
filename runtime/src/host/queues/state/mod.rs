//! The queues of one actor: what waits in them, what is taken, and what waits for that to be handled.

mod arriving;
mod stored_queues;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;
use tokio::sync::oneshot;

pub(in crate::host) use self::{arriving::Admission, stored_queues::StoredQueues};
use super::{queue::QueueState, queued_bytes::QueuedBytes};
use crate::{
    Fault, MessageId, QueueInfo,
    contract::position_of,
    host::durability::change_log::Changes,
    meters::QueueMeter,
    store::{MessageChange, StoredMessage},
    wire::Format,
};

/// What is in an actor's queues, and the changes that the store is not known to have.
pub(in crate::host) struct QueueSet {
    table: &'static [QueueInfo],
    /// One for each row of the table.
    queues: Vec<QueueState>,
    /// Taken, and neither completed nor given back.
    taken: HashMap<MessageId, (usize, StoredMessage)>,
    /// Taken, and handed out no more in this time awake.
    set_aside: HashSet<MessageId>,
    progress: Progress,
    waiters: HashMap<MessageId, Waiter>,
    changes: Changes<Change>,
    /// Where among the changes the last message of the actor's own is.
    last_sent: u64,
    /// The messages that are on their way to the store, beside the actor's own saves.
    arriving: HashSet<MessageId>,
    /// What the queues of the process hold, and how much of it is this actor's in the store; `None` before it was read.
    queued: Arc<QueuedBytes>,
    stored: Option<u64>,
    /// The actor is in no store: all that waits is in memory.
    is_ephemeral: bool,
    /// What is in the store is being read again: nothing may come there meanwhile.
    reloading: bool,
    /// The actor's end has begun: what others send is for its next time awake.
    ending: bool,
    /// The actor sleeps, or is gone; whatever waits, or comes, is told so.
    closed: Option<Closed>,
}

/// How far the actor has come with what waits.
#[derive(Default)]
struct Progress {
    /// How many messages were handled or set aside.
    messages: u64,
    /// Recovery waits until everything is.
    is_watched: bool,
}

/// The end of a time awake.
struct Closed {
    why: Fault,
    /// Something waited in a queue that the actor has waited for.
    left_work: bool,
}

/// A change to the queues that the store is not known to have.
enum Change {
    Add(StoredMessage),
    /// Handled, with its size.
    Remove(MessageId, u64),
}

/// A sender that waits until a message is handled, and wants the response in this format.
pub(in crate::host) struct Waiter {
    pub(in crate::host) format: Format,
    pub(in crate::host) reply: oneshot::Sender<Result<Option<Bytes>, Fault>>,
}

impl QueueSet {
    pub(in crate::host) fn new(
        table: &'static [QueueInfo],
        meters: &[QueueMeter],
        queued: &Arc<QueuedBytes>,
        is_ephemeral: bool,
    ) -> Self {
        let of_window = || (!is_ephemeral).then(|| Arc::clone(queued));
        Self {
            table,
            queues: meters.iter().map(|meter| QueueState::new(meter, of_window())).collect(),
            taken: HashMap::new(),
            set_aside: HashSet::new(),
            progress: Progress::default(),
            waiters: HashMap::new(),
            changes: Changes::default(),
            last_sent: 0,
            arriving: HashSet::new(),
            queued: Arc::clone(queued),
            stored: is_ephemeral.then_some(0),
            is_ephemeral,
            reloading: false,
            ending: false,
            closed: None,
        }
    }

    /// What a turn has sent or completed that was taken back.
    pub(in crate::host) fn forget_unsaved(&mut self) {
        for change in self.changes.settle() {
            if let Change::Add(message) = change {
                self.queued.release(message.size());
                if let Some(index) = position_of(self.table, &message.queue) {
                    self.queues[index].count.take();
                }
            }
        }
    }

    /// Takes the first message of a queue, of those in memory.
    pub(in crate::host) fn take(&mut self, index: usize) -> Option<StoredMessage> {
        if self.closed.is_some() {
            return None;
        }
        let message = self.queues[index].take()?;
        self.taken.insert(message.id, (index, message.clone()));
        Some(message)
    }

    /// The actor waits for messages of this queue.
    pub(in crate::host) fn is_read(&mut self, index: usize) {
        self.queues[index].is_read = true;
    }

    /// A message that was taken, and is not handled, goes back to its place.
    pub(in crate::host) fn give_back(&mut self, id: MessageId) {
        if let Some((index, message)) = self.taken.remove(&id)
            && self.closed.is_none()
        {
            self.queues[index].add(message);
        }
    }

    /// A message that was taken stays in the store, and is handed out no more.
    pub(in crate::host) fn set_aside(&mut self, id: MessageId) {
        if self.taken.remove(&id).is_some() {
            self.set_aside.insert(id);
            self.progress.messages += 1;
        }
    }

    /// A message that was taken is handled. Gives the sender that waits for that.
    pub(in crate::host) fn complete(&mut self, id: MessageId) -> Option<Waiter> {
        let (index, message) = self.taken.remove(&id)?;
        let queue = &mut self.queues[index];
        queue.count.take();
        queue.handled(id);
        self.progress.messages += 1;
        queue.meter.completed.increment(1);
        self.changes.push(Change::Remove(id, message.size()));
        self.waiters.remove(&id)
    }

    /// The format in which a response to this message is waited for.
    pub(in crate::host) fn wanted_format(&self, id: MessageId) -> Option<Format> {
        self.waiters.get(&id).map(|waiter| waiter.format)
    }

    /// A sender waits until this message is handled.
    pub(in crate::host) fn wait(&mut self, id: MessageId, waiter: Waiter) {
        match &self.closed {
            // Whoever waits may have gone away.
            Some(closed) => drop(waiter.reply.send(Err(closed.why.clone()))),
            None => drop(self.waiters.insert(id, waiter)),
        }
    }

    /// Whether there are changes that are not even on their way to the store.
    pub(in crate::host) fn has_unsubmitted(&self) -> bool {
        self.changes.any_unsubmitted()
    }

    /// Whether messages of the actor's own wait to be saved, which cannot be taken before.
    pub(in crate::host) fn has_unsubmitted_messages(&self) -> bool {
        self.changes.is_unsubmitted(self.last_sent)
    }

    /// All changes are on their way to the store. Gives the place of the last, for [`saved`](Self::saved).
    pub(in crate::host) fn submit(&mut self) -> u64 {
        self.changes.submit()
    }

    /// Whether there are changes that the store is not known to have.
    pub(in crate::host) fn has_changes(&self) -> bool {
        self.changes.any()
    }

    /// The changes for the store, up to this place.
    pub(in crate::host) fn until(&self, until: u64) -> Vec<MessageChange> {
        self.changes.until(until).iter().map(Change::for_store).collect()
    }

    /// The store has the changes up to this place. Says whether there is more to take now.
    pub(in crate::host) fn saved(&mut self, until: u64) -> bool {
        let saved: Vec<_> = self.changes.saved(until).collect();
        let mut more = false;
        for change in saved {
            match change {
                Change::Add(message) => {
                    if let Some(index) = self.index_of(&message.queue) {
                        self.is_stored(index, message);
                        more = true;
                    }
                }
                Change::Remove(_, size) => {
                    self.queued.release(size);
                    self.stored = self.stored.map(|stored| stored.saturating_sub(size));
                }
            }
        }
        more
    }

    /// The queues are in no store: what has changed is in force.
    pub(in crate::host) fn settle(&mut self) -> bool {
        self.saved(u64::MAX)
    }

    /// Nothing is on its way to the store any more.
    pub(in crate::host) fn not_saved(&mut self) {
        self.changes.not_saved();
    }

    pub(in crate::host) fn set_reloading(&mut self, reloading: bool) {
        self.reloading = reloading;
    }

    /// The actor's end begins, or is taken back.
    pub(in crate::host) fn set_ending(&mut self, ending: bool) {
        self.ending = ending;
    }

    /// Whether messages are on their way to the store.
    pub(in crate::host) fn is_arriving(&self) -> bool {
        !self.arriving.is_empty()
    }

    /// Whether the actor can go without anybody noticing it.
    pub(in crate::host) fn may_close(&self) -> bool {
        self.taken.is_empty() && self.arriving.is_empty()
    }

    /// Whether something waits in a queue that the actor has waited for; once it is closed, whether something did.
    pub(in crate::host) fn has_work(&self) -> bool {
        self.closed.as_ref().is_some_and(|closed| closed.left_work)
            || self.queues.iter().any(|queue| queue.is_read && queue.has_some())
    }

    /// How many messages were handled or set aside; `None` before the actor has waited for any. From now on it is told when
    /// everything [is worked off](Self::is_worked_off).
    pub(in crate::host) fn watch(&mut self) -> Option<u64> {
        self.progress.is_watched = true;
        self.queues.iter().any(|queue| queue.is_read).then_some(self.progress.messages)
    }

    /// Whether nothing waits in the queues that the actor has waited for, nor is taken.
    pub(in crate::host) fn is_worked_off(&self) -> bool {
        self.queues.iter().any(|queue| queue.is_read) && !self.has_work() && self.taken.is_empty()
    }

    /// Whether recovery waits to hear that it is.
    pub(in crate::host) fn tells_worked_off(&self) -> bool {
        self.progress.is_watched && self.is_worked_off()
    }

    /// The actor sleeps, or is gone, which is what all that wait are told.
    pub(in crate::host) fn close(&mut self, fault: &Fault) {
        if self.closed.is_some() {
            return;
        }
        self.closed = Some(Closed { why: fault.clone(), left_work: self.has_work() });
        if self.is_ephemeral {
            self.destroyed();
        }
        // They are in the store, and counted by the next activation.
        self.queues.iter_mut().for_each(QueueState::clear);
        for (_, waiter) in self.waiters.drain() {
            // Whoever waits may have gone away.
            let _ = waiter.reply.send(Err(fault.clone()));
        }
    }

    /// All that the store had of the actor is gone.
    pub(in crate::host) fn destroyed(&mut self) {
        self.queued.release(self.stored.replace(0).unwrap_or(0));
    }

    pub(in crate::host) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        position_of(self.table, name)
    }
}

impl Drop for QueueSet {
    fn drop(&mut self) {
        // These changes will never be known to be saved.
        for change in self.changes.settle() {
            if let Change::Add(message) = change {
                self.queued.release(message.size());
            }
        }
    }
}

impl Change {
    fn for_store(&self) -> MessageChange {
        match self {
            Self::Add(message) => MessageChange::Add(message.clone()),
            Self::Remove(id, _) => MessageChange::Remove(*id),
        }
    }

    fn added(&self) -> Option<MessageId> {
        if let Self::Add(message) = self { Some(message.id) } else { None }
    }

    fn removed(&self) -> Option<MessageId> {
        if let Self::Remove(id, _) = self { Some(*id) } else { None }
    }
}
