//! What a mailbox has under its lock, and each step that is taken there. No step runs code of the user's or wakes anybody:
//! it gives back what is to be dropped or woken once the lock is free.

use std::{
    mem,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{
    item::{GivenBack, Intake, Next, NextOrLeft, Queued, Rejected},
    place::Place,
    waiting::{Wake, Wanted},
};
use crate::host::cell::{envelope_queue::EnvelopeQueue, fair_queue::Bounds, flow::Flow};

/// What is under the lock.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none follows from the others"
)]
pub(in crate::host) struct Inner<S, T> {
    pub(super) state: Place<S>,
    /// Whether the turn of whoever has it to themselves does not await.
    pub(super) is_brief: bool,
    /// How many share it.
    pub(super) readers: u32,
    /// What the actor's task waits for.
    wanted: Option<Wanted>,
    /// Made with the first item: most actors are idle whenever they are called.
    pub(super) queue: Option<Box<EnvelopeQueue<T>>>,
    bounds: Bounds,
    intake: Intake,
    /// What the task has taken out and is not done with.
    under_way: u32,
    pub(super) nudged: bool,
    /// Of the actor's task, while it waits; or what spawns it again.
    pub(super) waker: Option<Waker>,
    /// Whether the task has left.
    is_dormant: bool,
    is_discarded: bool,
}

impl<S, T: Queued> Inner<S, T> {
    pub(super) fn new(bounds: Bounds, state: S) -> Self {
        Self {
            state: Place::Here(state),
            is_brief: false,
            readers: 0,
            wanted: None,
            queue: None,
            bounds,
            intake: Intake::Open,
            under_way: 0,
            nudged: false,
            waker: None,
            is_dormant: false,
            is_discarded: false,
        }
    }

    #[inline]
    fn queue(&mut self) -> &mut EnvelopeQueue<T> {
        self.queue.get_or_insert_with(|| Box::new(EnvelopeQueue::new(self.bounds)))
    }

