//! A mailbox: what waits for one actor, and who has its state, under one lock.
//!
//! Akka's mailbox has a queue and a flag that says whether somebody runs the actor. This one has the state itself in place of
//! the flag: it lies here unless somebody has taken it, and **whoever has taken it has the turn**. So the order of calls and
//! the right to run one are decided in one step, and no second lock, count or notification has to agree with it.
//!
//! ```text
//!                 take_if_idle: nothing waits, nobody reads
//!              .---------------------------------------------.
//!              |                                             v
//!        [ lies here ] ---- write(): the actor's task ---> [ taken ]   the user's code runs, outside of the lock
//!          |   ^   ^                                         |
//!   read() |   |   '-----------------------------------------'
//!          v   |                 give_back
//!        [ shared ] by some who read
//! ```
//!
//! **Two kinds of users.** The actor's task takes what waits, in the order of [`EnvelopeQueue`], and is the only one that ever
//! *waits* for the state: so one waker is enough. Everybody else takes the state only if it is there and nothing waits
//! ([`take_if_idle`](Mailbox::take_if_idle)), and otherwise puts a call into the queue.
//!
//! **Order.** What was put in before runs before: a call that runs in place has looked at the queue under the lock under which
//! it took the state, and what the task has taken out and not yet done counts as waiting.
//!
//! **Running what waits.** Whoever gives the state back looks at the queue under the same lock, and may be given the next
//! call instead, if that needs nothing but the state. So calls that meet do not have to wake the task for each other.
//!
//! **Waking.** While somebody has the state whose turn does not await, a call that is put in wakes nobody: it is found when
//! the state is given back. A turn that awaits after all [says so](Mailbox::goes_on). Nobody is woken who is not waiting: the task's waker is taken out when it is woken, and it
//! leaves another one before it waits again, under the same lock under which it has found nothing to do.
//!
//! **Batches.** A lock for each item costs as much as a short call. So while calls follow each other in one turn, the
//! task takes out all that waits with the next one, if that is in a plain queue ([`Batch`]): two queues are swapped. It
//! counts as waiting all the same, by a number beside the lock that the task alone writes. What has to be seen to
//! before the next item (a nudge, an item that is to be served fairly beside those) recalls the batch: the task, which
//! looks for that before each item, gives back under the lock what it has not begun.
//!
//! **The state is shared by an `Arc`** while some read: they have a clone each, which they drop before they say that they have
//! ended. So whoever takes it while nobody reads has it by itself, and can change it ([`Place`](place::Place)).
//!
//! **Without a task.** The actor's task may end where it would wait for something to do. In place of its own waker it leaves
//! one that spawns the task again ([`next_or_leave`](Mailbox::next_or_leave)), under the same lock under which it has found
//! nothing: so all that is said above of waking holds for that too. `dormant.rs` has the other half.
//!
//! `model.rs` checks all of this under every schedule that a model checker comes up with.

mod batch;
mod inner;
mod item;
mod lock;
mod place;
mod waiting;

use std::{
    future::poll_fn,
    marker::PhantomData,
    sync::Arc,
    task::{Poll, Waker},
};

use parking_lot::Mutex;

use self::{
    batch::Ahead,
    inner::Inner,
    lock::Lock,
    waiting::{Wake, Wanted},
};
pub(in crate::host) use self::{
    batch::Batch,
    item::{GivenBack, Next, NextOrLeft, Queued, Rejected},
};
use super::{envelope_queue::EnvelopeQueue, fair_queue::Bounds, flow::Flow};

/// What waits for an actor, and its state `S` while nobody has it. Who adds most is not served most: see [`EnvelopeQueue`].
pub(in crate::host) struct Mailbox<S, T, L = Mutex<Inner<S, T>>> {
    lock: L,
    ahead: Ahead,
    types: PhantomData<fn() -> (S, T)>,
}

impl<S, T: Queued, L: Lock<Inner<S, T>>> Mailbox<S, T, L> {
    /// How many items of one flow may wait.
    pub(in crate::host) const OF_ONE: usize = EnvelopeQueue::<T>::OF_ONE;

    pub(in crate::host) fn new(bounds: Bounds, state: S) -> Self {
        Self { lock: L::of(Inner::new(bounds, state)), ahead: Ahead::default(), types: PhantomData }
    }

    /// Takes the state for a turn that does not await, if it is there and what was put in before has run. To be
    /// [given back](Self::give_back).
    #[inline]
    pub(in crate::host) fn take_if_idle(&self) -> Option<S> {
        self.lock.with(Inner::take_if_idle)
    }

