//! The life of an awake actor: its task, from start to sleep.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    task::yield_now,
    time::{Instant, Sleep, sleep_until},
};

use super::{
    envelope::Envelope,
    keep_alive::{LifecycleRequest, Work},
    mailbox::Next,
};
use crate::{
    Actor, Contract, Fault, WorkHandle,
    host::{
        ActorCell,
        admission::{places::MaySleep, stranger::Maker},
        schedules::fire::FiringAlarms,
        turn::{awaited::Awaited, catch::guarded_hook, panics::Code, quantum::Quantum},
    },
    util::{
        log::{self, Instrument as _, Span},
        shown::shown,
        task,
    },
};

/// The task of an actor: starts it, then takes what the mailbox brings, in order, until it sleeps or is stopped.
/// It starts in the span of whoever needs it first. If it is made, it is counted for this maker.
pub(in crate::host) async fn live<A: Actor>(life: ActorTask<A>, maker: Option<Maker>, span: Span) {
    let cell = &life.0;
    // Boxed, here and below: what is rare is not to make every task as large as it is.
    let started = Box::pin(cell.start(maker).instrument(span)).await;
    let failure = started.as_ref().err().cloned();
    if failure.is_none() {
        // Before anybody's call can run.
        cell.begin_run();
    }
    cell.kind.start_ended(cell, failure.as_ref());
    if failure.is_some() {
        cell.mailbox.close();
    }
    // Set once, and only here or by who abandons it.
    let _ = cell.started.set(started);
    match failure {
        None => cell.be_awake().await,
        Some(fault) => Box::pin(cell.refuse_all(&fault)).await,
    }
}

