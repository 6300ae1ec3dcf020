//! The output gate: what an actor sends waits here until the state that it speaks of is saved.
//!
//! The name is that of Cloudflare's Durable Objects; the idea is older. An actor need not wait for its store after each
//! change: it runs on, and only what would tell others of the change is held back. So a caller never learns of a state that
//! a crash can take back, and saves that are due together go to the store together.
//!
//! # Revisions
//!
//! Each change has a revision, one more than the change before. Three numbers say how far the store is:
//!
//! - `latest`: the last change that was made in memory,
//! - `submitted`: the last change that was handed to the store,
//! - `saved`: the last change that the store is known to have. Always `saved <= submitted <= latest`.
//!
//! Whatever is sent *needs* a revision, and leaves when `saved` has reached it. What a turn sends while it runs needs the
//! change that the turn will end in, `latest + 1`. What a read sends needs `latest`: it may have seen everything up to that.
//! If a turn turns out to have changed nothing, what it sent needs `latest` after all.
//!
//! # Example
//!
//! | what happens | latest | submitted | saved | waiting (needs) |
//! |---|---|---|---|---|
//! | the actor is loaded at revision 7 | 7 | 7 | 7 | |
//! | a write changes the state and is answered | 8 | 7 | 7 | answer A (8) |
//! | the change is handed to the store | 8 | 8 | 7 | A (8) |
//! | a read is answered, which has seen the change | 8 | 8 | 7 | A (8), B (8) |
//! | another write is answered; its save has to wait for the one under way | 9 | 8 | 7 | A (8), B (8), C (9) |
//! | the store has revision 8: A and B leave, and the next save begins | 9 | 9 | 8 | C (9) |
//! | the store has revision 9: C leaves | 9 | 9 | 9 | |
//!
//! Had the first save failed, the state in memory would have been [invalid](StateValidity::Invalid): A, B and C fail, the
//! numbers go back to 7, and the actor reads its state again before its next turn. Had the second write panicked instead, the
//! state would be invalid too, but A and B still leave when their save ends: the change that they speak of was handed over
//! before.
//!
//! # What outlives what
//!
//! Connections of a hibernating actor stay open while it sleeps, and send through the gate whenever it wakes; so the gate
//! outlives the activations of its actor. [`loaded`](OutputGate::loaded) raises the *generation*, and a save that ends
//! belatedly, of a generation that is over, moves nothing.
//!
//! # Order
//!
//! Outputs are released under the gate's lock, in the order in which they were sent. An output that need not wait itself is
//! held all the same if it is [behind](Pending::is_behind) something of the same connection. Releasing must therefore never
//! block, and never come back to the gate. Failing happens after the lock was released: see [`Void`].

use tokio::task::AbortHandle;

use super::{
    gate_status::{GateStatus, Phase, StateValidity},
    waiting::{Pending, Void, WaitingOutputs},
};

/// The order of an actor's changes, how far they are saved, and what waits for that.
pub(crate) struct OutputGate<P: Pending> {
    /// The activation that the store knows; 0 where nothing is saved.
    epoch: u64,
    /// The last change.
    latest: u64,
    /// The last change that was handed to the store.
    submitted: u64,
    /// The last change that the store is known to have.
    saved: u64,
    /// The last change to the state, as opposed to its alarms and queues.
    state_changed: u64,
    /// Whether a turn is under way that may end in a change.
    writing: bool,
    validity: StateValidity,
    /// While it is provisional, nothing is handed to the store.
    phase: Phase,
    /// Raised whenever the state is loaded, so that what began before is known to be void.
    generation: u64,
    /// When a relaxed actor is to be saved, once it has changed: in elapsed time.
    save_due_ms: Option<u64>,
    /// A relaxed actor could not be saved: the next try is left to the clock.
    retrying: bool,
    waiting: WaitingOutputs<P>,
}

/// How an output leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::host) enum Passage {
    /// At once.
    Free,
    /// Once the store has this revision.
    Waits(u64),
    /// Not at all: what it speaks of is void.
    Void,
}

/// What is to be handed to the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submission {
    pub(super) epoch: u64,
    pub(super) generation: u64,
    pub(super) revision: u64,
}

impl<P: Pending> OutputGate<P> {
    pub(super) fn new() -> Self {
        Self {
            epoch: 0,
            latest: 0,
            submitted: 0,
            saved: 0,
            state_changed: 0,
            writing: false,
            validity: StateValidity::Valid,
            phase: Phase::Admitted,
            generation: 0,
            save_due_ms: None,
            retrying: false,
            waiting: WaitingOutputs::none(),
        }
    }

    /// The gate of an actor that is provisional.
    pub(super) fn provisional() -> Self {
        Self { phase: Phase::Provisional { works: Vec::new() }, ..Self::new() }
    }

