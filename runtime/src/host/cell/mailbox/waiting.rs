//! What the actor's task waits for at its mailbox, and how it is woken.

use std::task::Waker;

/// How the actor's task wants the state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Alone,
    Shared,
}

/// The actor's task, if it is to be woken: once the lock is free.
#[must_use]
pub(super) struct Wake(pub(super) Option<Waker>);

impl Wake {
    #[inline]
    pub(super) fn now(self) {
        if let Some(waker) = self.0 {
            waker.wake();
        }
    }
}
