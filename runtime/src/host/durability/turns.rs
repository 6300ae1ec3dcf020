//! How turns begin and end at the gate.

use super::{
    durable::Durable,
    gate_handle::LockedGate,
    output_gate::Passage,
    waiting::{Pending, Void},
};

/// Whether a turn that has not changed the state has changed something beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::host) enum Aside {
    Changed,
    Unchanged,
    /// It is seen by what waits to be saved.
    Unknown,
}

/// The end of a turn, in which its answer leaves. Nothing comes between as long as it lives.
#[must_use = "the answer is sent with it"]
pub(in crate::host) struct TurnEnd<'a, P: Pending>(
    /// `None` for an actor that has no store.
    Option<LockedGate<'a, P>>,
);

impl<P: Pending> Durable<P> {
    /// A turn begins that may end in a change.
    pub(in crate::host) fn begin_write(&self) {
        if P::IS_SAVED {
            self.gate().lock().begin_write();
        }
    }

    /// The same, unless the state must not be used by calls. Says whether the turn begins.
    pub(in crate::host) fn begin_write_if_open(&self) -> bool {
        if !P::IS_SAVED {
            return self.is_open();
        }
        let mut gate = self.gate().lock();
        // As it is under the lock: it changes where that is let go of.
        let is_open = self.is_open();
        if is_open {
            gate.begin_write();
        }
        is_open
    }

    /// The same, if all that was changed before is on its way to the store. Says whether the turn begins.
    pub(in crate::host) fn begin_write_if_submitted(&self) -> bool {
        if !P::IS_SAVED {
            return false;
        }
        let mut gate = self.gate().lock();
        let is_submitted = !gate.has_unsubmitted();
        if is_submitted {
            gate.begin_write();
        }
        is_submitted
    }

    /// The turn ends, and has changed the state.
    pub(in crate::host) fn end_write(&self) -> TurnEnd<'_, P> {
        let mut end = self.end_read();
        if let Some(gate) = &mut end.0 {
            gate.end_write();
        }
        end
    }

    /// The turn ends, and has not changed the state.
    pub(in crate::host) fn end_unchanged(&self, aside: Aside) -> TurnEnd<'_, P> {
        let mut end = self.end_read();
        if let Some(gate) = &mut end.0 {
            let has_changed = match aside {
                Aside::Changed => true,
                Aside::Unchanged => false,
                Aside::Unknown => self.has_unsubmitted_aside(gate),
            };
            gate.end_unchanged(has_changed);
        }
        end
    }

    /// A turn ends that has only read.
    pub(in crate::host) fn end_read(&self) -> TurnEnd<'_, P> {
        TurnEnd(P::IS_SAVED.then(|| self.gate().lock()))
    }

    /// The turn is taken back: the state in memory is void, and so is every change that is not on its way to the store.
    pub(in crate::host) fn broke_off(&self) -> Void<P> {
        self.gate().lock().broke_off()
    }
}

impl<P: Pending> TurnEnd<'_, P> {
    /// The turn asks for the actor's end, which is saved with it: then the answer waits for that. `false` if the actor does
    /// not wait for its saves, or has none.
    pub(in crate::host) fn destroy(&mut self) -> bool {
        match &mut self.0 {
            Some(gate) if P::WAITS && !gate.is_provisional() => {
                gate.destroy();
                true
            }
            _ => false,
        }
    }

    /// Whether to look at what is to be saved.
    pub(in crate::host) fn is_save_due(&self) -> bool {
        self.0.as_ref().is_none_or(|gate| gate.is_save_due())
    }

    /// How an output leaves that is sent now.
    #[inline]
    pub(in crate::host) fn passage(&self) -> Passage {
        self.0.as_ref().map_or(Passage::Free, |gate| gate.passage())
    }

    /// It leaves once the store has this revision.
    pub(in crate::host) fn hold(&mut self, needs: u64, output: P) {
        match &mut self.0 {
            Some(gate) => gate.hold(needs, output),
            None => output.release(),
        }
    }
}