    pub(super) fn status(&self) -> GateStatus {
        match (self.validity, &self.phase) {
            (StateValidity::Invalid, _) => GateStatus::Invalid,
            (StateValidity::Valid, Phase::Admitted) => GateStatus::Open,
            _ => GateStatus::Reserved,
        }
    }

    pub(super) fn is_provisional(&self) -> bool {
        matches!(self.phase, Phase::Provisional { .. })
    }

    /// Whether it was provisional, and has ended without letting a caller in.
    pub(super) fn is_dropped(&self) -> bool {
        matches!(self.phase, Phase::Dropped)
    }

    /// Work has begun, which ends with a provisional actor.
    pub(super) fn begun(&mut self, work: impl FnOnce() -> AbortHandle) {
        if let Phase::Provisional { works } = &mut self.phase {
            works.retain(|work| !work.is_finished());
            works.push(work());
        }
    }

    /// A provisional actor is made: the store has everything up to this revision.
    pub(super) fn admitted(&mut self, epoch: u64, revision: u64) {
        (self.phase, self.epoch) = (Phase::Admitted, epoch);
        self.saved = self.saved.max(revision);
        self.waiting.release_until(self.saved);
    }

    /// The actor has no task any more. One that is provisional is dropped: gives the work that is to end with it. Any
    /// other may be woken again, with this gate if it has connections.
    pub(super) fn abandoned(&mut self) -> Vec<AbortHandle> {
        let Phase::Provisional { works } = &mut self.phase else { return Vec::new() };
        let works = std::mem::take(works);
        self.phase = Phase::Dropped;
        works
    }

    /// The state in memory is now the saved one of this epoch and revision.
    pub(super) fn loaded(&mut self, epoch: u64, revision: u64) {
        self.epoch = epoch;
        (self.latest, self.submitted, self.saved, self.state_changed) =
            (revision, revision, revision, revision);
        (self.writing, self.validity) = (false, StateValidity::Valid);
        self.generation += 1;
        (self.save_due_ms, self.retrying) = (None, false);
    }

    pub(in crate::host) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the state in memory is still the one that something of this generation speaks of.
    pub(super) fn is_of(&self, generation: u64) -> bool {
        self.generation == generation
    }

    /// Whether the state must not be used until it is loaded again.
    pub(in crate::host) fn is_invalid(&self) -> bool {
        self.validity == StateValidity::Invalid
    }

    /// Whether a turn has asked for the actor's end.
    pub(super) fn is_destroying(&self) -> bool {
        self.validity == StateValidity::Destroying
    }

    /// Whether a save failed that the clock is to try again.
    pub(in crate::host) fn is_retrying(&self) -> bool {
        self.retrying
    }

    /// Whether a save is under way.
    pub(super) fn is_saving(&self) -> bool {
        self.submitted > self.saved
    }

    /// Whether the store has everything.
    pub(super) fn is_clean(&self) -> bool {
        !self.is_invalid() && self.latest == self.saved
    }

    /// For an actor that is saved by the clock: in how many milliseconds a save is due, of which the caller is to
    /// see to the waiting. `None` if a save waits for that already.
    pub(super) fn save_by(&mut self, elapsed_ms: u64, interval_ms: u64) -> Option<u64> {
        match self.save_due_ms {
            None => {
                self.save_due_ms = Some(elapsed_ms.saturating_add(interval_ms));
                Some(interval_ms)
            }
            Some(due_ms) if due_ms <= elapsed_ms => {
                self.save_due_ms = None;
                Some(0)
            }
            Some(_) => None,
        }
    }

    /// Whether a save is to begin: there is something to save, and no save under way whose end would see to it.
    pub(super) fn is_save_due(&self) -> bool {
        self.has_unsubmitted() && !self.is_saving()
    }

    /// Whether changes wait that no save under way holds.
    pub(super) fn has_unsubmitted(&self) -> bool {
        self.status() == GateStatus::Open && self.latest > self.submitted
    }

    /// A turn begins that may end in a change.
    pub(super) fn begin_write(&mut self) {
        self.writing = true;
    }

    /// The turn ended, and changed the state.
    pub(super) fn end_write(&mut self) {
        self.writing = false;
        self.changed();
        self.state_changed = self.latest;
    }

    /// The turn ended, and changed no state. Unless it changed something aside, what it sent speaks of the changes before
    /// it.
    pub(super) fn end_unchanged(&mut self, changed_aside: bool) {
        self.writing = false;
        if changed_aside {
            self.changed();
            return;
        }
        self.waiting.need_at_most(self.latest);
        self.waiting.release_until(self.saved);
    }

