//! What keeps an actor awake, and what it waits for before it sleeps.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Actor, host::ActorCell};

/// The holds on one awake actor, and its own wish.
#[derive(Default)]
pub(in crate::host) struct KeepAlive {
    /// How many pieces of work, and raw requests under way, keep it awake.
    keeping: AtomicUsize,
    /// How many calls run beside its task.
    calls: AtomicUsize,
    /// How many pieces of work are to end before it sleeps.
    finishing: AtomicUsize,
    /// How many that have begun since its end has.
    finishing_late: AtomicUsize,
    /// Its end has begun.
    ending: AtomicBool,
    /// All of that work, which a stop waits for.
    pub(in crate::host) work: TaskTracker,
    /// `#[run]`
    pub(in crate::host) run: TaskTracker,
    /// Cancelled when it is to end: what it does is told to stop.
    pub(in crate::host) cancelled: CancellationToken,
    /// Cancels `#[run]`.
    pub(in crate::host) asleep: CancellationToken,
    /// Cancelled when nothing of this time awake is left.
    pub(in crate::host) gone: CancellationToken,
    wish: LifecycleRequests,
    /// Others need its place: it is to sleep at once, if it is idle.
    resting: AtomicBool,
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
    pub(in crate::host) fn is_kept(&self) -> bool {
        self.keeping.load(Ordering::Acquire) > 0
    }

    pub(in crate::host) fn is_held(&self) -> bool {
        self.is_kept() || self.calls.load(Ordering::Acquire) > 0
    }

    pub(in crate::host) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Acquire) > 0
    }

    pub(in crate::host) fn is_finishing_late(&self) -> bool {
        self.finishing_late.load(Ordering::Acquire) > 0
    }

    /// Its end begins: what it does is told, and what it begins from now on is to end first.
    pub(in crate::host) fn begin_end(&self) {
        self.ending.store(true, Ordering::Release);
        self.cancelled.cancel();
    }

    pub(in crate::host) fn wish(&self) -> LifecycleRequest {
        self.wish.get()
    }

    /// Asks it to sleep, if it is idle.
    pub(in crate::host) fn ask_to_rest(&self) {
        self.resting.store(true, Ordering::Release);
    }

    /// Whether it was asked to since it was looked at last.
    pub(in crate::host) fn is_to_rest(&self) -> bool {
        self.resting.load(Ordering::Relaxed) && self.resting.swap(false, Ordering::AcqRel)
    }

    /// A wish is for this time awake; one to be destroyed is final.
    pub(in crate::host) fn set_wish(&self, wish: LifecycleRequest) {
        self.wish.raise(wish);
        if wish == LifecycleRequest::Destroy {
            self.cancelled.cancel();
        }
    }
}

/// The strongest wish so far.
#[derive(Debug, Default)]
pub(crate) struct LifecycleRequests(AtomicU8);

impl LifecycleRequests {
    pub(crate) fn get(&self) -> LifecycleRequest {
        match self.0.load(Ordering::Acquire) {
            0 => LifecycleRequest::Stay,
            1 => LifecycleRequest::Sleep,
            _ => LifecycleRequest::Destroy,
        }
    }

    pub(crate) fn raise(&self, wish: LifecycleRequest) {
        self.0.fetch_max(wish as u8, Ordering::AcqRel);
    }
}

/// Keeps an actor awake as long as it lives.
pub(in crate::host) struct KeepAliveGuard<A: Actor> {
    cell: Arc<ActorCell<A>>,
    count: fn(&KeepAlive) -> &AtomicUsize,
}

impl<A: Actor> KeepAliveGuard<A> {
    pub(in crate::host) fn new(cell: Arc<ActorCell<A>>) -> Self {
        Self::counted(cell, |holds| &holds.keeping)
    }

    /// For a call that has a turn: an actor that asks to sleep waits for that, as whoever changes it does.
    pub(in crate::host) fn for_call(cell: Arc<ActorCell<A>>) -> Self {
        Self::counted(cell, |holds| &holds.calls)
    }

    fn counted(cell: Arc<ActorCell<A>>, count: fn(&KeepAlive) -> &AtomicUsize) -> Self {
        count(&cell.holds).fetch_add(1, Ordering::AcqRel);
        Self { cell, count }
    }
}

impl<A: Actor> Drop for KeepAliveGuard<A> {
    fn drop(&mut self) {
        let holds = &self.cell.holds;
        self.cell.used();
        (self.count)(holds).fetch_sub(1, Ordering::AcqRel);
        // Without a wish the actor looks by itself, when it is due to sleep.
        if holds.wish() != LifecycleRequest::Stay {
            self.cell.mailbox.nudge();
        }
    }
}

/// Work that is to end before the actor sleeps, as long as it lives.
pub(in crate::host) struct WaitUntilGuard<A: Actor> {
    cell: Arc<ActorCell<A>>,
    count: fn(&KeepAlive) -> &AtomicUsize,
}

impl<A: Actor> WaitUntilGuard<A> {
    pub(in crate::host) fn new(cell: Arc<ActorCell<A>>) -> Self {
        let late = cell.holds.ending.load(Ordering::Acquire);
        let count: fn(&KeepAlive) -> &AtomicUsize =
            if late { |holds| &holds.finishing_late } else { |holds| &holds.finishing };
        count(&cell.holds).fetch_add(1, Ordering::AcqRel);
        Self { cell, count }
    }
}

impl<A: Actor> Drop for WaitUntilGuard<A> {
    fn drop(&mut self) {
        (self.count)(&self.cell.holds).fetch_sub(1, Ordering::AcqRel);
        // The actor may have waited for nothing else.
        self.cell.mailbox.nudge();
    }
}

/// What a piece of work is to its actor, as long as it lives.
#[expect(dead_code, reason = "they are there to be dropped")]
pub(in crate::host) enum Work<A: Actor> {
    Keeps(KeepAliveGuard<A>),
    Finishes(WaitUntilGuard<A>),
}

impl<A: Actor> Work<A> {
    /// Work that keeps its actor awake; once its end has begun, it is to end first like all other work.
    pub(in crate::host) fn keeping(cell: Arc<ActorCell<A>>) -> Self {
        if cell.holds.ending.load(Ordering::Acquire) {
            Self::finishing(cell)
        } else {
            Self::Keeps(KeepAliveGuard::new(cell))
        }
    }

    /// Work that is to end before its actor sleeps.
    pub(in crate::host) fn finishing(cell: Arc<ActorCell<A>>) -> Self {
        Self::Finishes(WaitUntilGuard::new(cell))
    }
}
