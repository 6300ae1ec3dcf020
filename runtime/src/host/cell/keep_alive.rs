//! What keeps an actor awake, what it waits for before it sleeps, and what it was asked to do.
//!
//! | held by | while it is | an idle actor | an actor that asks to sleep | a sleep that has begun |
//! |---|---|---|---|---|
//! | [`KeepAliveGuard::new`] | work of `ctx.keep_awake`, a socket handler, a raw request, a message that is taken | stays awake | stays awake | does not wait |
//! | [`KeepAliveGuard::for_call`] | a call that awaits beside the actor's task | stays awake | waits for the turn | has waited |
//! | [`WaitUntilGuard`] | work of `ctx.wait_until`, and all work that begins once the end has | waits up to 15 s | waits up to 15 s | waits up to 15 s |
//!
//! The counters are all that a sleep looks at. The trackers, made with the first piece of work, are for a stop of the server
//! and for the end of `#[run]`, which wait for the tasks themselves.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{error::Elapsed, timeout},
};
use tokio_util::task::TaskTracker;

use super::lifecycle::{Lifecycle, Phase};
use crate::util::task;

/// What keeps one actor awake, and its own request.
#[derive(Default)]
pub(in crate::host) struct KeepAlive {
    /// Pieces of work, and raw requests under way, that keep it awake.
    keeping: AtomicU32,
    /// Calls that run beside its task.
    calls: AtomicU32,
    /// Pieces of work that are to end before it sleeps.
    finishing: AtomicU32,
    /// Those of them that have begun since its end has.
    finishing_late: AtomicU32,
    /// Reads that are on their way to a thread, which are among the calls. Kept here, where there is room for it.
    starting_reads: AtomicU32,
    request: LifecycleRequests,
    /// Others need its place: it is to sleep at once, if it is idle.
    is_evicted: AtomicBool,
    tasks: OnceLock<Box<Tasks>>,
}

/// What runs beside the turns.
#[derive(Default)]
struct Tasks {
    /// All work, which a stop waits for.
    work: TaskTracker,
    /// `#[run]`
    run: TaskTracker,
}

/// What an actor has asked for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LifecycleRequest {
    /// Nothing: it sleeps when it has been idle for long enough.
    Stay = 0,
    /// `ctx.sleep()`
    Sleep = 1,
    /// `ctx.destroy()`
    Destroy = 2,
}

impl KeepAlive {
    /// Whether it is needed for what is not over soon.
    pub(super) fn is_kept(&self) -> bool {
        self.keeping.load(Ordering::Acquire) > 0
    }

    pub(super) fn is_held(&self) -> bool {
        self.is_kept() || self.calls.load(Ordering::Acquire) > 0
    }

    pub(super) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Acquire) > 0
    }

    pub(super) fn is_finishing_late(&self) -> bool {
        self.finishing_late.load(Ordering::Acquire) > 0
    }

    /// How many reads are on their way to a thread.
    pub(in crate::host) fn starting_reads(&self) -> &AtomicU32 {
        &self.starting_reads
    }

    #[inline]
    pub(in crate::host) fn request(&self) -> LifecycleRequest {
        self.request.get()
    }

    /// A request is for this activation; one to be destroyed is final, and code is told at once.
    pub(in crate::host) fn raise_request(&self, request: LifecycleRequest, lifecycle: &Lifecycle) {
        self.request.raise(request);
        if request == LifecycleRequest::Destroy {
            lifecycle.tell_to_end();
        }
    }

    /// Asks it to sleep, if it is idle.
    pub(in crate::host) fn evict(&self) {
        self.is_evicted.store(true, Ordering::Release);
    }

    /// Whether it was asked to sleep since it was looked at last.
    pub(super) fn take_evicted(&self) -> bool {
        self.is_evicted.load(Ordering::Relaxed) && self.is_evicted.swap(false, Ordering::AcqRel)
    }

    /// Runs work beside the turns, which a stop waits for.
    pub(super) fn spawn_work<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.tasks().work.spawn(work)
    }

    /// The same for work that returns nothing.
    pub(in crate::host) fn spawn_unit_work(&self, work: impl Future<Output = ()> + Send + 'static) {
        task::spawn_in(&self.tasks().work, work);
    }

    /// Runs `#[run]` in a task of its own.
    pub(super) fn spawn_run(&self, run: impl Future<Output = ()> + Send + 'static) {
        task::spawn_in(&self.tasks().run, run);
    }

    /// Whether `#[run]` is under way.
    pub(in crate::host) fn is_running(&self) -> bool {
        self.tasks.get().is_some_and(|tasks| !tasks.run.is_empty())
    }

    fn tasks(&self) -> &Tasks {
        self.tasks.get_or_init(Box::default)
    }

    /// Waits until all work has ended.
    pub(super) async fn work_ended(&self, limit: Duration) -> Result<(), Elapsed> {
        all_ended(self.tasks.get().map(|tasks| &tasks.work), limit).await
    }

    /// Waits until `#[run]` has ended.
    pub(super) async fn run_ended(&self, limit: Duration) -> Result<(), Elapsed> {
        all_ended(self.tasks.get().map(|tasks| &tasks.run), limit).await
    }
}

