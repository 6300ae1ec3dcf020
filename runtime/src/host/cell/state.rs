//! The state of an actor, in the hands of whoever has the turn.

use crate::Actor;

/// What a turn has to itself.
pub(in crate::host) struct Core<A> {
    /// `None` before the start, while a void state is being replaced, and in sleep. Boxed as soon as it is made, so that
    /// a large one is in no future.
    pub(in crate::host) state: Option<Box<A>>,
}

impl<A: Actor> Core<A> {
    /// The state, for whoever has a turn.
    pub(in crate::host) fn state(&self) -> &A {
        self.state.as_deref().expect("who has a turn has a state that may be used")
    }

    /// The state, for whoever has a turn to change it.
    pub(in crate::host) fn state_mut(&mut self) -> &mut A {
        self.state.as_deref_mut().expect("who has a turn has a state that may be used")
    }
}