    /// The same for somebody who only reads, and [ends](Self::end_read) that.
    pub(in crate::host) fn share_if_idle(&self) -> Option<Arc<S>> {
        self.lock.with(Inner::share_if_idle)
    }

    /// The turn of whoever has the state awaits after all: what waits for something else need not wait for it.
    pub(in crate::host) fn goes_on(&self) {
        self.lock.with(Inner::goes_on).now();
    }

    /// Gives the state back. If there is a next call that can be run in place, and `runs` says so, that is to be run with the
    /// state first.
    #[inline]
    pub(in crate::host) fn give_back(&self, state: S, runs: impl FnOnce() -> bool) -> GivenBack<S, T> {
        let looked = self.lock.with(|inner| inner.give_back(state, runs));
        let Some((given, wake, void)) = looked else { return GivenBack::Over };
        // It may be the user's: not under the lock.
        drop(void);
        wake.now();
        given
    }

    /// Somebody who shared the state does so no more.
    pub(in crate::host) fn end_read(&self, state: Arc<S>) {
        // Before it is said: then nobody has one but the mailbox.
        drop(state);
        self.lock.with(Inner::end_read).now();
    }

    /// The actor's task has the state to itself, as soon as nobody else does. To be [given back](Self::give_back).
    pub(in crate::host) async fn write(&self) -> S {
        self.wait_for(Wanted::Alone, Inner::try_alone).await
    }

    /// The actor's task shares the state, for a read that may await and is to be [ended](Self::end_read).
    pub(in crate::host) async fn read(&self) -> Arc<S> {
        self.wait_for(Wanted::Shared, Inner::try_shared).await
    }

    /// The actor's task has the state to itself now, if nobody else has it. To be [given back](Self::give_back).
    pub(in crate::host) fn try_write(&self) -> Option<S> {
        self.lock.with(Inner::try_alone)
    }

    async fn wait_for<R>(&self, wanted: Wanted, get: fn(&mut Inner<S, T>) -> Option<R>) -> R {
        let mut waiting = Waiting { mailbox: self, waits: true };
        let state = poll_fn(|task| self.lock.with(|inner| inner.poll_state(wanted, get, task))).await;
        waiting.waits = false;
        state
    }

    /// Whether nothing waits and nothing is under way.
    pub(in crate::host) fn is_idle(&self) -> bool {
        self.lock.with(|inner| inner.is_idle())
    }

    /// How many items wait or are under way.
    pub(in crate::host) fn waiting(&self) -> usize {
        self.lock.with(|inner| inner.waiting() + self.ahead.count())
    }

    /// Whether it takes what belongs to its actor's end, and nothing else.
    pub(in crate::host) fn is_ending(&self) -> bool {
        self.lock.with(|inner| inner.is_ending())
    }

    /// Adds an item if there is room for more of its flow.
    pub(in crate::host) fn push(&self, item: T) -> Result<(), Rejected<T>> {
        self.add(item, |queue, item| queue.push(item, self.ahead.count()))
    }

    /// The same for an item of this process and of no connection, of which that is not asked.
    #[cfg(any(feature = "client", test))]
    #[inline]
    pub(in crate::host) fn push_own(&self, item: T) -> Result<(), Rejected<T>> {
        self.add(item, |queue, item| queue.push_own(item, self.ahead.count()))
    }

    /// Adds an item that must not be refused for want of room.
    pub(in crate::host) fn push_always(&self, item: T) -> Result<(), Rejected<T>> {
        self.add(item, |queue, item| {
            queue.push_always(item);
            Ok(())
        })
    }

    #[inline]
    fn add(
        &self,
        item: T,
        add: impl FnOnce(&mut EnvelopeQueue<T>, T) -> Result<(), T>,
    ) -> Result<(), Rejected<T>> {
        let added = self.lock.with(|inner| {
            let added = inner.add(item, add);
            if inner.is_shared_out() {
                self.ahead.recall();
            }
            added
        });
        added.map(Wake::now)
    }

    /// Adds an item that belongs to the actor's end.
    pub(in crate::host) fn push_late(&self, item: T) -> Result<(), Rejected<T>> {
        self.lock.with(|inner| inner.push_late(item)).map(Wake::now)
    }

