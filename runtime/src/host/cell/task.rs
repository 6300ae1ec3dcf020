//! The task of an actor: from its start to its end.
//!
//! 1. It starts the actor ([`wake`]), and its `#[run]` before anybody's call can run.
//! 2. It takes what the mailbox brings, one envelope after the other; calls that need no more than the same turn follow each
//!    other in it.
//! 3. Alarms of an actor that no store has are its own to wait for; all others come as an envelope. While alarms are due, they
//!    take turns with what waits.
//! 4. When it is nudged, or the sleep timer has it look, it sees in this order to what is asked of it: to destroy the actor, to
//!    sleep because it asked to, or others need its place, or it was idle for long enough.
//! 5. Work that is to end first (`ctx.wait_until`) is waited for, for up to 15 s, in which the actor goes on as before.
//! 6. Then [`Closing::close`] ends the activation. A sleep that the store fails is tried again after 5 s, a destroy after 1 s.
//!    A mailbox that is closed and empty is a stop of the server.
//! 7. Where it would wait for the mailbox, and nothing that it remembers matters, it ends, and leaves the actor dormant:
//!    `dormant.rs`.
//! 8. A task that is dropped half-way, as tokio does when it is shut down, leaves an actor that nobody runs:
//!    [`ActorTask`]'s drop tells whoever waits for it, and lets go of what it holds.
//!
//! Rare steps are boxed where they are awaited: there is a task for each awake actor, and it is to be small.

