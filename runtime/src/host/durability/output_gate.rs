//! The save gate: answers, and for some actors events, wait here until the state they speak of is saved.

use std::collections::VecDeque;

use tokio::task::AbortHandle;

use super::pending::PendingOutput;
use crate::{
    Actor, Durability,
    delivery::turn_id::TurnScope,
    error::faults,
    host::{admission::provisional::Phase, turn::call::Answer},
};

/// The order of an actor's changes, how far they are saved, and what waits for that.
///
/// Each change has a revision, one more than the change before. A parcel waits for the revision that was the latest
/// when it was made: its own for what a change sends, whatever it may have seen for what a read answers.
pub(crate) struct OutputGate<A: Actor> {
    /// The activation that the store knows; 0 where nothing is saved.
    epoch: u64,
    /// The latest change.
    latest: u64,
    /// The latest change that was handed to the store.
    submitted: u64,
    /// The latest change that the store has.
    saved: u64,
    /// The latest change to the state, as opposed to its alarms.
    state_changed: u64,
    /// Whether a turn is under way that may end in a change.
    writing: bool,
    standing: StateValidity,
    /// While it is provisional, nothing is handed to the store.
    phase: Phase,
    /// Raised at each return to the saved state, so that what began before it is known to be void.
    generation: u64,
    /// When a relaxed actor is to be saved, once it has changed: in elapsed time.
    save_due_ms: Option<u64>,
    /// A relaxed actor could not be saved: the next try is left to the clock.
    retrying: bool,
    waiting: VecDeque<(u64, PendingOutput<A>)>,
}

/// How the state in memory stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StateValidity {
    Valid,
    /// A turn asked for the actor's end. Nothing is saved any more: the commit that ends the actor is the one that the
    /// answers wait for.
    Destroying,
    /// A save failed or a change broke off: the state must not be used until it is loaded again.
    Invalid,
}

/// What is to be handed to the store.
#[derive(Clone, Copy)]
pub(in crate::host) struct Submission {
    pub(in crate::host) epoch: u64,
    pub(in crate::host) generation: u64,
    pub(in crate::host) revision: u64,
}

impl<A: Actor> OutputGate<A> {
    pub(crate) fn new() -> Self {
        Self {
            epoch: 0,
            latest: 0,
            submitted: 0,
            saved: 0,
            state_changed: 0,
            writing: false,
            standing: StateValidity::Valid,
            phase: Phase::Admitted,
            generation: 0,
            save_due_ms: None,
            retrying: false,
            waiting: VecDeque::new(),
        }
    }

    /// The gate of an actor that is provisional.
    pub(in crate::host) fn provisional() -> Self {
        Self { phase: Phase::Provisional { works: Vec::new() }, ..Self::new() }
    }

    pub(in crate::host) fn is_provisional(&self) -> bool {
        matches!(self.phase, Phase::Provisional { .. })
    }

    /// Whether it was provisional, and nobody was let in.
    pub(in crate::host) fn is_dropped(&self) -> bool {
        matches!(self.phase, Phase::Dropped)
    }

    /// Work has begun, which ends with a provisional actor.
    pub(in crate::host) fn begun(&mut self, work: impl FnOnce() -> AbortHandle) {
        if let Phase::Provisional { works } = &mut self.phase {
            works.retain(|work| !work.is_finished());
            works.push(work());
        }
    }

    /// A provisional actor is made: the store has everything up to this revision.
    pub(in crate::host) fn admitted(&mut self, epoch: u64, revision: u64) {
        (self.phase, self.epoch) = (Phase::Admitted, epoch);
        self.saved = self.saved.max(revision);
        self.release();
    }

    /// The actor has nobody who runs it. One that is provisional is dropped: gives the work that is to end with it. Any
    /// other may be woken again, with this gate if it has connections.
    pub(in crate::host) fn abandoned(&mut self) -> Vec<AbortHandle> {
        let Phase::Provisional { works } = &mut self.phase else { return Vec::new() };
        let works = std::mem::take(works);
        self.phase = Phase::Dropped;
        works
    }

    /// The state in memory is now the saved one of this epoch and revision.
    pub(in crate::host) fn loaded(&mut self, epoch: u64, revision: u64) {
        self.epoch = epoch;
        (self.latest, self.submitted, self.saved, self.state_changed) =
            (revision, revision, revision, revision);
        (self.writing, self.standing) = (false, StateValidity::Valid);
        self.generation += 1;
        (self.save_due_ms, self.retrying) = (None, false);
    }