    /// A read of this flow begins to run beside others. Unless it was read from here, only if that is no read too many,
    /// which is said; to be followed by [`end_flow_read`](Self::end_flow_read).
    pub(in crate::host) fn begin_flow_read(&self, flow: Flow, has_turn: bool) -> bool {
        self.lock.with(|inner| inner.begin_flow_read(flow, has_turn))
    }

    /// It has ended: the next one of its flow may begin.
    pub(in crate::host) fn end_flow_read(&self, flow: Flow) {
        self.lock.with(|inner| inner.end_flow_read(flow)).now();
    }

    /// Wakes the actor's task without an item.
    pub(in crate::host) fn nudge(&self) {
        let wake = self.lock.with(|inner| {
            self.ahead.recall();
            inner.nudge()
        });
        wake.now();
    }

    /// Wakes the actor's task to look at what it waits for beside this.
    pub(in crate::host) fn wake(&self) {
        self.lock.with(Inner::wake).now();
    }

    /// Takes no more items; what waits is still read.
    pub(in crate::host) fn close(&self) {
        self.lock.with(Inner::close).now();
    }

    /// The actor's end begins: what waits stays unread, and from now on the mailbox takes what is [late](Self::push_late)
    /// alone. Unless `anyhow`, that is so only if nothing waits and nothing is under way. Says whether it has begun.
    pub(in crate::host) fn begin_end(&self, anyhow: bool) -> bool {
        self.lock.with(|inner| inner.begin_end(anyhow))
    }

    /// The actor's end is over, if nothing late waits. Says whether it is.
    pub(in crate::host) fn seal(&self) -> bool {
        self.lock.with(Inner::seal)
    }

    /// Takes no more items, and gives those that nobody will read, in the order in which they would have been.
    pub(in crate::host) fn drain(&self) -> Vec<T> {
        self.lock.with(Inner::drain)
    }

    /// The state is gone: now, or as soon as those give it back who have it.
    pub(in crate::host) fn discard_state(&self) {
        let state = self.lock.with(Inner::discard_state);
        // The user's, so not under the lock.
        drop(state);
    }

    /// The next item or nudge, nudges first; `None` if there is none and this says that the task has something else to do.
    pub(in crate::host) async fn next_unless(&self, has_else: impl Fn() -> bool) -> Option<Next<T>> {
        poll_fn(|task| {
            self.lock.with(|inner| match inner.poll(task, Inner::try_next) {
                Poll::Ready(next) => Poll::Ready(Some(next)),
                // Looked at under the lock, after the waker was left: whoever says so then wakes the task.
                Poll::Pending if has_else() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            })
        })
        .await
    }

    /// The same for a task that ends if there is nothing for it to do. This waker spawns it again.
    pub(in crate::host) fn next_or_leave(
        &self,
        has_else: impl FnOnce() -> bool,
        spawns: impl FnOnce() -> Waker,
    ) -> NextOrLeft<T> {
        let (next, old) = self.lock.with(|inner| inner.next_or_leave(has_else, spawns));
        drop(old);
        next
    }

    /// Takes away what spawns the actor's task again, if that has left: nobody will.
    pub(in crate::host) fn take_dormant(&self) -> Option<Waker> {
        self.lock.with(Inner::take_dormant)
    }

    /// The next late item or nudge.
    pub(in crate::host) async fn next_late(&self) -> Next<T> {
        poll_fn(|task| self.lock.with(|inner| inner.poll(task, Inner::try_next_late))).await
    }

    /// The next item or nudge, if one is there.
    pub(in crate::host) fn try_next(&self) -> Option<Next<T>> {
        self.lock.with(Inner::try_next)
    }

    /// What the task takes out behind an item that it has taken.
    pub(in crate::host) fn batch(&self) -> Batch<'_, S, T, L> {
        Batch::of(&self.lock, &self.ahead)
    }

    /// The task has dealt with the last item. Says whether nothing waits.
    pub(in crate::host) fn done(&self) -> bool {
        self.lock.with(Inner::done)
    }
}

/// The actor's task waits for the state. If it gives that up, it wants it no more.
struct Waiting<'a, S, T: Queued, L: Lock<Inner<S, T>>> {
    mailbox: &'a Mailbox<S, T, L>,
    waits: bool,
}

impl<S, T: Queued, L: Lock<Inner<S, T>>> Drop for Waiting<'_, S, T, L> {
    fn drop(&mut self) {
        if self.waits {
            self.mailbox.lock.with(Inner::want_no_more);
        }
    }
}

#[cfg(test)]
mod model;
