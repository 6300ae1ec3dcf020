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
//! **The state is an `Arc`.** Readers have a clone each, which they drop before they say that they have ended; so whoever has
//! taken it while nobody reads has the only one, and can change it.
//!
//! **Without a task.** The actor's task may end where it would wait for something to do. In place of its own waker it leaves
//! one that spawns the task again ([`next_or_leave`](Mailbox::next_or_leave)), under the same lock under which it has found
//! nothing: so all that is said above of waking holds for that too. `dormant.rs` has the other half.
//!
//! `model.rs` checks all of this under every schedule that a model checker comes up with.

use std::{
    collections::VecDeque,
    future::poll_fn,
    marker::PhantomData,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;

use super::{
    envelope_queue::EnvelopeQueue,
    fair_queue::Bounds,
    flow::{Flow, HasFlow},
};

/// What waits for an actor, and its state `S` while nobody has it. Who adds most is not served most: see [`EnvelopeQueue`].
pub(in crate::host) struct Mailbox<S, T, L = Mutex<Inner<S, T>>> {
    lock: L,
    types: PhantomData<fn() -> (S, T)>,
}

/// A lock: `parking_lot`'s, or that of a model checker.
pub(in crate::host) trait Lock<T> {
    fn of(value: T) -> Self;

    fn with<R>(&self, code: impl FnOnce(&mut T) -> R) -> R;
}

/// What can wait for an actor.
pub(in crate::host) trait Queued: HasFlow {
    /// Whether it needs the state and nothing else, and does not await: whoever has the state can run it.
    fn is_brief(&self) -> bool;

    /// Whether it needs the state first of all, so that it need not be taken out while somebody has that.
    fn needs_state(&self) -> bool;
}

/// What the actor's task gets.
pub(in crate::host) enum Next<T> {
    /// The next item; to be followed by [`Mailbox::done`].
    Item(T),
    /// Somebody called [`Mailbox::nudge`] since the last read.
    Nudged,
    /// Closed, and everything was read.
    Closed,
}

/// What a task gets that is to end if there is nothing for it to do.
pub(in crate::host) enum NextOrLeft<T> {
    Next(Next<T>),
    /// It has something else to do.
    Else,
    /// There is nothing: another task may run already, and this one is to touch nothing any more.
    Left,
}

/// Why an item was not taken, and the item.
pub(in crate::host) enum Rejected<T> {
    Full(T),
    Closed(T),
}

/// What comes of giving the state back.
pub(in crate::host) enum GivenBack<S, T> {
    /// It lies in the mailbox again.
    Over,
    /// This waits, and is to be run with it first.
    Next(Arc<S>, T),
}

/// What is under the lock.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none follows from the others"
)]
pub(in crate::host) struct Inner<S, T> {
    /// `None` while somebody has it to themselves, and once it is discarded.
    state: Option<Arc<S>>,
    /// Whether the turn of whoever has it to themselves does not await.
    is_brief: bool,
    /// How many share it.
    readers: usize,
    /// What the actor's task waits for.
    wanted: Option<Wanted>,
    /// Made with the first item: most actors are idle whenever they are called.
    queue: Option<Box<EnvelopeQueue<T>>>,
    bounds: Bounds,
    /// What came after the end had begun, and is still for this time awake.
    late: VecDeque<T>,
    intake: Intake,
    /// What the task has taken out and is not [`done`](Mailbox::done) with.
    under_way: usize,
    nudged: bool,
    /// Of the actor's task, while it waits; or what spawns it again.
    waker: Option<Waker>,
    /// Whether the task has left.
    is_dormant: bool,
    is_discarded: bool,
}

/// How the actor's task wants the state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Alone,
    Shared,
}

/// What a mailbox takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Intake {
    Open,
    /// The actor's end has begun: only what belongs to that.
    Ending,
    Closed,
}

/// The actor's task, if it is to be woken: once the lock is free.
#[must_use]
struct Wake(Option<Waker>);

impl Wake {
    #[inline]
    fn now(self) {
        if let Some(waker) = self.0 {
            waker.wake();
        }
    }
}

impl<T> Lock<T> for Mutex<T> {
    fn of(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn with<R>(&self, code: impl FnOnce(&mut T) -> R) -> R {
        code(&mut self.lock())
    }
}

impl<S, T: Queued, L: Lock<Inner<S, T>>> Mailbox<S, T, L> {
    /// How many items of one flow may wait.
    pub(in crate::host) const OF_ONE: usize = EnvelopeQueue::<T>::OF_ONE;

