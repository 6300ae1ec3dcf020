//! Which turn code belongs to: what one turn sends may exceed the limits of a queue, as nobody could write it meanwhile.

use std::{
    cell::Cell,
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering},
};

/// Identifies everything that one turn sends, however often it awaits, as opposed to what others send meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TurnId(NonZeroU64);

/// What the code that runs on a thread belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum TurnScope {
    /// No turn: each message that it sends is by itself.
    #[default]
    None,
    /// A turn whose id nobody has asked for, which is how most turns end.
    Unnamed,
    Named(TurnId),
}

thread_local! {
    static CURRENT: Cell<TurnScope> = const { Cell::new(TurnScope::None) };
}

impl TurnId {
    /// The id of the turn that runs now; a new one outside of a turn.
    pub(crate) fn current() -> Self {
        match CURRENT.get() {
            TurnScope::Named(id) => id,
            TurnScope::Unnamed => {
                let id = Self::new();
                CURRENT.set(TurnScope::Named(id));
                id
            }
            TurnScope::None => Self::new(),
        }
    }

    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap_or(NonZeroU64::MAX))
    }
}

impl TurnScope {
    /// Runs code that belongs to it.
    #[inline]
    pub(crate) fn enter<T>(&mut self, code: impl FnOnce() -> T) -> T {
        let _entered = Entered { outer: CURRENT.replace(*self), scope: self };
        code()
    }
}

/// Leaves the scope where its code ends, in whatever way.
struct Entered<'a> {
    scope: &'a mut TurnScope,
    outer: TurnScope,
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        *self.scope = CURRENT.replace(self.outer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_has_one_id_wherever_it_goes_on() {
        let (mut one, mut other) = (TurnScope::Unnamed, TurnScope::Unnamed);
        let first = one.enter(TurnId::current);
        let within = one.enter(|| (other.enter(TurnId::current), TurnId::current()));
        assert_eq!(within.1, first);
        assert_ne!(within.0, first);
        assert_eq!(
            std::thread::scope(|scope| scope.spawn(|| one.enter(TurnId::current)).join()).ok(),
            Some(first)
        );
        assert_eq!(other.enter(TurnId::current), within.0);
        assert_ne!(TurnId::current(), TurnId::current(), "outside of a turn each message is by itself");
    }
}
