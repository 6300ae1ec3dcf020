//! Batches: what code of an actor sends in one go, before anybody could write it.

use std::{
    cell::Cell,
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering},
};

/// Names what one turn sends, however often it awaits, as opposed to what others send meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchId(NonZeroU64);

/// What the code that runs on a thread belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Batch {
    /// Nothing: whatever it sends is by itself.
    #[default]
    None,
    /// A batch that nobody has asked for the name of, which is what most turns end as.
    Unnamed,
    Named(BatchId),
}

thread_local! {
    static CURRENT: Cell<Batch> = const { Cell::new(Batch::None) };
}

impl BatchId {
    /// That of the code that runs now; one of its own if it is in none.
    pub(crate) fn current() -> Self {
        match CURRENT.get() {
            Batch::Named(id) => id,
            Batch::Unnamed => {
                let id = Self::new();
                CURRENT.set(Batch::Named(id));
                id
            }
            Batch::None => Self::new(),
        }
    }

    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap_or(NonZeroU64::MAX))
    }
}

impl Batch {
    /// Runs code that is part of it.
    pub(crate) fn enter<T>(&mut self, code: impl FnOnce() -> T) -> T {
        let _entered = Entered { outer: CURRENT.replace(*self), batch: self };
        code()
    }
}

/// Leaves the batch where its code ends, in whatever way.
struct Entered<'a> {
    batch: &'a mut Batch,
    outer: Batch,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        *self.batch = CURRENT.replace(self.outer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_one_name_wherever_it_goes_on() {
        let (mut one, mut other) = (Batch::Unnamed, Batch::Unnamed);
        let first = one.enter(BatchId::current);
        let within = one.enter(|| (other.enter(BatchId::current), BatchId::current()));
        assert_eq!(within.1, first);
        assert_ne!(within.0, first);
        assert_eq!(
            std::thread::scope(|scope| scope.spawn(|| one.enter(BatchId::current)).join()).ok(),
            Some(first)
        );
        assert_eq!(other.enter(BatchId::current), within.0);
        assert_ne!(BatchId::current(), BatchId::current(), "what is in none is by itself");
    }
}
