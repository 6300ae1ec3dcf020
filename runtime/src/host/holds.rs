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
    /// Work that must end before it sleeps.
    pub(super) work: TaskTracker,
    /// Cancels `#[run]`.
    pub(super) asleep: CancellationToken,
    /// Cancelled when nothing of this time awake is left.
    pub(super) gone: CancellationToken,
    wish: AtomicU8,
}

/// What an actor has asked for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing: it sleeps when it has been idle for long enough.
    Stay,
    /// `ctx.sleep()`
    Sleep,
    /// `ctx.destroy()`
    Destroy,
}

impl Holds {
    pub(super) fn is_held(&self) -> bool {
        self.keeping.load(Ordering::Acquire) > 0
    }

    pub(super) fn wish(&self) -> Wish {
        match self.wish.load(Ordering::Acquire) {
            0 => Wish::Stay,
            1 => Wish::Sleep,
            _ => Wish::Destroy,
        }
    }

    /// A wish to be destroyed is final; a wish to sleep is over once the actor slept.
    pub(super) fn set_wish(&self, wish: Wish) {
        self.wish.fetch_max(wish as u8, Ordering::AcqRel);
    }

    /// The actor was needed before it could sleep.
    pub(super) fn clear_sleep(&self) {
        let _ = self.wish.compare_exchange(1, 0, Ordering::AcqRel, Ordering::Acquire);
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
