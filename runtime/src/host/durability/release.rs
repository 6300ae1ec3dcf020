//! The way out: every answer and every event of an actor goes through here, at the last moment before it leaves.
//!
//! What may not speak of an unsaved change has waited at the [gate](super::output_gate) by then; what did not have to, answers
//! that run in place and all that ephemeral actors send, has not seen the gate at all. Both come here, so that there is one
//! place that can hold everything back: where several processes share a store, nothing may leave one whose lease is over. In
//! one process there is nothing to hold.

/// Something that an actor lets out: an answer, or events.
pub(crate) trait Output {
    /// What whoever has it out gets for it.
    type Released;

    /// It leaves.
    fn leave(self) -> Self::Released;
}

/// Lets something out.
#[inline]
pub(crate) fn release<O: Output>(output: O) -> O::Released {
    output.leave()
}

/// What may be nothing, which goes nowhere.
impl<O: Output<Released = ()>> Output for Option<O> {
    type Released = ();

    #[inline]
    fn leave(self) {
        if let Some(output) = self {
            output.leave();
        }
    }
}

/// Events that leave at once, since they need not wait for a save.
pub(crate) struct Unheld<F>(pub(crate) F);

impl<T, F: FnOnce() -> T> Output for Unheld<F> {
    type Released = T;

    fn leave(self) -> T {
        self.0()
    }
}
