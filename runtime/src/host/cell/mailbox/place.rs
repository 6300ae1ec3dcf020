//! Where the state of an actor is, as its mailbox knows it.

use std::{mem, sync::Arc};

/// Where the state is. It is by itself as long as nobody reads: then whoever takes it has it without a look at who else does.
pub(super) enum Place<S> {
    Here(S),
    /// Readers have a clone each, or had one: it is by itself again once somebody takes it.
    Shared(Arc<S>),
    /// Somebody has it to themselves, or it is gone.
    Away,
}

impl<S> Place<S> {
    #[inline]
    pub(super) fn is_away(&self) -> bool {
        matches!(self, Self::Away)
    }

    /// The state by itself. It is there while nobody reads: whoever has read drops theirs before they say that they have ended.
    #[inline]
    pub(super) fn take(&mut self) -> Option<S> {
        match mem::replace(self, Self::Away) {
            Self::Here(state) => Some(state),
            Self::Shared(state) => self.take_back(state),
            Self::Away => None,
        }
    }

    #[cold]
    fn take_back(&mut self, state: Arc<S>) -> Option<S> {
        Arc::try_unwrap(state).map_err(|state| *self = Self::Shared(state)).ok()
    }

    pub(super) fn share(&mut self) -> Option<Arc<S>> {
        let state = match mem::replace(self, Self::Away) {
            Self::Here(state) => Arc::new(state),
            Self::Shared(state) => state,
            Self::Away => return None,
        };
        *self = Self::Shared(Arc::clone(&state));
        Some(state)
    }
}
