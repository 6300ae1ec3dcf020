//! Saving: how an actor's changes get to the store, and how it returns to what the store has.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    Cell,
    call::ReplyTo,
    cell::Core,
    committer::{Job, Saved},
    gate::{Submission, fail_all},
    guard::guarded,
};
use crate::{
    Actor, Durability, Fault,
    actor::ReplyOf,
    faults,
    store::{Commit, CommitOutcome},
};

impl<A: Actor> Cell<A> {
    /// How often what is left is tried to be saved before the actor goes without.
    const LAST_TRIES: usize = 3;

    /// A turn broke off half-way. The state in memory is void, and so is every change in it that is not on its way
    /// to the store.
    pub(super) fn broke_off(&self) {
        let void = self.gate.lock().broke_off();
        fail_all(void);
        self.mailbox.nudge();
    }

    /// Hands an answer over once what it speaks of is saved.
    pub(super) fn pass_gate(&self, reply_to: ReplyTo<A>, result: Result<ReplyOf<A>, Fault>) {
        let answer = reply_to.answer(result);
        let passed = self.gate.lock().pass_answer(answer);
        if let Err(void) = passed {
            void.fail(faults::rolled_back());
        }
    }

    /// Saves what has changed, unless a save is under way, whose end will see to it, or the actor is saved by the
    /// clock.
    pub(super) fn save_if_due(self: &Arc<Self>, core: &Core<A>) {
        if self.gate.lock().is_saving() {
            return;
        }
        if A::OPTIONS.durability != Durability::Relaxed {
            self.submit_if_changed(core);
        } else if self.gate.lock().has_unsubmitted() {
            self.save_later(core);
        }
    }

    /// Hands what has changed to the store.
    pub(super) fn submit_if_changed(self: &Arc<Self>, core: &Core<A>) {
        if A::EPHEMERAL || !self.gate.lock().has_unsubmitted() {
            return;
        }
        // One step with the gate, so that alarms set by a read meanwhile are in this submission or in the next.
        let (submission, alarms) = {
            let mut gate = self.gate.lock();
            (gate.submit(), self.alarms.lock().take_changes())
        };
        let Submission { epoch, generation, revision, with_state } = submission;
        let state = match with_state.then(|| guarded(|| core.state().save())) {
            None => None,
            Some(Ok(Ok(state))) => Some(state.into()),
            Some(Ok(Err(error))) => return self.not_saved(generation, &error),
            Some(Err(panic)) => return self.not_saved(generation, &panic),
        };
        let has_alarms = !alarms.is_empty();
        let commit = Commit::Save { id: self.record().id, epoch, revision, state, alarms };
        let cell = Arc::clone(self);
        self.runtime().committer().submit(Job {
            commit,
            done: Box::new(move |outcome| {
                cell.save_ended(generation, revision, outcome);
                if has_alarms {
                    cell.runtime().clockwork().changed();
                }
            }),
        });
    }

    /// Saves the state as it is in the middle of a turn, and waits until it is saved.
    pub(crate) async fn save_midway(self: &Arc<Self>, state: &A) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let (submission, alarms) = {
            let mut gate = self.gate.lock();
            gate.changed_midway();
            (gate.submit(), self.alarms.lock().take_changes())
        };
        let Submission { epoch, generation, revision, .. } = submission;
        let saved = guarded(|| state.save()).and_then(|saved| saved.map_err(|error| Fault::internal(&error)));
        let saved = match saved {
            Ok(state) => state.into(),
            Err(fault) => {
                self.not_saved(generation, &fault);
                return Err(fault);
            }
        };
        let commit = Commit::Save { id: self.record().id, epoch, revision, state: Some(saved), alarms };
        let (done, ended) = oneshot::channel();
        let cell = Arc::clone(self);
        self.runtime().committer().submit(Job {
            commit,
            done: Box::new(move |outcome| {
                let is_saved = matches!(outcome, Ok(CommitOutcome::Done));
                cell.save_ended(generation, revision, outcome);
                // The turn may have been given up.
                let _ = done.send(is_saved);
            }),
        });
        if ended.await.unwrap_or(false) { Ok(()) } else { Err(faults::rolled_back()) }
    }

    /// A commit of its own, which is waited for.
    pub(super) async fn commit_now(&self, commit: Commit) -> Result<(), Fault> {
        let (done, ended) = oneshot::channel();
        self.runtime().committer().submit(Job { commit, done: Box::new(|outcome| drop(done.send(outcome))) });
        match ended.await {
            Ok(Ok(CommitOutcome::Done)) => Ok(()),
            Ok(Ok(outcome)) => Err(Fault::internal(&format_args!("a commit was refused: {outcome:?}"))),
            Ok(Err(error)) => Err(Fault::internal(&error)),
            Err(_) => Err(faults::service_unavailable()),
        }
    }

    fn save_ended(&self, generation: u64, revision: u64, outcome: Saved) {
        match outcome {
            Ok(CommitOutcome::Done) => {
                let more = self.gate.lock().saved(generation, revision);
                if more {
                    self.mailbox.nudge();
                }
            }
            Ok(outcome) => self.not_saved(generation, &format_args!("the store refused it: {outcome:?}")),
            Err(error) => self.not_saved(generation, &error),
        }
        self.save_ended.notify_waiters();
    }

    fn not_saved(&self, generation: u64, error: &dyn std::fmt::Display) {
        let void = self.gate.lock().save_failed(generation);
        let fault = Fault::internal(&format_args!("a state was not saved: {error}"));
        for parcel in void {
            parcel.end_wait_failed(fault.clone());
        }
        self.mailbox.nudge();
    }

    /// Saves a relaxed actor when its interval is over.
    fn save_later(self: &Arc<Self>, core: &Core<A>) {
        let now_ms = self.runtime().clock().now_ms();
        let interval_ms = u64::try_from(A::OPTIONS.save_interval.as_millis()).unwrap_or(u64::MAX);
        match self.gate.lock().save_by(now_ms, interval_ms) {
            None => {}
            Some(0) => self.submit_if_changed(core),
            Some(wait_ms) => {
                let cell = Arc::downgrade(self);
                tokio::spawn(async move {
                    tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
                    if let Some(cell) = cell.upgrade() {
                        cell.mailbox.nudge();
                    }
                });
            }
        }
    }

    /// Replaces a void state by the saved one, once the saves under way have ended.
    pub(super) async fn return_to_saved(self: &Arc<Self>, core: &mut Core<A>) -> Result<(), Fault> {
        self.saves_ended().await;
        core.state = None;
        let restored = self.restore().await?;
        core.state = Some(restored.state);
        self.alarms.lock().loaded(restored.alarms);
        self.gate.lock().loaded(restored.epoch, restored.revision);
        Ok(())
    }

    /// Waits until no save is under way.
    pub(super) async fn saves_ended(&self) {
        loop {
            let ended = self.save_ended.notified();
            if !self.gate.lock().is_saving() {
                return;
            }
            ended.await;
        }
    }

    /// Before the actor goes: saves what is left to be saved, if it can be.
    pub(super) async fn finish_saving(self: &Arc<Self>) {
        // A store that fails again and again gets no more than a few tries: an answer waits for none of them.
        for _ in 0..Self::LAST_TRIES {
            let Ok(core) = self.write().await else { return };
            self.submit_if_changed(&core);
            drop(core);
            self.saves_ended().await;
            if self.gate.lock().is_clean() {
                return;
            }
        }
    }
}
