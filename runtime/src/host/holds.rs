//! What keeps an actor awake, and what it waits for before it sleeps.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicUsize, Ordering},
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Cell;
use crate::Actor;

/// The holds on one awake actor, and its own wish.
#[derive(Default)]
pub(super) struct Holds {
    /// How many pieces of work, and reads under way, keep it awake.
    keeping: AtomicUsize,
    /// How many pieces of work are to end before it sleeps.
    finishing: AtomicUsize,
    /// All of that work, which a stop waits for.
    pub(super) work: TaskTracker,
    /// `#[run]`
    pub(super) run: TaskTracker,
    /// Cancels `#[run]`.
    pub(super) asleep: CancellationToken,
    /// Cancelled when nothing of this time awake is left.
    pub(super) gone: CancellationToken,
    wish: Wishes,
}

/// What an actor has asked for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing: it sleeps when it has been idle for long enough.
    Stay = 0,
    /// `ctx.sleep()`
    Sleep = 1,
    /// `ctx.destroy()`
    Destroy = 2,
}

impl Holds {
    pub(super) fn is_held(&self) -> bool {
        self.keeping.load(Ordering::Acquire) > 0
    }

    pub(super) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Acquire) > 0
    }

    pub(super) fn wish(&self) -> Wish {
        self.wish.get()
    }

    /// A wish to be destroyed is final; a wish to sleep is over once the actor slept.
    pub(super) fn set_wish(&self, wish: Wish) {
        self.wish.raise(wish);
    }

    /// The actor was needed before it could sleep.
    pub(super) fn clear_sleep(&self) {
        let (sleep, stay) = (Wish::Sleep as u8, Wish::Stay as u8);
        let _ = self.wish.0.compare_exchange(sleep, stay, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// The strongest wish so far.
#[derive(Debug, Default)]
pub(crate) struct Wishes(AtomicU8);

impl Wishes {
    pub(crate) fn get(&self) -> Wish {
        match self.0.load(Ordering::Acquire) {
            0 => Wish::Stay,
            1 => Wish::Sleep,
            _ => Wish::Destroy,
        }
    }

    pub(crate) fn raise(&self, wish: Wish) {
        self.0.fetch_max(wish as u8, Ordering::AcqRel);
    }
}

/// Keeps an actor awake as long as it lives.
pub(super) struct KeptAwake<A: Actor>(Arc<Cell<A>>);

impl<A: Actor> KeptAwake<A> {
    pub(super) fn new(cell: Arc<Cell<A>>) -> Self {
        cell.holds.keeping.fetch_add(1, Ordering::AcqRel);
        Self(cell)
    }
}

impl<A: Actor> Drop for KeptAwake<A> {
    fn drop(&mut self) {
        self.0.used();
        self.0.holds.keeping.fetch_sub(1, Ordering::AcqRel);
        // Without a wish the actor looks by itself, when it is due to sleep.
        if self.0.holds.wish() != Wish::Stay {
            self.0.mailbox.nudge();
        }
    }
}

/// Work that is to end before the actor sleeps, as long as it lives.
pub(super) struct Finishing<A: Actor>(Arc<Cell<A>>);

impl<A: Actor> Finishing<A> {
    pub(super) fn new(cell: Arc<Cell<A>>) -> Self {
        cell.holds.finishing.fetch_add(1, Ordering::AcqRel);
        Self(cell)
    }
}

impl<A: Actor> Drop for Finishing<A> {
    fn drop(&mut self) {
        self.0.holds.finishing.fetch_sub(1, Ordering::AcqRel);
        // The actor may have waited for nothing else.
        self.0.mailbox.nudge();
    }
}
