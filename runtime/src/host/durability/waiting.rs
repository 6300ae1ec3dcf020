//! What waits at an output gate: outputs in the order sent, each with the change that it needs saved.

use std::{collections::VecDeque, mem};

use crate::{Fault, delivery::turn_id::TurnScope};

/// What can wait at a gate.
pub(crate) trait Pending: Sized {
    /// Whether there is a store that is to have the changes.
    const IS_SAVED: bool;

    /// Whether anything waits for that.
    const WAITS: bool;

    /// Lives as long as the output waits, and until after it was released or has failed.
    type Wait;

    /// Lets it out. Called under the gate's lock: it must not block, nor use the gate.
    fn release(self);

    /// What it speaks of is void.
    fn fail(self, fault: Fault);

    /// It begins to wait.
    fn wait(&self) -> Self::Wait;

    /// Whether something that waits already has to leave before it.
    fn is_behind(&self) -> bool;
}

/// The outputs that wait: in the order sent, and so in the order of what they need.
pub(super) struct WaitingOutputs<P: Pending>(VecDeque<Waiting<P>>);

struct Waiting<P: Pending> {
    needs: u64,
    output: P,
    wait: P::Wait,
}

/// Outputs that are void. They are to be failed, once the gate's lock was released: a fault may be encoded for each, and
/// who hears of it may use the gate.
#[must_use = "callers wait for what is void"]
pub(in crate::host) struct Void<P: Pending>(Vec<Waiting<P>>);

impl<P: Pending> Void<P> {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// No call among it is answered with success, and its events are never sent.
    pub(in crate::host) fn fail(self, fault: &Fault) {
        for Waiting { output, wait, .. } in self.0 {
            output.fail(fault.clone());
            drop(wait);
        }
    }
}

impl<P: Pending> WaitingOutputs<P> {
    pub(super) fn none() -> Self {
        Self(VecDeque::new())
    }

    /// It leaves once the store has this revision.
    pub(super) fn hold(&mut self, needs: u64, output: P) {
        let wait = output.wait();
        self.0.push_back(Waiting { needs, output, wait });
    }

    /// What the last of them needs.
    pub(super) fn last_needs(&self) -> Option<u64> {
        self.0.back().map(|last| last.needs)
    }

    /// Those that need more need this after all.
    pub(super) fn need_at_most(&mut self, revision: u64) {
        let later = self.0.iter_mut().rev().take_while(|waiting| waiting.needs > revision);
        later.for_each(|waiting| waiting.needs = revision);
    }

    /// The store has this revision: releases what needs no more.
    pub(super) fn release_until(&mut self, revision: u64) {
        self.release_first(self.count_until(revision));
    }

    pub(super) fn release_all(&mut self) {
        self.release_first(self.0.len());
    }

    fn release_first(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        // None of it could be written before: all of it is as if one turn had sent it.
        TurnScope::Unnamed.enter(|| {
            for Waiting { output, wait, .. } in self.0.drain(..count) {
                output.release();
                drop(wait);
            }
        });
        self.shrink();
    }

    /// Outputs are large, and most actors are awake for long between two of them: no room is kept while none waits.
    fn shrink(&mut self) {
        if self.0.is_empty() {
            self.0 = VecDeque::new();
        }
    }

    /// What needs more than this revision is void.
    pub(super) fn void_after(&mut self, revision: u64) -> Void<P> {
        let first = self.count_until(revision);
        let void = Void(self.0.drain(first..).collect());
        self.shrink();
        void
    }

    pub(super) fn void_all(&mut self) -> Void<P> {
        Void(mem::take(&mut self.0).into())
    }

    /// How many need no more than this revision.
    fn count_until(&self, revision: u64) -> usize {
        self.0.partition_point(|waiting| waiting.needs <= revision)
    }

    /// For how many there is room.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.0.capacity()
    }

    #[cfg(all(test, feature = "client"))]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}
