//! The task of an actor: from its start to its end.
//!
//! 1. It starts the actor ([`ActorCell::start`]), and its `#[run]` before anybody's call can run.
//! 2. It takes what the mailbox brings, one envelope after the other; calls that need no more than the same turn follow each
//!    other in it.
//! 3. Alarms of an actor that no store has are its own to wait for; all others come as an envelope. While alarms are due, they
//!    take turns with what waits.
//! 4. When it is nudged, or the sleep timer has it look, it sees in this order to what is asked of it: to destroy the actor, to
//!    sleep because it asked to, or others need its place, or it was idle for long enough.
//! 5. Work that is to end first (`ctx.wait_until`) is waited for, for up to 15 s, in which the actor goes on as before.
//! 6. Then [`ActorCell::close`] ends the activation. A sleep that the store fails is tried again after 5 s, a destroy after 1 s.
//!    A mailbox that is closed and empty is a stop of the server.
//! 7. A task that is dropped half-way, as tokio does when it is shut down, leaves an actor that nobody runs:
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
    envelope::Envelope,
    keep_alive::{LifecycleRequest, Work},
    lifecycle::{Phase, Reason},
    mailbox::Next,
    sleep_timer::{Sleeper, When},
};
use crate::{
    Actor, Contract, Fault, WorkHandle,
    host::{
        ActorCell,
        admission::stranger::Maker,
        schedules::firing::FiringAlarms,
        turn::{awaited::Awaited, catch::guarded_hook, panics::Code, quantum::Quantum},
    },
    util::{
        log::{self, Instrument as _, Span},
        shown::shown,
    },
};