use std::{
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use tokio::{
    task::yield_now,
    time::{Instant, sleep_until},
};

use super::{
    Envelope,
    close::{Closing, END_TIMEOUT},
    keep_alive::LifecycleRequest,
    lifecycle::{Phase, Reason},
    mailbox::{Next, NextOrLeft},
    sleep_timer::{Sleeper, When},
    wake::wake,
};
use crate::{
    Actor, Contract, Ctx,
    host::{
        ActorCell,
        admission::stranger::Maker,
        schedules::firing::FiringAlarms,
        turn::{catch::guarded_hook, dispatch::Dispatch, panics::Code, quantum::Quantum},
    },
    util::{
        log::{self, Instrument as _, Span},
        shown::shown,
    },
};

/// The task of an actor, from the start in the span of whoever needs it first to its end. If it is made, it is counted for
/// this maker.
pub(in crate::host) async fn run<A: Actor>(task: ActorTask<A>, maker: Option<Maker>, span: Span) {
    let cell = task.cell();
    // Boxed, here and below: what is rare is not to make every task as large as it is.
    match Box::pin(wake(cell, maker).instrument(span)).await {
        Ok(created) => {
            // Before anybody's call can run.
            task.begin_run();
            cell.owner().start_ended(cell, None);
            cell.lifecycle().set_started(Ok(created));
            task.run_loop().await;
        }
        Err(fault) => {
            cell.owner().start_ended(cell, Some(&fault));
            Closing::of(cell).close_now(&Reason::StartFailed(fault));
        }
    }
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
enum Ended {
    /// The actor has ended.
    Closed,
    /// The actor is dormant.
    Left,
}

/// What a task has of the actor that it runs. Tasks are dropped half-way when tokio's runtime is shut down; then nobody
/// runs the actor any more, and what it still holds is let go of.
pub(in crate::host) struct ActorTask<A: Actor> {
    cell: Arc<ActorCell<A>>,
    /// Whether it has left a dormant actor, which may have another task by now.
    has_left: bool,
}

impl<A: Actor> ActorTask<A> {
    pub(in crate::host) fn new(cell: &Arc<ActorCell<A>>) -> Self {
        Self { cell: Arc::clone(cell), has_left: false }
    }

    pub(in crate::host) fn cell(&self) -> &Arc<ActorCell<A>> {
        &self.cell
    }

    /// Runs an actor that has just started.
    pub(in crate::host) async fn run_loop(self) {
        self.cell.used();
        self.look_again(When::Idle);
        self.go_on().await;
    }

    /// Runs an actor that has started, until it ends or is dormant.
    pub(super) async fn go_on(mut self) {
        let ended = self.run_steps().await;
        self.has_left = matches!(ended, Ended::Left);
    }
}

impl<A: Actor> Drop for ActorTask<A> {
    fn drop(&mut self) {
        if !self.has_left && self.cell.lifecycle().phase() < Phase::Closed {
            Closing::of(&self.cell).close_now(&Reason::Dropped);
        }
    }
}

impl<A: Actor> ActorTask<A> {
    /// When a destroy is tried again that the store failed.
    const RETRY: Duration = Duration::from_secs(1);
    /// When a sleep is tried again that the store failed. Nobody waits for it.
    const RETRY_SLEEP: Duration = Duration::from_secs(5);

    async fn run_steps(&self) -> Ended {
        // The time has come to look whether it can sleep.
        let mut looks = false;
        // Set while nothing but work that is to end first keeps it from sleeping.
        let mut finish_by = None;
        // Set while it asks to sleep and could not be saved: what fails wakes the actor's task, and would have it try at once.
        let mut sleeps_not_before = None;
        let (mut firing, mut quantum) = (FiringAlarms::default(), Quantum::new());
        // Set by what may have more of its kind behind it.
        let mut lingers = false;
        loop {
            let may_leave =
                !looks && finish_by.is_none() && sleeps_not_before.is_none() && self.may_be_dormant();
            match self.next_step(&firing, may_leave, &mut lingers).await {
                Step::Take(Next::Item(envelope)) => {
                    let (dispatch, most) = (Dispatch::of(&self.cell), firing.calls_before());
                    let taken = match dispatch.take_now(envelope, most) {
                        Ok(taken) => taken,
                        // One allocation for a turn, and for all calls that share it.
                        Err(envelope) => Box::pin(dispatch.take(envelope, most, &mut firing)).await,
                    };
                    firing.ran(taken);
                    lingers = true;
                    if self.cell.mailbox().done() {
                        self.cell.used();
                    } else if quantum.is_over_after(taken) {
                        yield_now().await;
                    }
                    // What it requested comes as a nudge, before the next item.
                    continue;
                }
                Step::Take(Next::Nudged) => Box::pin(self.cell.turns().settle()).await,
                Step::Take(Next::Closed) => {
                    Box::pin(Closing::of(&self.cell).close(Reason::Shutdown)).await;
                    return Ended::Closed;
                }
                Step::Leave => return Ended::Left,
                Step::BeginFiring => firing.begin(None),
                Step::Fire => {
                    Box::pin(self.cell.schedules().fire_next(&mut firing)).await;
                    self.cell.used();
                }
                Step::Look => {
                    // A tokio runtime that is being shut down drops the timer's task where it is spawned, which has all look
                    // that are entered: this one again and again, unless it lets itself be dropped here.
                    yield_now().await;
                    looks = true;
                }
            }
            let now = Instant::now();
            if self.cell.is_to_be_destroyed() {
                if Box::pin(Closing::of(&self.cell).close(Reason::Destroy)).await {
                    return Ended::Closed;
                }
                firing.break_off();
                if !self.cell.is_to_be_destroyed() {
                    // It is taken back, but what it does was told to stop: this activation is over.
                    self.cell.request(LifecycleRequest::Sleep);
                }
                looks = false;
                self.look_again(When::In(Self::RETRY));
                continue;
            }
            if firing.is_on() {
                continue;
            }
            let is_evicted = self.cell.keep_alive().take_evicted();
            // Held, or used since, unless it turns out otherwise.
            let mut next_look = std::mem::take(&mut looks).then_some(When::Idle);
            let is_time = next_look.is_some() || finish_by.is_some();
            if !self.may_sleep(is_time, is_evicted, now) || sleeps_not_before.is_some_and(|retry| now < retry)
            {
                finish_by = None;
            } else if self.cell.keep_alive().is_finishing()
                && now < *finish_by.get_or_insert(now + END_TIMEOUT)
            {
                next_look = Some(When::In(END_TIMEOUT));
            } else if Box::pin(Closing::of(&self.cell).close(Reason::Sleep)).await {
                return Ended::Closed;
            } else {
                finish_by = None;
                if self.cell.keep_alive().request() == LifecycleRequest::Sleep {
                    sleeps_not_before = Some(now + Self::RETRY_SLEEP);
                    next_look = Some(When::In(Self::RETRY_SLEEP));
                }
            }
            if let Some(when) = next_look.or_else(|| self.cell.last_use().wants_ticks().then_some(When::Idle))
            {
                self.look_again(when);
            }
        }
    }

    /// What the actor's task does next.
    async fn next_step(&self, firing: &FiringAlarms, may_leave: bool, lingers: &mut bool) -> Step<A> {
        if firing.is_on() {
            let next = if firing.is_next() { None } else { self.cell.mailbox().try_next() };
            return next.map_or(Step::Fire, Step::Take);
        }
        if A::EPHEMERAL && self.cell.durable().has_alarms() {
            // Before the mailbox, which may never be empty. Boxed, as few have alarms that no store has.
            let own_alarm = Box::pin(self.own_alarm(firing));
            return tokio::select! {
                biased;
                () = own_alarm => Step::BeginFiring,
                step = self.next_of_mailbox() => step,
            };
        }
        if may_leave {
            return self.next_or_leave(lingers).await;
        }
        self.next_of_mailbox().await
    }

    /// The same for a task that may leave: it lingers first, if it has done something just now.
    async fn next_or_leave(&self, lingers: &mut bool) -> Step<A> {
        let mailbox = self.cell.mailbox();
        if *lingers {
            if let Some(next) = mailbox.try_next() {
                return Step::Take(next);
            }
            *lingers = false;
            yield_now().await;
        }
        let is_due = || Sleeper::next_look(&*self.cell).take_due();
        match mailbox.next_or_leave(is_due, || Waker::from(Arc::clone(&self.cell))) {
            NextOrLeft::Next(next) => Step::Take(next),
            NextOrLeft::Else => Step::Look,
            NextOrLeft::Left => Step::Leave,
        }
    }

    /// Whether the actor needs no task before something comes.
    fn may_be_dormant(&self) -> bool {
        let keep_alive = self.cell.keep_alive();
        let is_busy = keep_alive.is_held() || keep_alive.is_finishing();
        !A::HOOKS.run && !is_busy && self.cell.known_connections().is_none_or(|known| known.is_empty())
    }

    async fn next_of_mailbox(&self) -> Step<A> {
        self.cell
            .mailbox()
            .next_unless(|| Sleeper::next_look(&*self.cell).take_due())
            .await
            .map_or(Step::Look, Step::Take)
    }

    /// Whether it asks to sleep, or has been idle for long enough, which is looked at now and then; or is idle, and `is_evicted`.
    fn may_sleep(&self, is_time: bool, is_evicted: bool, now: Instant) -> bool {
        if self.cell.has_messages_to_handle() {
            return false;
        }
        match self.cell.keep_alive().request() {
            // Calls under way are waited for, as they are by whoever changes it.
            LifecycleRequest::Sleep => !self.cell.keep_alive().is_kept(),
            _ => {
                (is_evicted && self.cell.is_idle())
                    || (is_time && self.cell.is_idle() && now >= self.may_sleep_at())
            }
        }
    }

    /// The next alarm of an actor that is in no store; the others' are the alarm scheduler's.
    async fn own_alarm(&self, firing: &FiringAlarms) {
        if let Some(not_before) = firing.not_before() {
            sleep_until(not_before).await;
        }
        let due = self.cell.durable().next_alarm_due();
        self.cell.shared().clock().reaches(due).await;
    }

    /// Runs `#[run]` up to where it waits, and has it go on in a task of its own.
    pub(in crate::host) fn begin_run(&self) {
        if !A::HOOKS.run {
            return;
        }
        let ctx = Ctx::beside(Arc::clone(&self.cell));
        let cell = Arc::clone(&self.cell);
        let (broadcasts, shared) =
            (Arc::clone(self.cell.connections().broadcasts()), Arc::clone(self.cell.shared()));
        let span = self.cell.spans().hook("run", None);
        let mut run = Box::pin(
            async move {
                let what = Code { panics: shared.panics(), name: (<A::Contract as Contract>::NAME, "run") };
                let run = broadcasts.corked_beside(guarded_hook(what, Duration::MAX, A::run(ctx)));
                let ended = tokio::select! {
                    biased;
                    ended = run => ended.and_then(|ended| ended),
                    () = cell.lifecycle().reached(Phase::Closing) => Ok(()),
                };
                if let Err(fault) = ended {
                    log::error!(
                        actor = <A::Contract as Contract>::NAME,
                        fault = shown(&fault),
                        "`#[run]` ended with an error"
                    );
                }
            }
            .instrument(span),
        );
        if run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            self.cell.keep_alive().spawn_run(run);
        }
    }

    fn may_sleep_at(&self) -> Instant {
        self.cell.shared().clock().instant(Sleeper::used_at_ms(&*self.cell)) + A::OPTIONS.sleep_timeout
    }

    /// Has its task woken then, to look whether it can sleep.
    fn look_again(&self, when: When) {
        self.cell.sleep_timer().set(&self.cell, when, self.cell.shared());
    }
}