/// What the task of an actor does next.
enum Step<A: Actor> {
    /// Take what the mailbox brought.
    WireEnqueue(Next<Envelope<A>>),
    /// Run an alarm that is due.
    Ring,
    /// Begin to: an alarm of an actor that is in no store is due.
    OwnAlarm,
    /// See whether it can sleep.
    Idle,
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
        if !self.0.holds.gone.is_cancelled() {
            self.0.abandon();
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

    // What is done seldom is boxed, so that an actor that waits holds no room for it.
    pub(in crate::host) async fn be_awake(self: &Arc<Self>) {
        self.used();
        // One timer for the whole time awake: it is only moved when it has run down.
        let idle = sleep_until(self.may_sleep_at());
        tokio::pin!(idle);
        // Set while nothing but work that is to end first keeps it from sleeping.
        let mut finish_by = None;
        // Set while it asks to sleep and could not be saved: what fails wakes the actor's task, and would have it try at once.
        let mut sleeps_not_before = None;
        let (mut ringing, mut quantum) = (FiringAlarms::default(), Quantum::new());
        loop {
            match self.next_step(&ringing, idle.as_mut()).await {
                Step::WireEnqueue(Next::Item(envelope)) => {
                    let taken = self.take(envelope, ringing.calls_before(), &mut ringing).await;
                    ringing.ran(taken);
                    self.mailbox.done();
                    if self.mailbox.is_idle() {
                        self.used();
                    } else if quantum.is_over_after(taken) {
                        yield_now().await;
                    }
                    // What it wished for comes as a nudge, before the next item.
                    continue;
                }
                Step::WireEnqueue(Next::Nudged) => Box::pin(self.settle()).await,
                Step::WireEnqueue(Next::Closed) => break Box::pin(self.retire()).await,
                Step::OwnAlarm => ringing.begin(None),
                Step::Ring => {
                    Box::pin(self.ring_next(&mut ringing)).await;
                    self.used();
                }
                Step::Idle => {}
            }
            let now = Instant::now();
            if self.is_to_be_destroyed() {
                if Box::pin(self.try_destroy()).await {
                    break;
                }
                ringing.break_off();
                if !self.is_to_be_destroyed() {
                    // It is taken back, but what it does was told to stop: this time awake is over.
                    self.wish(LifecycleRequest::Sleep);
                }
                idle.as_mut().reset(now + Self::RETRY);
                continue;
            }
            if ringing.is_on() {
                continue;
            }
            let rests = self.holds.is_to_rest();
            let looks = idle.is_elapsed() || finish_by.is_some();
            if !self.may_sleep(looks, rests, now) || sleeps_not_before.is_some_and(|retry| now < retry) {
                finish_by = None;
            } else if self.holds.is_finishing() && now < *finish_by.get_or_insert(now + Self::END_TIMEOUT) {
                idle.as_mut().reset(now + Self::END_TIMEOUT);
            } else if Box::pin(self.try_sleep()).await {
                break;
            } else {
                finish_by = None;
                if self.holds.wish() == LifecycleRequest::Sleep {
                    let retry = now + Self::RETRY_SLEEP;
                    sleeps_not_before = Some(retry);
                    idle.as_mut().reset(retry);
                }
            }
            if idle.is_elapsed() {
                // Held, or used since.
                let soon = Instant::now() + A::OPTIONS.sleep_timeout / 8;
                idle.as_mut().reset(self.may_sleep_at().max(soon));
            }
        }
    }

    /// What the actor's task does next.
    async fn next_step(&self, ringing: &FiringAlarms, idle: Pin<&mut Sleep>) -> Step<A> {
        if ringing.is_on() {
            let mail = if ringing.is_next() { None } else { self.mailbox.try_next() };
            return mail.map_or(Step::Ring, Step::WireEnqueue);
        }
        tokio::select! {
            biased;
            // Before the mailbox, which may never be empty.
            () = self.own_alarm(ringing) => Step::OwnAlarm,
            next = self.mailbox.next() => Step::WireEnqueue(next),
            () = idle => Step::Idle,
        }
    }

    /// Whether it asks to sleep, or has been idle for long enough, which is looked at now and then; or is idle, and `rests`.
    fn may_sleep(&self, looks: bool, rests: bool, now: Instant) -> bool {
        if self.has_queued_work() {
            return false;
        }
        match self.holds.wish() {
            // Calls under way are waited for, as they are by whoever changes it.
            LifecycleRequest::Sleep => !self.holds.is_kept(),
            _ => (rests && self.is_idle()) || (looks && self.is_idle() && now >= self.may_sleep_at()),
        }
    }

    /// The next alarm of an actor that is in no store; the others' are the clockwork's.
    async fn own_alarm(&self, ringing: &FiringAlarms) {
        if let Some(not_before) = ringing.not_before() {
            Box::pin(sleep_until(not_before)).await;
        }
        if A::EPHEMERAL && self.alarms.lock().any() {
            let due = self.alarms.lock().next_due();
            Box::pin(self.shared().clock().reaches(due)).await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    pub(in crate::host) fn own_alarm_is_due(&self) -> bool {
        A::EPHEMERAL
            && self.alarms.lock().any()
            && self.alarms.lock().first_due(self.shared().clock().now()).is_some()
    }

    /// Refuses what was posted to an actor that could not start.
    pub(in crate::host) async fn refuse_all(&self, fault: &Fault) {
        loop {
            match self.mailbox.next().await {
                Next::Item(envelope) => envelope.refuse(fault.clone()),
                Next::Nudged => {}
                Next::Closed => return,
            }
        }
    }

    /// Runs `#[run]` up to where it waits, and has it go on in a task of its own.
    pub(in crate::host) fn begin_run(self: &Arc<Self>) {
        if !A::HOOKS.run {
            return;
        }
        let ctx = self.ctx_beside();
        let asleep = self.holds.asleep.clone();
        let (fan, shared) = (Arc::clone(self.roster().fan()), Arc::clone(self.shared()));
        let span = self.hook_span("run", None);
        let mut run = Box::pin(
            async move {
                let what = Code { panics: shared.panics(), name: (<A::Contract as Contract>::NAME, "run") };
                let run = fan.corked_beside(guarded_hook(what, Duration::MAX, A::run(ctx)));
                if let Some(Err(fault)) =
                    asleep.run_until_cancelled(run).await.map(|ended| ended.and_then(|ended| ended))
                {
                    log::error!(
                        actor = <A::Contract as Contract>::NAME,
                        fault = shown(&fault),
                        "a `run` hook ended with an error"
                    );
                }
            }
            .instrument(span),
        );
        if run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            task::spawn_in(&self.holds.run, run);
        }
    }

    /// Whether nothing keeps it awake.
    pub(in crate::host) fn is_idle(&self) -> bool {
        let alone = A::OPTIONS.hibernate || self.roster().is_empty();
        alone && !self.holds.is_held() && !(A::EPHEMERAL && self.alarms.lock().any())
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

    fn spawn_work<F>(self: &Arc<Self>, name: &'static str, held: Work<A>, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let awaited = Arc::new(Awaited::default());
        let work = self.link_beside(name, Arc::clone(&awaited)).scope(Box::pin(work));
        let task = self.holds.work.spawn(async move {
            let result = work.await;
            drop(held);
            result
        });
        self.gate.lock().begun(|| task.abort_handle());
        WorkHandle::new(task, awaited)
    }

    pub(crate) fn wish(&self, wish: LifecycleRequest) {
        self.holds.set_wish(wish);
        self.mailbox.nudge();
    }

    /// Asks the actor to sleep now, if it is idle: others need its place.
    pub(in crate::host) fn rest(&self) {
        self.holds.ask_to_rest();
        self.mailbox.nudge();
    }

    /// Whether it would sleep if it was asked to.
    fn is_restful(&self) -> bool {
        let is_started = matches!(self.started.get(), Some(Ok(_)));
        is_started
            && self.is_awake()
            && self.mailbox.is_idle()
            && self.holds.wish() == LifecycleRequest::Stay
            && self.is_idle()
            && !self.has_queued_work()
    }

    fn may_sleep_at(&self) -> Instant {
        let used_at_ms = self.used_at_ms.load(std::sync::atomic::Ordering::Relaxed);
        self.shared().clock().instant(used_at_ms) + A::OPTIONS.sleep_timeout
    }

    /// For a hook that nobody asked for.
    pub(in crate::host) fn log(&self, result: Result<(), Fault>) {
        if let Err(fault) = result {
            log::error!(actor = shown(self.record().id), fault = shown(&fault), "a hook failed");
        }
    }
}

impl<A: Actor> MaySleep for ActorCell<A> {
    fn used_at_ms(&self) -> u64 {
        self.used_at_ms.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn may_rest(&self) -> bool {
        self.is_restful()
    }

    fn rest(self: Arc<Self>) -> BoxFuture<'static, ()> {
        ActorCell::rest(&self);
        Box::pin(async move { self.asleep().await })
    }
}