    pub(in crate::host) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(in crate::host) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the state in memory is still the one that something of this generation speaks of.
    pub(in crate::host) fn is_of(&self, generation: u64) -> bool {
        self.generation == generation
    }

    pub(in crate::host) fn is_broken(&self) -> bool {
        self.standing == StateValidity::Invalid
    }

    /// Whether the state in memory may be used by everybody, and nobody has asked for the actor's end.
    pub(in crate::host) fn is_sound(&self) -> bool {
        self.standing == StateValidity::Valid && matches!(self.phase, Phase::Admitted)
    }

    pub(in crate::host) fn is_retrying(&self) -> bool {
        self.retrying
    }

    pub(in crate::host) fn is_doomed(&self) -> bool {
        self.standing == StateValidity::Destroying
    }

    /// Whether a save is under way.
    pub(in crate::host) fn is_saving(&self) -> bool {
        self.submitted > self.saved
    }

    /// Whether the store has everything.
    pub(in crate::host) fn is_clean(&self) -> bool {
        !self.is_broken() && self.latest == self.saved
    }

    /// For an actor that is saved by the clock: in how many milliseconds a save is due, of which the caller is to
    /// see to the waiting. `None` if somebody waits already.
    pub(in crate::host) fn save_by(&mut self, elapsed_ms: u64, interval_ms: u64) -> Option<u64> {
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
    pub(in crate::host) fn is_save_due(&self) -> bool {
        self.has_unsubmitted() && !self.is_saving()
    }

    /// Whether changes wait that no save under way holds.
    pub(in crate::host) fn has_unsubmitted(&self) -> bool {
        self.is_sound() && self.latest > self.submitted
    }

    /// A turn begins that may end in a change.
    pub(in crate::host) fn begin_write(&mut self) {
        self.writing = true;
    }

    /// The turn ended, and changed the state.
    pub(in crate::host) fn end_write(&mut self) {
        self.writing = false;
        self.changed();
        self.state_changed = self.latest;
    }

    /// The turn ended, and changed no state. Unless it did so aside, what it sent speaks of the changes before it.
    pub(in crate::host) fn end_unchanged(&mut self, changed_aside: bool) {
        self.writing = false;
        if changed_aside {
            self.changed();
            return;
        }
        let own = self.waiting.iter_mut().rev().take_while(|(needs, _)| *needs > self.latest);
        own.for_each(|(needs, _)| *needs = self.latest);
        self.release();
    }

    /// The turn that ended asks for the actor's end: that is a change too, and the last one that is waited for.
    pub(in crate::host) fn doom(&mut self) {
        if self.standing == StateValidity::Valid {
            self.changed();
            self.standing = StateValidity::Destroying;
        }
    }

    /// The state was changed so far by a turn that goes on. Gives the revision of that.
    pub(in crate::host) fn changed_midway(&mut self) -> u64 {
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

    /// One more change. Where there is no store, it has nowhere to go.
    fn changed(&mut self) {
        self.latest += 1;
        if A::EPHEMERAL {
            (self.submitted, self.saved) = (self.latest, self.latest);
        }
    }

    /// Hands an answer over once what it speaks of is saved. Gives it back if that is void.
    pub(in crate::host) fn pass_answer(&mut self, answer: Answer<A>) -> Result<(), PendingOutput<A>> {
        self.pass(PendingOutput::Answer(answer), A::OPTIONS.durability == Durability::Relaxed)
    }

    /// Like [`pass_answer`](Self::pass_answer), for what is no answer to a call.
    pub(in crate::host) fn pass_held(&mut self, held: PendingOutput<A>) -> Result<(), PendingOutput<A>> {
        self.pass(held, A::OPTIONS.durability == Durability::Relaxed)
    }

    /// Hands an event over once what it speaks of is saved, for an actor that holds its events too.
    pub(crate) fn pass_event(&mut self, event: PendingOutput<A>) -> Result<(), PendingOutput<A>> {
        self.pass(event, false)
    }

    /// Hands something over that waits for nothing itself, after what waits already for the same connection: who has
    /// asked for a state, and follows its events, must not get the events first.
    pub(crate) fn follow(&mut self, parcel: PendingOutput<A>) {
        match self.waiting.back() {
            Some((needs, _)) if parcel.is_behind() => {
                let needs = *needs;
                self.wait(needs, parcel);
            }
            _ => parcel.deliver(),
        }
    }

    // Handing over happens under the gate's lock, so that what leaves keeps its order; it never waits.
    fn pass(&mut self, parcel: PendingOutput<A>, at_once: bool) -> Result<(), PendingOutput<A>> {
        if self.is_broken() {
            return Err(parcel);
        }
        // What a turn sends while it is under way speaks of the change that it will end in.
        let needs = if self.writing { self.next_revision() } else { self.latest };
        if at_once || A::EPHEMERAL || needs <= self.saved {
            parcel.deliver();
        } else {
            self.wait(needs, parcel);
        }
        Ok(())
    }

    /// How many parcels wait.
    #[cfg(all(test, feature = "client"))]
    pub(in crate::host) fn waits(&self) -> usize {
        self.waiting.len()
    }

    fn wait(&mut self, needs: u64, parcel: PendingOutput<A>) {
        parcel.begin_wait();
        self.waiting.push_back((needs, parcel));
    }

    /// The change that the state has last, unless the store has it.
    pub(in crate::host) fn unsaved_state(&self) -> Option<u64> {
        (self.state_changed > self.saved).then_some(self.state_changed)
    }

    /// The change that the turn under way will end in.
    pub(in crate::host) fn next_revision(&self) -> u64 {
        self.latest + 1
    }

    /// All changes so far are handed to the store: those too that are on their way there, which may fail.
    pub(in crate::host) fn submit(&mut self) -> Submission {
        self.submitted = self.latest;
        Submission { epoch: self.epoch, generation: self.generation, revision: self.submitted }
    }

    /// The store has everything up to this revision: hands over what waited for it. Says whether more changes wait
    /// to be saved.
    pub(in crate::host) fn saved(&mut self, generation: u64, revision: u64) -> bool {
        if generation != self.generation {
            return false;
        }
        self.saved = self.saved.max(revision);
        self.retrying = false;
        self.release();
        self.is_save_due()
    }

    /// Hands over what need not wait any more.
    fn release(&mut self) {
        let ready = self.waiting.partition_point(|(needs, _)| *needs <= self.saved);
        // Nobody could write before: all of it is as if one turn had sent it.
        TurnScope::Unnamed.enter(|| self.waiting.drain(..ready).for_each(|(_, parcel)| parcel.end_wait()));
    }

    /// The actor's end is in the store: hands over what waited for it.
    pub(in crate::host) fn ended(&mut self) {
        (self.submitted, self.saved, self.standing) = (self.latest, self.latest, StateValidity::Valid);
        TurnScope::Unnamed.enter(|| self.waiting.drain(..).for_each(|(_, parcel)| parcel.end_wait()));
    }

    /// A save failed: the state in memory is void, and so are the parcels returned.
    #[must_use]
    pub(in crate::host) fn save_failed(&mut self, generation: u64) -> Vec<PendingOutput<A>> {
        if generation != self.generation {
            return Vec::new();
        }
        self.standing = StateValidity::Invalid;
        (self.submitted, self.latest) = (self.saved, self.saved);
        self.waiting.drain(..).map(|(_, parcel)| parcel).collect()
    }

    /// A save of a relaxed actor failed. It has promised nothing, so it keeps its state, to be saved again by the clock:
    /// as a change of its own, for nobody knows what became of this one. Says whether there is anything to save again;
    /// a later save that is under way holds it already.
    #[must_use]
    pub(in crate::host) fn try_again(&mut self, failed: Submission) -> bool {
        let Submission { generation, revision, .. } = failed;
        if generation != self.generation || self.is_broken() || self.submitted > revision {
            return false;
        }
        self.latest += 1;
        (self.submitted, self.state_changed, self.retrying) = (self.saved, self.latest, true);
        true
    }

    /// A change broke off half-way: the state in memory is void, and so are the parcels returned, those that no
    /// save under way will release.
    #[must_use]
    pub(in crate::host) fn broke_off(&mut self) -> Vec<PendingOutput<A>> {
        (self.standing, self.writing) = (StateValidity::Invalid, false);
        self.latest = self.submitted;
        let kept = self.waiting.partition_point(|(needs, _)| *needs <= self.submitted);
        self.waiting.drain(kept..).map(|(_, parcel)| parcel).collect()
    }
}

/// Ends what was lost: no call among it is answered with success, and its events are never sent.
pub(in crate::host) fn fail_all<A: Actor>(parcels: Vec<PendingOutput<A>>) {
    for parcel in parcels {
        parcel.end_wait_failed(faults::rolled_back());
    }
}