    pub(in crate::host) fn new(bounds: Bounds, state: S) -> Self {
        Self { lock: L::of(Inner::new(bounds, state)), types: PhantomData }
    }

    /// Takes the state for a turn that does not await, if it is there and what was put in before has run. To be
    /// [given back](Self::give_back).
    #[inline]
    pub(in crate::host) fn take_if_idle(&self) -> Option<Arc<S>> {
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
    pub(in crate::host) fn give_back(&self, state: Arc<S>, runs: impl FnOnce() -> bool) -> GivenBack<S, T> {
        let (given, wake, void) = self.lock.with(|inner| inner.give_back(state, runs));
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
    pub(in crate::host) async fn write(&self) -> Arc<S> {
        self.wait_for(Wanted::Alone).await
    }

    /// The actor's task shares the state, for a read that may await and is to be [ended](Self::end_read).
    pub(in crate::host) async fn read(&self) -> Arc<S> {
        self.wait_for(Wanted::Shared).await
    }

    /// The actor's task has the state to itself now, if nobody else has it. To be [given back](Self::give_back).
    pub(in crate::host) fn try_write(&self) -> Option<Arc<S>> {
        self.lock.with(|inner| inner.try_state(Wanted::Alone))
    }

    async fn wait_for(&self, wanted: Wanted) -> Arc<S> {
        let mut waiting = Waiting { mailbox: self, waits: true };
        let state = poll_fn(|task| self.lock.with(|inner| inner.poll_state(wanted, task))).await;
        waiting.waits = false;
        state
    }

    /// Whether nothing waits and nothing is under way.
    pub(in crate::host) fn is_idle(&self) -> bool {
        self.lock.with(|inner| inner.is_idle())
    }

    /// How many items wait or are under way.
    pub(in crate::host) fn waiting(&self) -> usize {
        self.lock.with(|inner| inner.waiting())
    }

    /// Whether it takes what belongs to its actor's end, and nothing else.
    pub(in crate::host) fn is_ending(&self) -> bool {
        self.lock.with(|inner| inner.intake == Intake::Ending)
    }

    /// Adds an item if there is room for more of its flow.
    pub(in crate::host) fn push(&self, item: T) -> Result<(), Rejected<T>> {
        self.add(item, EnvelopeQueue::push)
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
        self.lock.with(|inner| inner.add(item, add)).map(Wake::now)
    }

    /// Adds an item that belongs to the actor's end.
    pub(in crate::host) fn push_late(&self, item: T) -> Result<(), Rejected<T>> {
        self.lock.with(|inner| inner.push_late(item)).map(Wake::now)
    }

    /// A read of this flow begins to run beside others. Unless it was read from here, only if that is no read too many,
    /// which is said; to be followed by [`end_flow_read`](Self::end_flow_read).
    pub(in crate::host) fn begin_flow_read(&self, flow: Flow, has_turn: bool) -> bool {
        self.lock.with(|inner| inner.queue().begin_read(flow, has_turn))
    }

    /// It has ended: the next one of its flow may begin.
    pub(in crate::host) fn end_flow_read(&self, flow: Flow) {
        let wake =
            self.lock.with(|inner| if inner.queue().end_read(flow) { inner.wake() } else { Wake(None) });
        wake.now();
    }

    /// Wakes the actor's task without an item.
    pub(in crate::host) fn nudge(&self) {
        self.lock
            .with(|inner| {
                inner.nudged = true;
                inner.wake()
            })
            .now();
    }

    /// Wakes the actor's task to look at what it waits for beside this.
    pub(in crate::host) fn wake(&self) {
        self.lock.with(Inner::wake).now();
    }

    /// Takes no more items; what waits is still read.
    pub(in crate::host) fn close(&self) {
        self.lock
            .with(|inner| {
                inner.intake = Intake::Closed;
                inner.wake()
            })
            .now();
    }

    /// The actor's end begins: what waits stays unread, and from now on the mailbox takes what is [late](Self::push_late)
    /// alone. Unless `anyhow`, that is so only if nothing waits and nothing is under way. Says whether it has begun.
    pub(in crate::host) fn begin_end(&self, anyhow: bool) -> bool {
        self.lock.with(|inner| {
            let begins = inner.intake == Intake::Open && (anyhow || inner.is_idle());
            if begins {
                inner.intake = Intake::Ending;
            }
            begins
        })
    }

    /// The actor's end is over, if nothing late waits. Says whether it is.
    pub(in crate::host) fn seal(&self) -> bool {
        self.lock.with(|inner| {
            let is_over = inner.late.is_empty();
            if is_over {
                inner.intake = Intake::Closed;
            }
            is_over
        })
    }

    /// Takes no more items, and gives those that nobody will read, in the order in which they would have been.
    pub(in crate::host) fn drain(&self) -> Vec<T> {
        self.lock.with(Inner::drain)
    }

    /// The state is gone: now, or as soon as those give it back who have it.
    pub(in crate::host) fn discard_state(&self) {
        let state = self.lock.with(|inner| {
            inner.is_discarded = true;
            inner.state.take()
        });
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
        let (next, old) = self.lock.with(|inner| match inner.try_next() {
            Some(next) => (NextOrLeft::Next(next), None),
            // As above.
            None if has_else() => (NextOrLeft::Else, None),
            None => {
                inner.is_dormant = true;
                (NextOrLeft::Left, inner.waker.replace(spawns()))
            }
        });
        drop(old);
        next
    }

    /// Takes away what spawns the actor's task again, if that has left: nobody will.
    pub(in crate::host) fn take_dormant(&self) -> Option<Waker> {
        self.lock.with(|inner| std::mem::take(&mut inner.is_dormant).then(|| inner.waker.take())).flatten()
    }

    /// The next late item or nudge.
    pub(in crate::host) async fn next_late(&self) -> Next<T> {
        poll_fn(|task| self.lock.with(|inner| inner.poll(task, Inner::try_next_late))).await
    }

    /// The next item or nudge, if one is there.
    pub(in crate::host) fn try_next(&self) -> Option<Next<T>> {
        self.lock.with(Inner::try_next)
    }

    /// The task is done with an item that it has taken, and takes the next one if it is one of these and nothing is to be
    /// seen to before it. Otherwise it is not done yet.
    pub(in crate::host) fn done_and_next_if(&self, is_wanted: impl FnOnce(&T) -> bool) -> Option<T> {
        self.lock.with(|inner| {
            if inner.nudged {
                return None;
            }
            let queue = inner.queue.as_mut()?;
            // It takes the place of the one before.
            if queue.peek().is_some_and(is_wanted) { queue.pop() } else { None }
        })
    }

    /// The task has dealt with the last item. Says whether nothing waits.
    pub(in crate::host) fn done(&self) -> bool {
        self.lock.with(|inner| {
            inner.under_way = inner.under_way.saturating_sub(1);
            inner.is_idle()
        })
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
            self.mailbox.lock.with(|inner| inner.wanted = None);
        }
    }
}

impl<S, T: Queued> Inner<S, T> {
    fn new(bounds: Bounds, state: S) -> Self {
        Self {
            state: Some(Arc::new(state)),
            is_brief: false,
            readers: 0,
            wanted: None,
            queue: None,
            bounds,
            late: VecDeque::new(),
            intake: Intake::Open,
            under_way: 0,
            nudged: false,
            waker: None,
            is_dormant: false,
            is_discarded: false,
        }
    }