    fn is_empty(&self) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.is_empty())
    }

    pub(super) fn is_idle(&self) -> bool {
        self.under_way == 0 && self.intake == Intake::Open && self.is_empty()
    }

    /// How many items wait or are under way, but those that the task has taken ahead.
    pub(super) fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.len()) + self.under_way as usize
    }

    /// Whether what waits is shared out.
    #[inline]
    pub(super) fn is_shared_out(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.is_shared_out())
    }

    /// Whether whoever has the state gives it back without awaiting, and looks at the queue then.
    #[inline]
    fn is_lent_briefly(&self) -> bool {
        self.state.is_away() && self.is_brief
    }

    pub(super) fn take_if_idle(&mut self) -> Option<S> {
        if !self.is_idle() || self.readers > 0 || self.wanted.is_some() {
            return None;
        }
        let state = self.state.take()?;
        self.is_brief = true;
        Some(state)
    }

    pub(super) fn share_if_idle(&mut self) -> Option<Arc<S>> {
        if !self.is_idle() || self.wanted.is_some() {
            return None;
        }
        self.share()
    }

    fn share(&mut self) -> Option<Arc<S>> {
        let state = self.state.share()?;
        self.readers += 1;
        Some(state)
    }

    pub(super) fn goes_on(&mut self) -> Wake {
        self.is_brief = false;
        self.wake_if_waiting()
    }

    /// `None` if the state lies here again, and nothing follows from that: most often nothing has come meanwhile.
    #[inline]
    pub(super) fn give_back(
        &mut self,
        state: S,
        runs: impl FnOnce() -> bool,
    ) -> Option<(GivenBack<S, T>, Wake, Option<S>)> {
        if self.is_discarded || self.has_more() {
            return Some(self.give_back_and_look(state, runs));
        }
        self.state = Place::Here(state);
        None
    }

    fn give_back_and_look(
        &mut self,
        state: S,
        runs: impl FnOnce() -> bool,
    ) -> (GivenBack<S, T>, Wake, Option<S>) {
        if self.is_discarded {
            return (GivenBack::Over, Wake(None), Some(state));
        }
        if let Some(next) = self.next_in_place(runs) {
            return (GivenBack::Next(state, next), Wake(None), None);
        }
        self.state = Place::Here(state);
        (GivenBack::Over, self.wake_if_waiting(), None)
    }

    pub(super) fn end_read(&mut self) -> Wake {
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
    pub(super) fn wake_if_waiting(&mut self) -> Wake {
        if self.has_more() { self.wake() } else { Wake(None) }
    }

    #[inline]
    fn has_more(&self) -> bool {
        self.wanted.is_some() || self.nudged || !self.is_empty()
    }

    #[inline]
    pub(super) fn wake(&mut self) -> Wake {
        self.is_dormant = false;
        Wake(self.waker.take())
    }

    pub(super) fn try_alone(&mut self) -> Option<S> {
        let state = if self.readers == 0 { self.state.take() } else { None };
        self.got(state)
    }

    pub(super) fn try_shared(&mut self) -> Option<Arc<S>> {
        let state = self.share();
        self.got(state)
    }

    /// What the actor's task has of the state, if it is not to wait for that.
    fn got<R>(&mut self, state: Option<R>) -> Option<R> {
        if state.is_some() {
            (self.is_brief, self.wanted) = (false, None);
        }
        state
    }

    pub(super) fn poll_state<R>(
        &mut self,
        wanted: Wanted,
        get: fn(&mut Self) -> Option<R>,
        task: &Context<'_>,
    ) -> Poll<R> {
        if let Some(state) = get(self) {
            return Poll::Ready(state);
        }
        self.wanted = Some(wanted);
        self.wait(task);
        Poll::Pending
    }

    pub(super) fn poll(
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

    #[inline]
    pub(super) fn add(
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

    pub(super) fn push_late(&mut self, item: T) -> Result<Wake, Rejected<T>> {
        if self.intake != Intake::Ending {
            return Err(Rejected::Closed(item));
        }
        self.queue().push_late(item);
        Ok(self.wake())
    }

    pub(super) fn try_next(&mut self) -> Option<Next<T>> {
        if mem::take(&mut self.nudged) {
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
            if let Some(item) = queue.pop_late() {
                return Some(Next::Item(item));
            }
        }
        // What waits for reads to end is still read.
        (self.intake == Intake::Closed && self.is_empty()).then_some(Next::Closed)
    }

    pub(super) fn try_next_late(&mut self) -> Option<Next<T>> {
        if mem::take(&mut self.nudged) {
            return Some(Next::Nudged);
        }
        self.queue.as_mut()?.pop_late().map(Next::Item)
    }

    /// The task gives up waiting for the state.
    pub(super) fn want_no_more(&mut self) {
        self.wanted = None;
    }

    pub(super) fn is_ending(&self) -> bool {
        self.intake == Intake::Ending
    }

    pub(super) fn begin_flow_read(&mut self, flow: Flow, has_turn: bool) -> bool {
        self.queue().begin_read(flow, has_turn)
    }

    pub(super) fn end_flow_read(&mut self, flow: Flow) -> Wake {
        if self.queue().end_read(flow) { self.wake() } else { Wake(None) }
    }

    pub(super) fn nudge(&mut self) -> Wake {
        self.nudged = true;
        self.wake()
    }

    pub(super) fn close(&mut self) -> Wake {
        self.intake = Intake::Closed;
        self.wake()
    }

    pub(super) fn begin_end(&mut self, anyhow: bool) -> bool {
        let begins = self.intake == Intake::Open && (anyhow || self.is_idle());
        if begins {
            self.intake = Intake::Ending;
        }
        begins
    }

    pub(super) fn seal(&mut self) -> bool {
        let is_over = self.queue.as_ref().is_none_or(|queue| !queue.has_late());
        if is_over {
            self.intake = Intake::Closed;
        }
        is_over
    }

    pub(super) fn discard_state(&mut self) -> Place<S> {
        self.is_discarded = true;
        mem::replace(&mut self.state, Place::Away)
    }

    /// Gives the waker that was left before too, to be dropped once the lock is free.
    pub(super) fn next_or_leave(
        &mut self,
        has_else: impl FnOnce() -> bool,
        spawns: impl FnOnce() -> Waker,
    ) -> (NextOrLeft<T>, Option<Waker>) {
        if let Some(next) = self.try_next() {
            return (NextOrLeft::Next(next), None);
        }
        // Looked at under the lock: whoever says so then wakes the task.
        if has_else() {
            return (NextOrLeft::Else, None);
        }
        self.is_dormant = true;
        (NextOrLeft::Left, self.waker.replace(spawns()))
    }

    pub(super) fn take_dormant(&mut self) -> Option<Waker> {
        if mem::take(&mut self.is_dormant) { self.waker.take() } else { None }
    }

    pub(super) fn done(&mut self) -> bool {
        self.under_way = self.under_way.saturating_sub(1);
        self.is_idle()
    }

    pub(super) fn drain(&mut self) -> Vec<T> {
        self.intake = Intake::Closed;
        self.queue.as_mut().map_or_else(Vec::new, |queue| queue.drain())
    }
}