/// The task of an actor, from the start in the span of whoever needs it first to its end. If it is made, it is counted for
/// this maker.
pub(in crate::host) async fn run<A: Actor>(task: ActorTask<A>, maker: Option<Maker>, span: Span) {
    let cell = &task.0;
    // Boxed, here and below: what is rare is not to make every task as large as it is.
    match Box::pin(cell.start(maker).instrument(span)).await {
        Ok(created) => {
            // Before anybody's call can run.
            cell.begin_run();
            cell.kind().start_ended(cell, None);
            cell.lifecycle().set_started(Ok(created));
            cell.run_loop().await;
        }
        Err(fault) => {
            cell.kind().start_ended(cell, Some(&fault));
            cell.close_now(&Reason::StartFailed(fault));
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
}

/// What a task has of the actor that it runs. Tasks are dropped half-way when tokio's runtime is shut down; then nobody
/// runs the actor any more, and what it still holds is let go of.
pub(in crate::host) struct ActorTask<A: Actor>(Arc<ActorCell<A>>);

impl<A: Actor> ActorTask<A> {
    pub(in crate::host) fn new(cell: &Arc<ActorCell<A>>) -> Self {
        Self(Arc::clone(cell))
    }

    pub(in crate::host) fn cell(&self) -> &Arc<ActorCell<A>> {
        &self.0
    }
}

impl<A: Actor> Drop for ActorTask<A> {
    fn drop(&mut self) {
        if self.0.lifecycle().phase() < Phase::Closed {
            self.0.close_now(&Reason::Dropped);
        }
    }
}

impl<A: Actor> ActorCell<A> {
    /// How long the work may take that is waited for.
    pub(in crate::host) const END_TIMEOUT: Duration = Duration::from_secs(15);
    /// When a destroy is tried again that the store failed.
    const RETRY: Duration = Duration::from_secs(1);
    /// When a sleep is tried again that the store failed. Nobody waits for it.
    const RETRY_SLEEP: Duration = Duration::from_secs(5);

    pub(in crate::host) async fn run_loop(self: &Arc<Self>) {
        self.used();
        self.look_again(When::Idle);
        // The time has come to look whether it can sleep.
        let mut looks = false;
        // Set while nothing but work that is to end first keeps it from sleeping.
        let mut finish_by = None;
        // Set while it asks to sleep and could not be saved: what fails wakes the actor's task, and would have it try at once.
        let mut sleeps_not_before = None;
        let (mut firing, mut quantum) = (FiringAlarms::default(), Quantum::new());
        loop {
            match self.next_step(&firing).await {
                Step::Take(Next::Item(envelope)) => {
                    // One allocation for a turn, and for all calls that share it.
                    let taken = Box::pin(self.take(envelope, firing.calls_before(), &mut firing)).await;
                    firing.ran(taken);
                    if self.mailbox().done() {
                        self.used();
                    } else if quantum.is_over_after(taken) {
                        yield_now().await;
                    }
                    // What it requested comes as a nudge, before the next item.
                    continue;
                }
                Step::Take(Next::Nudged) => Box::pin(self.settle()).await,
                Step::Take(Next::Closed) => {
                    Box::pin(self.close(Reason::Shutdown)).await;
                    break;
                }
                Step::BeginFiring => firing.begin(None),
                Step::Fire => {
                    Box::pin(self.schedules().fire_next(&mut firing)).await;
                    self.used();
                }
                Step::Look => {
                    // A tokio runtime that is being shut down drops the timer's task where it is spawned, which has all look
                    // that are entered: this one again and again, unless it lets itself be dropped here.
                    yield_now().await;
                    looks = true;
                }
            }
            let now = Instant::now();
            if self.is_to_be_destroyed() {
                if Box::pin(self.close(Reason::Destroy)).await {
                    break;
                }
                firing.break_off();
                if !self.is_to_be_destroyed() {
                    // It is taken back, but what it does was told to stop: this activation is over.
                    self.request(LifecycleRequest::Sleep);
                }
                looks = false;
                self.look_again(When::In(Self::RETRY));
                continue;
            }
            if firing.is_on() {
                continue;
            }
            let is_evicted = self.keep_alive().take_evicted();
            // Held, or used since, unless it turns out otherwise.
            let mut next_look = std::mem::take(&mut looks).then_some(When::Idle);
            let is_time = next_look.is_some() || finish_by.is_some();
            if !self.may_sleep(is_time, is_evicted, now) || sleeps_not_before.is_some_and(|retry| now < retry)
            {
                finish_by = None;
            } else if self.keep_alive().is_finishing()
                && now < *finish_by.get_or_insert(now + Self::END_TIMEOUT)
            {
                next_look = Some(When::In(Self::END_TIMEOUT));
            } else if Box::pin(self.close(Reason::Sleep)).await {
                break;
            } else {
                finish_by = None;
                if self.keep_alive().request() == LifecycleRequest::Sleep {
                    sleeps_not_before = Some(now + Self::RETRY_SLEEP);
                    next_look = Some(When::In(Self::RETRY_SLEEP));
                }
            }
            if let Some(when) = next_look.or_else(|| self.last_use().wants_ticks().then_some(When::Idle)) {
                self.look_again(when);
            }
        }
    }

    /// What the actor's task does next.
    async fn next_step(&self, firing: &FiringAlarms) -> Step<A> {
        if firing.is_on() {
            let next = if firing.is_next() { None } else { self.mailbox().try_next() };
            return next.map_or(Step::Fire, Step::Take);
        }
        if A::EPHEMERAL && self.durable().has_alarms() {
            // Before the mailbox, which may never be empty. Boxed, as few have alarms that no store has.
            let own_alarm = Box::pin(self.own_alarm(firing));
            return tokio::select! {
                biased;
                () = own_alarm => Step::BeginFiring,
                step = self.next_of_mailbox() => step,
            };
        }
        self.next_of_mailbox().await
    }

    async fn next_of_mailbox(&self) -> Step<A> {
        self.mailbox()
            .next_unless(|| Sleeper::next_look(self).take_due())
            .await
            .map_or(Step::Look, Step::Take)
    }

    /// Whether it asks to sleep, or has been idle for long enough, which is looked at now and then; or is idle, and `is_evicted`.
    fn may_sleep(&self, is_time: bool, is_evicted: bool, now: Instant) -> bool {
        if self.has_messages_to_handle() {
            return false;
        }
        match self.keep_alive().request() {
            // Calls under way are waited for, as they are by whoever changes it.
            LifecycleRequest::Sleep => !self.keep_alive().is_kept(),
            _ => (is_evicted && self.is_idle()) || (is_time && self.is_idle() && now >= self.may_sleep_at()),
        }
    }

    /// Whether a message waits for `#[run]`, which is there to take it.
    pub(in crate::host) fn has_messages_to_handle(&self) -> bool {
        self.keep_alive().is_running() && self.durable().has_queued_work()
    }

    /// The next alarm of an actor that is in no store; the others' are the alarm scheduler's.
    async fn own_alarm(&self, firing: &FiringAlarms) {
        if let Some(not_before) = firing.not_before() {
            sleep_until(not_before).await;
        }
        let due = self.durable().next_alarm_due();
        self.shared().clock().reaches(due).await;
    }

    pub(in crate::host) fn own_alarm_is_due(&self) -> bool {
        A::EPHEMERAL && self.durable().has_alarm_due(self.shared().clock().now())
    }

    /// Runs `#[run]` up to where it waits, and has it go on in a task of its own.
    pub(in crate::host) fn begin_run(self: &Arc<Self>) {
        if !A::HOOKS.run {
            return;
        }
        let ctx = self.ctx_beside();
        let cell = Arc::clone(self);
        let (broadcasts, shared) = (Arc::clone(self.connections().broadcasts()), Arc::clone(self.shared()));
        let span = self.hook_span("run", None);
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
            self.keep_alive().spawn_run(run);
        }
    }

    /// Whether nothing keeps it awake.
    pub(in crate::host) fn is_idle(&self) -> bool {
        let alone = A::OPTIONS.hibernate || self.connections().is_empty();
        alone && !self.keep_alive().is_held() && !(A::EPHEMERAL && self.durable().has_alarms())
    }

    /// Runs work that keeps it awake.
    pub(crate) fn keep_awake<F>(self: &Arc<Self>, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn_work("keepAwake", Work::keeping(Arc::clone(self)), work)
    }

    /// Runs work that is to end before it sleeps.
    pub(crate) fn wait_until<F>(self: &Arc<Self>, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn_work("waitUntil", Work::finishing(Arc::clone(self)), work)
    }

    fn spawn_work<F>(self: &Arc<Self>, name: &'static str, held: Work, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let awaited = Arc::new(Awaited::default());
        let work = self.link_beside(name, Arc::clone(&awaited)).scope(Box::pin(work));
        let task = self.keep_alive().spawn_work(async move {
            let result = work.await;
            drop(held);
            result
        });
        self.durable().begun(|| task.abort_handle());
        WorkHandle::new(task, awaited)
    }

    /// Asks for a change of the actor's own life, beside its turns.
    pub(crate) fn request(&self, request: LifecycleRequest) {
        self.raise_request(request);
        self.mailbox().nudge();
    }

    /// The same for a turn, whose end wakes the actor's task.
    pub(in crate::host) fn raise_request(&self, request: LifecycleRequest) {
        self.keep_alive().raise_request(request, &self.lifecycle());
    }

    /// Asks the actor to sleep now, if it is idle: others need its place.
    pub(in crate::host) fn evict(&self) {
        self.keep_alive().evict();
        self.mailbox().nudge();
    }

    fn may_sleep_at(&self) -> Instant {
        self.shared().clock().instant(Sleeper::used_at_ms(self)) + A::OPTIONS.sleep_timeout
    }

    /// Has its task woken then, to look whether it can sleep.
    fn look_again(self: &Arc<Self>, when: When) {
        self.kind().sleep_timer().set(self, when, self.shared());
    }

    /// For a hook that nobody asked for.
    pub(in crate::host) fn log(&self, result: Result<(), Fault>) {
        if let Err(fault) = result {
            log::error!(actor = shown(self.record().id), fault = shown(&fault), "hook failed");
        }
    }
}
