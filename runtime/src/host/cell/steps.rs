//! What the task of an actor does, step by step, until the actor ends or is dormant: 2 to 7 of what `task.rs` says.

use std::{sync::Arc, task::Waker, time::Duration};

use tokio::{
    task::yield_now,
    time::{Instant, sleep_until},
};

use super::{
    Envelope,
    close::{Closing, END_TIMEOUT},
    keep_alive::LifecycleRequest,
    lifecycle::Reason,
    mailbox::{Next, NextOrLeft},
    sleep_timer::{Sleeper, When},
};
use crate::{
    Actor,
    host::{
        ActorCell,
        schedules::firing::FiringAlarms,
        turn::{dispatch::Dispatch, quantum::Quantum},
    },
};

/// The steps of an actor's task, and what it remembers from one to the next.
pub(super) struct Steps<'a, A: Actor> {
    cell: &'a Arc<ActorCell<A>>,
    firing: FiringAlarms,
    quantum: Quantum,
    /// Whether more may follow what was taken last.
    lingers: bool,
    /// Whether the time has come to look whether the actor can sleep.
    looks: bool,
    /// Until when work may end first, while nothing else keeps the actor from sleeping.
    finish_by: Option<Instant>,
    /// When a sleep is tried again that the actor asked for and the store failed: what fails wakes the task, which would try at
    /// once.
    sleeps_not_before: Option<Instant>,
}

/// What the task of an actor does next.
enum Step<A: Actor> {
    /// Take what the mailbox brought.
    Take(Next<Envelope<A>>),
    /// Run an alarm that is due.
    Fire,
    /// Begin to: an alarm of an actor that is in no store is due.
    BeginFiring,
    /// See whether it can sleep.
    Look,
    /// Nothing: it ends, and touches nothing any more.
    Leave,
}

/// How a task ends.
pub(super) enum Ended {
    /// The actor has ended.
    Closed,
    /// The actor is dormant.
    Left,
}

impl<'a, A: Actor> Steps<'a, A> {
    /// When a destroy is tried again that the store failed.
    const RETRY: Duration = Duration::from_secs(1);
    /// When a sleep is tried again that the store failed. Nobody waits for it.
    const RETRY_SLEEP: Duration = Duration::from_secs(5);

    pub(super) fn of(cell: &'a Arc<ActorCell<A>>) -> Self {
        Self {
            cell,
            firing: FiringAlarms::default(),
            quantum: Quantum::new(),
            lingers: false,
            looks: false,
            finish_by: None,
            sleeps_not_before: None,
        }
    }

    pub(super) async fn run(mut self) -> Ended {
        loop {
            match self.next().await {
                Step::Take(Next::Item(envelope)) => {
                    self.take(envelope).await;
                    // What it requested comes as a nudge, before the next item.
                    continue;
                }
                Step::Take(Next::Nudged) => Box::pin(self.cell.turns().settle()).await,
                Step::Take(Next::Closed) => {
                    Box::pin(Closing::of(self.cell).close(Reason::Shutdown)).await;
                    return Ended::Closed;
                }
                Step::Leave => return Ended::Left,
                Step::BeginFiring => self.firing.begin(None),
                Step::Fire => {
                    Box::pin(self.cell.schedules().fire_next(&mut self.firing)).await;
                    self.cell.used();
                }
                Step::Look => {
                    // A tokio runtime that is being shut down drops the timer's task where it is spawned, which has all look
                    // that are entered: this one again and again, unless it lets itself be dropped here.
                    yield_now().await;
                    self.looks = true;
                }
            }
            if self.has_ended_as_asked().await {
                return Ended::Closed;
            }
        }
    }

    async fn next(&mut self) -> Step<A> {
        if self.firing.is_on() {
            let next = if self.firing.is_next() { None } else { self.cell.mailbox().try_next() };
            return next.map_or(Step::Fire, Step::Take);
        }
        if A::EPHEMERAL && self.cell.durable().has_alarms() {
            // Before the mailbox, which may never be empty. Boxed, as few have alarms that no store has.
            let own_alarm = Box::pin(self.own_alarm());
            return tokio::select! {
                biased;
                () = own_alarm => Step::BeginFiring,
                step = self.next_of_mailbox() => step,
            };
        }
        if self.may_be_dormant() {
            return self.next_or_leave().await;
        }
        self.next_of_mailbox().await
    }

    async fn next_of_mailbox(&self) -> Step<A> {
        self.cell.mailbox().next_unless(|| self.is_due_to_look()).await.map_or(Step::Look, Step::Take)
    }

    /// The same for a task that may leave: it lingers first, if it has done something just now.
    async fn next_or_leave(&mut self) -> Step<A> {
        let mailbox = self.cell.mailbox();
        if self.lingers {
            if let Some(next) = mailbox.try_next() {
                return Step::Take(next);
            }
            self.lingers = false;
            self.let_others_run().await;
        }
        match mailbox.next_or_leave(|| self.is_due_to_look(), || Waker::from(Arc::clone(self.cell))) {
            NextOrLeft::Next(next) => Step::Take(next),
            NextOrLeft::Else => Step::Look,
            NextOrLeft::Left => Step::Leave,
        }
    }

