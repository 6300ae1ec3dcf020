//! The save gate: answers wait here until the state they speak of is saved.

use std::collections::VecDeque;

use super::call::Answer;
use crate::{Actor, faults};

/// The order of an actor's changes, how far they are saved, and the answers that wait for that.
///
/// Each change has a revision, one more than the change before. An answer waits for the revision that was
/// the latest when its action ended: its own for a `&mut self` action, whatever it may have seen for a `&self` one.
pub(super) struct Gate<A: Actor> {
    /// The activation that the store knows; 0 where nothing is saved.
    pub(super) epoch: u64,
    /// The latest change.
    latest: u64,
    /// The latest change in a state that was handed to the store.
    submitted: u64,
    /// The latest change that the store has.
    saved: u64,
    /// A save failed or a turn panicked: the state in memory must not be used until it is loaded again.
    broken: bool,
    /// Raised at each return to the saved state, so that what began before it is known to be void.
    generation: u64,
    waiting: VecDeque<(u64, Answer<A>)>,
}

/// What became of an answer at the gate.
pub(super) enum Held<A: Actor> {
    /// It may leave.
    Ready(Answer<A>),
    /// It leaves, or fails, with the save that it waits for.
    Waiting,
    /// It speaks of a state that is void.
    Void(Answer<A>),
}

/// The answers that may leave, and whether more changes wait to be saved.
pub(super) struct Released<A: Actor> {
    pub(super) answers: Vec<Answer<A>>,
    pub(super) more: bool,
}

impl<A: Actor> Gate<A> {
    pub(super) fn new() -> Self {
        Self {
            epoch: 0,
            latest: 0,
            submitted: 0,
            saved: 0,
            broken: false,
            generation: 0,
            waiting: VecDeque::new(),
        }
    }

    /// The state in memory is now the saved one of this epoch and revision.
    pub(super) fn loaded(&mut self, epoch: u64, revision: u64) {
        debug_assert!(self.waiting.is_empty(), "answers were left behind at a return to the saved state");
        self.epoch = epoch;
        (self.latest, self.submitted, self.saved) = (revision, revision, revision);
        self.broken = false;
        self.generation += 1;
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether a save is under way.
    pub(super) fn is_saving(&self) -> bool {
        self.submitted > self.saved
    }

    /// Whether changes wait that no save under way holds.
    pub(super) fn has_unsubmitted(&self) -> bool {
        !self.broken && self.latest > self.submitted
    }

    /// The state changed.
    pub(super) fn changed(&mut self) {
        self.latest += 1;
    }

    /// Holds the answer until what it speaks of is saved.
    pub(super) fn hold(&mut self, answer: Answer<A>) -> Held<A> {
        if self.broken {
            return Held::Void(answer);
        }
        if self.latest <= self.saved {
            return Held::Ready(answer);
        }
        self.waiting.push_back((self.latest, answer));
        Held::Waiting
    }

    /// The present state is handed to the store, under the returned revision.
    pub(super) fn submit(&mut self) -> u64 {
        self.submitted = self.latest;
        self.submitted
    }

    /// The store has the state of this revision.
    pub(super) fn saved(&mut self, generation: u64, revision: u64) -> Released<A> {
        if generation != self.generation {
            return Released { answers: Vec::new(), more: false };
        }
        self.saved = self.saved.max(revision);
        let ready = self.waiting.partition_point(|(needs, _)| *needs <= self.saved);
        let answers = self.waiting.drain(..ready).map(|(_, answer)| answer).collect();
        Released { answers, more: self.has_unsubmitted() && !self.is_saving() }
    }

    /// A save failed: the state in memory is void, and so are the answers returned.
    #[must_use]
    pub(super) fn save_failed(&mut self, generation: u64) -> Vec<Answer<A>> {
        if generation != self.generation {
            return Vec::new();
        }
        self.broken = true;
        (self.latest, self.submitted) = (self.saved, self.saved);
        self.waiting.drain(..).map(|(_, answer)| answer).collect()
    }

    /// A change broke off half-way: the state in memory is void, and so are the answers returned, those that no
    /// save under way will release.
    #[must_use]
    pub(super) fn broke_off(&mut self) -> Vec<Answer<A>> {
        self.broken = true;
        self.latest = self.submitted;
        let kept = self.waiting.partition_point(|(needs, _)| *needs <= self.submitted);
        self.waiting.drain(kept..).map(|(_, answer)| answer).collect()
    }
}

/// Ends calls whose effect was lost: none of them is answered with success.
pub(super) fn fail_all<A: Actor>(answers: Vec<Answer<A>>) {
    for answer in answers {
        answer.fail(faults::rolled_back());
    }
}