    /// The turn that ended asks for the actor's end: that is a change too, and the last one that is waited for.
    pub(super) fn destroy(&mut self) {
        if self.validity == StateValidity::Valid {
            self.changed();
            self.validity = StateValidity::Destroying;
        }
    }

    /// The state was changed so far by a turn that goes on. Gives the revision of that.
    pub(super) fn changed_midway(&mut self) -> u64 {
        self.changed();
        self.state_changed = self.latest;
        self.latest
    }

    /// Something beside the state has changed, alarms or queues; a turn under way ends in that change.
    pub(in crate::host) fn changed_aside(&mut self) {
        if !self.writing {
            self.changed();
        }
    }

    /// One more change. Without a store, it has nowhere to go.
    fn changed(&mut self) {
        self.latest += 1;
        if !P::IS_SAVED {
            (self.submitted, self.saved) = (self.latest, self.latest);
        }
    }

    /// Releases an output once what it speaks of is saved. Gives it back if that is void.
    pub(in crate::host) fn send(&mut self, output: P) -> Result<(), P> {
        match self.passage() {
            Passage::Void => return Err(output),
            Passage::Free => output.release(),
            Passage::Waits(needs) => self.hold(needs, output),
        }
        Ok(())
    }

    /// How an output leaves that is sent now.
    pub(super) fn passage(&self) -> Passage {
        if self.is_invalid() {
            return Passage::Void;
        }
        let needs = if self.writing { self.next_revision() } else { self.latest };
        if !P::WAITS || needs <= self.saved { Passage::Free } else { Passage::Waits(needs) }
    }

    /// Releases an output that waits for nothing itself, after what it is behind: a client that has asked for a state, and
    /// follows its events, must not get the events first.
    pub(super) fn send_in_order(&mut self, output: P) {
        match self.waiting.last_needs() {
            Some(needs) if output.is_behind() => self.hold(needs, output),
            _ => output.release(),
        }
    }

    /// It leaves once the store has this revision.
    pub(super) fn hold(&mut self, needs: u64, output: P) {
        self.waiting.hold(needs, output);
    }

    /// How many outputs wait.
    #[cfg(all(test, feature = "client"))]
    pub(super) fn waits(&self) -> usize {
        self.waiting.count()
    }

    /// The change that the state has last, unless the store has it.
    pub(super) fn unsaved_state(&self) -> Option<u64> {
        (self.state_changed > self.saved).then_some(self.state_changed)
    }

    /// The change that the turn under way will end in.
    pub(super) fn next_revision(&self) -> u64 {
        self.latest + 1
    }

    /// All changes so far are handed to the store: those too that are on their way there, which may fail.
    pub(super) fn submit(&mut self) -> Submission {
        self.submitted = self.latest;
        Submission { epoch: self.epoch, generation: self.generation, revision: self.submitted }
    }

    /// The store has everything up to this revision: releases what waited for it. Says whether more changes wait
    /// to be saved.
    pub(super) fn saved(&mut self, generation: u64, revision: u64) -> bool {
        if generation != self.generation {
            return false;
        }
        self.saved = self.saved.max(revision);
        self.retrying = false;
        self.waiting.release_until(self.saved);
        self.is_save_due()
    }

    /// The actor's end is in the store: releases what waited for it.
    pub(super) fn ended(&mut self) {
        (self.submitted, self.saved, self.validity) = (self.latest, self.latest, StateValidity::Valid);
        self.waiting.release_all();
    }

    /// A save failed: the state in memory is void, and so is all that waits.
    pub(super) fn save_failed(&mut self, generation: u64) -> Void<P> {
        if generation != self.generation {
            return Void::none();
        }
        self.validity = StateValidity::Invalid;
        (self.submitted, self.latest) = (self.saved, self.saved);
        self.waiting.void_all()
    }

    /// A save of a relaxed actor failed. It has promised nothing, so it keeps its state, to be saved again by the clock:
    /// as a change of its own, for it is not known what became of this one. Says whether there is anything to save again;
    /// a later save that is under way holds it already.
    #[must_use]
    pub(super) fn try_again(&mut self, failed: Submission) -> bool {
        let Submission { generation, revision, .. } = failed;
        if generation != self.generation || self.is_invalid() || self.submitted > revision {
            return false;
        }
        self.latest += 1;
        (self.submitted, self.state_changed, self.retrying) = (self.saved, self.latest, true);
        true
    }

    /// A turn was taken back: the state in memory is void, and so is what no save under way will release.
    pub(super) fn broke_off(&mut self) -> Void<P> {
        (self.validity, self.writing) = (StateValidity::Invalid, false);
        self.latest = self.submitted;
        self.waiting.void_after(self.submitted)
    }
}

#[cfg(test)]
mod tests;