    fn is_due_to_look(&self) -> bool {
        Sleeper::next_look(&**self.cell).take_due()
    }

    /// Whether the actor needs no task before something comes, and this one has nothing to remember.
    fn may_be_dormant(&self) -> bool {
        let remembers = self.looks || self.finish_by.is_some() || self.sleeps_not_before.is_some();
        let keep_alive = self.cell.keep_alive();
        let is_busy = keep_alive.is_held() || keep_alive.is_finishing();
        let is_alone = || self.cell.known_connections().is_none_or(|known| known.is_empty());
        !remembers && !A::HOOKS.run && !is_busy && is_alone()
    }

    /// The next alarm of an actor that is in no store; the others' are the alarm scheduler's.
    async fn own_alarm(&self) {
        if let Some(not_before) = self.firing.not_before() {
            sleep_until(not_before).await;
        }
        let due = self.cell.durable().next_alarm_due();
        self.cell.shared().clock().reaches(due).await;
    }

    async fn take(&mut self, envelope: Envelope<A>) {
        let (dispatch, most) = (Dispatch::of(self.cell), self.firing.calls_before());
        self.quantum.count_turn();
        let taken = match dispatch.take_now(envelope, most, &mut self.quantum) {
            Ok(taken) => taken,
            // One allocation for a turn, and for all calls that share it.
            Err(envelope) => {
                Box::pin(dispatch.take(envelope, most, &mut self.quantum, &mut self.firing)).await
            }
        };
        self.firing.ran(taken);
        self.lingers = true;
        if self.cell.mailbox().done() {
            self.cell.used();
        }
        if self.quantum.is_over() {
            self.let_others_run().await;
        }
    }

    async fn let_others_run(&mut self) {
        yield_now().await;
        self.quantum = Quantum::new();
    }

    /// Sees to what is asked of the actor. Says whether it has ended.
    async fn has_ended_as_asked(&mut self) -> bool {
        let now = Instant::now();
        if self.cell.is_to_be_destroyed() {
            return self.is_destroyed().await;
        }
        if self.firing.is_on() {
            return false;
        }
        // Held, or used since, unless it turns out otherwise.
        let idle_look = std::mem::take(&mut self.looks).then_some(When::Idle);
        let next_look = if self.may_sleep(idle_look.is_some(), now) {
            if self.waits_for_work(now) {
                Some(When::In(END_TIMEOUT))
            } else if Box::pin(Closing::of(self.cell).close(Reason::Sleep)).await {
                return true;
            } else {
                self.stays_awake(now).or(idle_look)
            }
        } else {
            self.finish_by = None;
            idle_look
        };
        if let Some(when) = next_look.or_else(|| self.cell.last_use().wants_ticks().then_some(When::Idle)) {
            look_again(self.cell, when);
        }
        false
    }

    async fn is_destroyed(&mut self) -> bool {
        if Box::pin(Closing::of(self.cell).close(Reason::Destroy)).await {
            return true;
        }
        self.firing.break_off();
        if !self.cell.is_to_be_destroyed() {
            // It is taken back, but what it does was told to stop: this activation is over.
            self.cell.request(LifecycleRequest::Sleep);
        }
        self.looks = false;
        look_again(self.cell, When::In(Self::RETRY));
        false
    }

    /// Whether it asks to sleep, or has been idle for long enough, which is looked at now and then; or is idle, and its place is
    /// wanted.
    fn may_sleep(&self, looks: bool, now: Instant) -> bool {
        let is_evicted = self.cell.keep_alive().take_evicted();
        if self.cell.has_messages_to_handle() || self.sleeps_not_before.is_some_and(|retry| now < retry) {
            return false;
        }
        if self.cell.keep_alive().request() == LifecycleRequest::Sleep {
            // Calls under way are waited for, as they are by whoever changes it.
            return !self.cell.keep_alive().is_kept();
        }
        let is_time = (looks || self.finish_by.is_some()) && now >= self.may_sleep_at();
        (is_evicted || is_time) && self.cell.is_idle()
    }

    fn may_sleep_at(&self) -> Instant {
        self.cell.shared().clock().instant(Sleeper::used_at_ms(&**self.cell)) + A::OPTIONS.sleep_timeout
    }

    /// Whether work is to end before the actor sleeps, for which it has time left.
    fn waits_for_work(&mut self, now: Instant) -> bool {
        self.cell.keep_alive().is_finishing() && now < *self.finish_by.get_or_insert(now + END_TIMEOUT)
    }

    /// It could not be put to sleep. When it looks again, if it asked to sleep itself.
    fn stays_awake(&mut self, now: Instant) -> Option<When> {
        self.finish_by = None;
        (self.cell.keep_alive().request() == LifecycleRequest::Sleep).then(|| {
            self.sleeps_not_before = Some(now + Self::RETRY_SLEEP);
            When::In(Self::RETRY_SLEEP)
        })
    }
}

/// Has the task of an actor woken then, to look whether the actor can sleep.
pub(super) fn look_again<A: Actor>(cell: &Arc<ActorCell<A>>, when: When) {
    cell.sleep_timer().set(cell, when, cell.shared());
}