async fn all_ended(tasks: Option<&TaskTracker>, limit: Duration) -> Result<(), Elapsed> {
    let Some(tasks) = tasks else { return Ok(()) };
    tasks.close();
    timeout(limit, tasks.wait()).await
}

/// The strongest request so far.
#[derive(Debug, Default)]
pub(crate) struct LifecycleRequests(AtomicU8);

impl LifecycleRequests {
    #[inline]
    pub(crate) fn get(&self) -> LifecycleRequest {
        match self.0.load(Ordering::Acquire) {
            0 => LifecycleRequest::Stay,
            1 => LifecycleRequest::Sleep,
            _ => LifecycleRequest::Destroy,
        }
    }

    pub(crate) fn raise(&self, request: LifecycleRequest) {
        self.0.fetch_max(request as u8, Ordering::AcqRel);
    }
}

/// What is kept awake, as its guards see it.
pub(in crate::host) trait Kept: Send + Sync + 'static {
    fn keep_alive(&self) -> &KeepAlive;

    fn lifecycle(&self) -> &Lifecycle;

    /// It was used now.
    fn used(&self);

    /// Wakes its task, to look what it can do.
    fn nudge(&self);
}

/// Keeps an actor awake as long as it lives.
pub(in crate::host) struct KeepAliveGuard {
    kept: Arc<dyn Kept>,
    count: fn(&KeepAlive) -> &AtomicU32,
}

impl KeepAliveGuard {
    pub(in crate::host) fn new<K: Kept>(kept: Arc<K>) -> Self {
        Self::counted(kept, |keep_alive| &keep_alive.keeping)
    }

    /// For a call that has a turn: an actor that asks to sleep waits for that, as whoever changes it does.
    pub(in crate::host) fn for_call<K: Kept>(kept: Arc<K>) -> Self {
        Self::counted(kept, |keep_alive| &keep_alive.calls)
    }

    fn counted(kept: Arc<dyn Kept>, count: fn(&KeepAlive) -> &AtomicU32) -> Self {
        count(kept.keep_alive()).fetch_add(1, Ordering::AcqRel);
        Self { kept, count }
    }
}

impl Drop for KeepAliveGuard {
    fn drop(&mut self) {
        self.kept.used();
        let keep_alive = self.kept.keep_alive();
        (self.count)(keep_alive).fetch_sub(1, Ordering::AcqRel);
        // Without a request the actor looks by itself, when it is due to sleep.
        if keep_alive.request() != LifecycleRequest::Stay {
            self.kept.nudge();
        }
    }
}

/// Work that is to end before the actor sleeps, as long as it lives.
pub(in crate::host) struct WaitUntilGuard {
    kept: Arc<dyn Kept>,
    count: fn(&KeepAlive) -> &AtomicU32,
}

impl WaitUntilGuard {
    fn new(kept: Arc<dyn Kept>) -> Self {
        let late = kept.lifecycle().phase() >= Phase::Closing;
        let count: fn(&KeepAlive) -> &AtomicU32 =
            if late { |keep_alive| &keep_alive.finishing_late } else { |keep_alive| &keep_alive.finishing };
        count(kept.keep_alive()).fetch_add(1, Ordering::AcqRel);
        Self { kept, count }
    }
}

impl Drop for WaitUntilGuard {
    fn drop(&mut self) {
        (self.count)(self.kept.keep_alive()).fetch_sub(1, Ordering::AcqRel);
        // The actor may have waited for nothing else.
        self.kept.nudge();
    }
}

/// What a piece of work is to its actor, as long as it lives.
#[expect(dead_code, reason = "they are there to be dropped")]
pub(super) enum Work {
    Keeps(KeepAliveGuard),
    Finishes(WaitUntilGuard),
}

impl Work {
    /// Work that keeps its actor awake; once its end has begun, it is to end first like all other work.
    pub(super) fn keeping<K: Kept>(kept: Arc<K>) -> Self {
        if kept.lifecycle().phase() >= Phase::Closing {
            Self::finishing(kept)
        } else {
            Self::Keeps(KeepAliveGuard::new(kept))
        }
    }

    /// Work that is to end before its actor sleeps.
    pub(super) fn finishing<K: Kept>(kept: Arc<K>) -> Self {
        Self::Finishes(WaitUntilGuard::new(kept))
    }
}
