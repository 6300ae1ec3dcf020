//! The queues of one actor: what waits in them, who has taken what, and who waits for that to be handled.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use metrics::Gauge;
use tokio::sync::oneshot;

use super::changes::Changes;
use crate::{
    Fault, MessageId, QueueInfo,
    meters::QueueMeter,
    store::{MessageChange, StoredMessage},
    wire::Format,
};

/// What is in an actor's queues, and the changes that the store is not known to have.
pub(super) struct Queues {
    table: &'static [QueueInfo],
    /// One for each row of the table.
    lanes: Vec<Lane>,
    /// Taken, and neither completed nor given back.
    taken: HashMap<MessageId, (usize, StoredMessage)>,
    waiters: HashMap<MessageId, Waiter>,
    changes: Changes<MessageChange>,
    /// Where among the changes the last message of the actor's own is.
    last_sent: u64,
    /// How many messages are on their way to the store, beside the actor's own saves.
    arriving: usize,
    /// What is in the store is being read again: nothing may come there meanwhile.
    reloading: bool,
    /// The actor's end has begun: what others send is for its next time awake.
    ending: bool,
    /// The actor sleeps, or is gone; who waits, or comes, is told so.
    closed: Option<Fault>,
}

/// One queue.
struct Lane {
    /// What can be taken, in the order sent.
    ready: BTreeMap<MessageId, StoredMessage>,
    /// All that is in it or about to be, whether taken or not.
    count: Tally,
    meter: QueueMeter,
    /// Somebody has waited for its messages in this time awake.
    is_read: bool,
}

/// A count that a gauge follows, across all actors that have such a queue.
struct Tally(usize, Gauge);

/// Somebody who waits until a message is handled, and wants the response in this format.
pub(super) struct Waiter {
    pub(super) format: Format,
    pub(super) reply: oneshot::Sender<Result<Option<Bytes>, Fault>>,
}

/// Whether a message may come in.
pub(super) enum Admission {
    Now,
    /// Once what is in the store has been read again, or the actor is awake again.
    Later,
    Full,
    /// Not here: the actor sleeps.
    Closed,
}

impl Queues {
    pub(super) fn new(table: &'static [QueueInfo], meters: &[QueueMeter]) -> Self {
        Self {
            table,
            lanes: meters.iter().map(Lane::new).collect(),
            taken: HashMap::new(),
            waiters: HashMap::new(),
            changes: Changes::default(),
            last_sent: 0,
            arriving: 0,
            reloading: false,
            ending: false,
            closed: None,
        }
    }

    /// These are the ones that the store has. Those that are taken stay so.
    pub(super) fn loaded(&mut self, messages: Vec<StoredMessage>) {
        self.forget_unsaved();
        for lane in &mut self.lanes {
            lane.ready.clear();
            lane.count.set(0);
        }
        for message in messages {
            let Some(index) = self.index_of(&message.queue) else {
                tracing::warn!(queue = %message.queue, message = %message.id, "a message waits in a queue that is no more");
                continue;
            };
            let lane = &mut self.lanes[index];
            lane.count.add();
            if !self.taken.contains_key(&message.id) {
                lane.ready.insert(message.id, message);
            }
        }
        self.tell_those_of_handled_messages();
    }

    /// Who waits for a message that is not there any more waits for nothing: the store has it as handled, although it
    /// has not said so. The response is lost.
    fn tell_those_of_handled_messages(&mut self) {
        let Self { waiters, taken, lanes, .. } = self;
        let is_there =
            |id: &MessageId| taken.contains_key(id) || lanes.iter().any(|lane| lane.ready.contains_key(id));
        for (_, waiter) in waiters.extract_if(|id, _| !is_there(id)) {
            let fault = Fault::internal("it is not known whether a message was handled");
            // Whoever waits may have gone away.
            let _ = waiter.reply.send(Err(fault));
        }
    }

    /// What a turn has sent or completed that was taken back.
    pub(super) fn forget_unsaved(&mut self) {
        for change in self.changes.settle() {
            if let MessageChange::Add(message) = change
                && let Some(index) = self.table.iter().position(|queue| queue.name == message.queue)
            {
                self.lanes[index].count.take();
            }
        }
    }

    /// Asks for room for a message that is on its way to the store; [`arrived`](Self::arrived) or
    /// [`failed`](Self::failed) follows.
    /// Who `is_own` is waited for by the actor, and does not wait for it.
    pub(super) fn admit(&mut self, index: usize, limit: usize, is_own: bool) -> Admission {
        if self.closed.is_some() {
            return Admission::Closed;
        }
        if self.reloading || (self.ending && !is_own) {
            return Admission::Later;
        }
        let lane = &mut self.lanes[index];
        if lane.count.0 >= limit {
            return Admission::Full;
        }
        lane.count.add();
        self.arriving += 1;
        Admission::Now
    }

    /// The store has it.
    pub(super) fn arrived(&mut self, index: usize, message: StoredMessage, waiter: Option<Waiter>) {
        self.arriving -= 1;
        if let Some(waiter) = waiter {
            self.wait(message.id, waiter);
        }
        let lane = &mut self.lanes[index];
        lane.meter.sent.increment(1);
        lane.ready.insert(message.id, message);
    }

    /// The store does not have it, or is not known to.
    pub(super) fn failed(&mut self, index: usize) {
        self.arriving -= 1;
        self.lanes[index].count.take();
    }