    fn queue(&mut self) -> &mut EnvelopeQueue<T> {
        self.queue.get_or_insert_with(|| Box::new(EnvelopeQueue::new(self.bounds)))
    }

    fn is_empty(&self) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.is_empty())
    }

    fn is_idle(&self) -> bool {
        self.under_way == 0 && self.intake == Intake::Open && self.is_empty()
    }

    fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.len()) + self.under_way
    }

    /// Whether whoever has the state gives it back without awaiting, and looks at the queue then.
    fn is_lent_briefly(&self) -> bool {
        self.state.is_none() && self.is_brief
    }

    fn take_if_idle(&mut self) -> Option<Arc<S>> {
        if !self.is_idle() || self.readers > 0 || self.wanted.is_some() {
            return None;
        }
        let state = self.state.take()?;
        self.is_brief = true;
        Some(state)
    }

    fn share_if_idle(&mut self) -> Option<Arc<S>> {
        if !self.is_idle() || self.wanted.is_some() {
            return None;
        }
        self.share()
    }

    fn share(&mut self) -> Option<Arc<S>> {
        let state = self.state.clone()?;
        self.readers += 1;
        Some(state)
    }

    fn goes_on(&mut self) -> Wake {
        self.is_brief = false;
        self.wake_if_waiting()
    }

    fn give_back(
        &mut self,
        state: Arc<S>,
        runs: impl FnOnce() -> bool,
    ) -> (GivenBack<S, T>, Wake, Option<Arc<S>>) {
        if self.is_discarded {
            return (GivenBack::Over, Wake(None), Some(state));
        }
        if let Some(next) = self.next_in_place(runs) {
            return (GivenBack::Next(state, next), Wake(None), None);
        }
        self.state = Some(state);
        (GivenBack::Over, self.wake_if_waiting(), None)
    }

    fn end_read(&mut self) -> Wake {
        self.readers -= 1;
        if self.readers == 0 { self.wake_if_waiting() } else { Wake(None) }
    }

    /// The next call that whoever has the state can run, if nothing is to be seen to before it and `runs` says so.
    fn next_in_place(&mut self, runs: impl FnOnce() -> bool) -> Option<T> {
        if self.nudged || self.under_way > 0 || self.wanted.is_some() || self.intake != Intake::Open {
            return None;
        }
        let queue = self.queue.as_mut()?;
        if queue.peek().is_some_and(Queued::is_brief) && runs() { queue.pop() } else { None }
    }

    /// Wakes the task if there is something for it to do.
    fn wake_if_waiting(&mut self) -> Wake {
        if self.wanted.is_some() || self.nudged || !self.is_empty() { self.wake() } else { Wake(None) }
    }

    fn wake(&mut self) -> Wake {
        self.is_dormant = false;
        Wake(self.waker.take())
    }

    fn try_state(&mut self, wanted: Wanted) -> Option<Arc<S>> {
        let state = match wanted {
            Wanted::Alone if self.readers > 0 => None,
            Wanted::Alone => self.state.take(),
            Wanted::Shared => self.share(),
        }?;
        (self.is_brief, self.wanted) = (false, None);
        Some(state)
    }

    fn poll_state(&mut self, wanted: Wanted, task: &mut Context<'_>) -> Poll<Arc<S>> {
        if let Some(state) = self.try_state(wanted) {
            return Poll::Ready(state);
        }
        self.wanted = Some(wanted);
        self.wait(task);
        Poll::Pending
    }

    fn poll(
        &mut self,
        task: &mut Context<'_>,
        next: impl FnOnce(&mut Self) -> Option<Next<T>>,
    ) -> Poll<Next<T>> {
        if let Some(next) = next(self) {
            return Poll::Ready(next);
        }
        self.wait(task);
        Poll::Pending
    }

    fn wait(&mut self, task: &Context<'_>) {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(task.waker())) {
            self.waker = Some(task.waker().clone());
        }
    }

    fn add(
        &mut self,
        item: T,
        add: impl FnOnce(&mut EnvelopeQueue<T>, T) -> Result<(), T>,
    ) -> Result<Wake, Rejected<T>> {
        if self.intake != Intake::Open {
            return Err(Rejected::Closed(item));
        }
        let is_seen_to = self.is_lent_briefly() && item.needs_state();
        add(self.queue(), item).map_err(Rejected::Full)?;
        Ok(if is_seen_to { Wake(None) } else { self.wake() })
    }

    fn push_late(&mut self, item: T) -> Result<Wake, Rejected<T>> {
        if self.intake != Intake::Ending {
            return Err(Rejected::Closed(item));
        }
        self.late.push_back(item);
        Ok(self.wake())
    }

    fn try_next(&mut self) -> Option<Next<T>> {
        if std::mem::take(&mut self.nudged) {
            return Some(Next::Nudged);
        }
        let is_lent_briefly = self.is_lent_briefly();
        if let Some(queue) = &mut self.queue {
            if is_lent_briefly && queue.peek().is_some_and(Queued::needs_state) {
                // Whoever has the state sees to it, or wakes the task.
                return None;
            }
            if let Some(item) = queue.pop() {
                self.under_way += 1;
                return Some(Next::Item(item));
            }
        }
        if let Some(item) = self.late.pop_front() {
            return Some(Next::Item(item));
        }
        // What waits for reads to end is still read.
        (self.intake == Intake::Closed && self.is_empty()).then_some(Next::Closed)
    }

    fn try_next_late(&mut self) -> Option<Next<T>> {
        if std::mem::take(&mut self.nudged) {
            return Some(Next::Nudged);
        }
        self.late.pop_front().map(Next::Item)
    }

    fn drain(&mut self) -> Vec<T> {
        self.intake = Intake::Closed;
        let mut left = self.queue.as_mut().map_or_else(Vec::new, |queue| queue.drain());
        left.extend(self.late.drain(..));
        left
    }
}

#[cfg(test)]
mod model;