    /// A message of the actor's own, which is saved with what else it has changed. `false` if there is no room.
    pub(super) fn add(&mut self, index: usize, limit: usize, message: StoredMessage) -> bool {
        let lane = &mut self.lanes[index];
        let fits = lane.count.0 < limit;
        if fits {
            lane.count.add();
            lane.meter.sent.increment(1);
            self.last_sent = self.changes.push(MessageChange::Add(message));
        }
        fits
    }

    /// The next message that nobody has taken.
    pub(super) fn take(&mut self, index: usize) -> Option<StoredMessage> {
        if self.closed.is_some() {
            return None;
        }
        let lane = &mut self.lanes[index];
        let (id, message) = lane.ready.pop_first()?;
        self.taken.insert(id, (index, message.clone()));
        Some(message)
    }

    /// Somebody waits for messages of this queue.
    pub(super) fn is_read(&mut self, index: usize) {
        self.lanes[index].is_read = true;
    }

    /// A message that was taken, and is not handled, goes back to its place.
    pub(super) fn give_back(&mut self, id: MessageId) {
        if let Some((index, message)) = self.taken.remove(&id) {
            self.lanes[index].ready.insert(id, message);
        }
    }

    /// A message that was taken stays in the store, and is handed out no more.
    pub(super) fn set_aside(&mut self, id: MessageId) {
        self.taken.remove(&id);
    }

    /// A message that was taken is handled. Gives whoever waits for that.
    pub(super) fn complete(&mut self, id: MessageId) -> Option<Waiter> {
        let (index, _) = self.taken.remove(&id)?;
        let lane = &mut self.lanes[index];
        lane.count.take();
        lane.meter.completed.increment(1);
        self.changes.push(MessageChange::Remove(id));
        self.waiters.remove(&id)
    }

    /// The format that whoever waits for this message wants the response in.
    pub(super) fn wanted_format(&self, id: MessageId) -> Option<Format> {
        self.waiters.get(&id).map(|waiter| waiter.format)
    }

    /// Somebody waits until this message is handled.
    pub(super) fn wait(&mut self, id: MessageId, waiter: Waiter) {
        match &self.closed {
            // Whoever waits may have gone away.
            Some(fault) => drop(waiter.reply.send(Err(fault.clone()))),
            None => drop(self.waiters.insert(id, waiter)),
        }
    }

    /// Whether there are changes that are not even on their way to the store.
    pub(super) fn has_unsubmitted(&self) -> bool {
        self.changes.any_unsubmitted()
    }

    /// Whether messages of the actor's own wait to be saved, which nobody can take before.
    pub(super) fn has_unsubmitted_messages(&self) -> bool {
        self.changes.is_unsubmitted(self.last_sent)
    }

    /// All changes are on their way to the store: up to where, which is what to tell [`saved`](Self::saved).
    pub(super) fn submit(&mut self) -> u64 {
        self.changes.submit()
    }

    /// Whether there are changes that the store is not known to have.
    pub(super) fn has_changes(&self) -> bool {
        self.changes.any()
    }

    /// The changes for the store, up to here.
    pub(super) fn until(&self, until: u64) -> Vec<MessageChange> {
        self.changes.until(until).to_vec()
    }

    /// The store has the changes up to here. Says whether there is more to take now.
    pub(super) fn saved(&mut self, until: u64) -> bool {
        let mut more = false;
        for change in self.changes.saved(until) {
            if let MessageChange::Add(message) = change
                && let Some(index) = self.table.iter().position(|queue| queue.name == message.queue)
            {
                self.lanes[index].ready.insert(message.id, message);
                more = true;
            }
        }
        more
    }

    /// Nobody waits for the changes any more.
    pub(super) fn settle(&mut self) -> bool {
        self.saved(u64::MAX)
    }

    /// Nothing is on its way to the store any more.
    pub(super) fn not_saved(&mut self) {
        self.changes.not_saved();
    }

    pub(super) fn set_reloading(&mut self, reloading: bool) {
        self.reloading = reloading;
    }

    /// The actor's end begins.
    pub(super) fn begin_end(&mut self) {
        self.ending = true;
    }

    /// Whether messages are on their way to the store.
    pub(super) fn is_arriving(&self) -> bool {
        self.arriving > 0
    }

    /// Whether the actor can go without anybody noticing it.
    pub(super) fn may_close(&self) -> bool {
        self.taken.is_empty() && self.arriving == 0
    }

    /// Whether something waits in a queue that somebody has waited for.
    pub(super) fn has_work(&self) -> bool {
        self.lanes.iter().any(|lane| lane.is_read && !lane.ready.is_empty())
    }

    /// The actor sleeps, or is gone, which is what they are told who wait.
    pub(super) fn close(&mut self, fault: &Fault) {
        if self.closed.is_none() {
            self.closed = Some(fault.clone());
            // Nobody comes in any more, and they are not here to be counted.
            self.lanes.iter_mut().for_each(|lane| lane.count.set(0));
            for (_, waiter) in self.waiters.drain() {
                // Whoever waits may have gone away.
                let _ = waiter.reply.send(Err(fault.clone()));
            }
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.table.iter().position(|queue| queue.name == name)
    }
}

impl Lane {
    fn new(meter: &QueueMeter) -> Self {
        let count = Tally(0, meter.messages.clone());
        Self { ready: BTreeMap::new(), count, meter: meter.clone(), is_read: false }
    }
}

impl Tally {
    fn add(&mut self) {
        self.set(self.0 + 1);
    }

    fn take(&mut self) {
        self.set(self.0.saturating_sub(1));
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not that many messages")]
    fn set(&mut self, count: usize) {
        self.1.increment(count as f64 - self.0 as f64);
        self.0 = count;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.set(0);
    }
}
