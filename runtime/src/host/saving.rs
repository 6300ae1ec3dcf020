//! Saving: how an actor's changes get to the store, and how it returns to what the store has.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{RwLockWriteGuard, oneshot};

use super::{
    Cell,
    cell::Core,
    committer::{Job, Saved},
    gate::{Submission, fail_all},
    guard::guarded,
    holds::Wish,
};
use crate::{
    Actor, Durability, Fault, faults,
    store::{Commit, CommitOutcome},
    task,
};

impl<A: Actor> Cell<A> {
    /// How often what is left is tried to be saved before the actor goes without.
    const LAST_TRIES: usize = 3;
    pub(super) const IS_RELAXED: bool = matches!(A::OPTIONS.durability, Durability::Relaxed);

    /// A turn broke off half-way. The state in memory is void, and so is every change in it that is not on its way
    /// to the store.
    pub(super) fn broke_off(&self) {
        let void = self.gate.lock().broke_off();
        fail_all(void);
        self.mailbox.nudge();
    }

    /// Saves what has changed, unless a save is under way, whose end will see to it, or the actor is saved by the
    /// clock.
    pub(super) fn save_if_due(self: &Arc<Self>, core: &Core<A>) {
        if A::EPHEMERAL || self.gate.lock().is_save_due() {
            self.save_due(core);
        }
    }

    /// Saves what has changed, now or, for an actor that is saved by the clock, in time.
    pub(super) fn save_due(self: &Arc<Self>, core: &Core<A>) {
        if self.is_saved_by_clock() {
            self.save_later(core);
        } else {
            self.submit_if_changed(core);
        }
    }

    /// Saves what has changed before a turn that awaits: what ended before it must not wait for its end, even if a save
    /// is under way.
    pub(super) fn save_before_await(self: &Arc<Self>, core: &Core<A>) {
        if !self.is_saved_by_clock() {
            self.submit_if_changed(core);
        }
    }

    /// Whether what has changed can wait for the clock. Alarms and messages cannot, for only those in the store ring or
    /// are handed out, unless the store has just failed.
    fn is_saved_by_clock(&self) -> bool {
        Self::IS_RELAXED
            && (self.gate.lock().is_retrying()
                || !(self.alarms.lock().has_unsubmitted() || self.queues.lock().has_unsubmitted_messages()))
    }

    /// What the queues of an actor have changed that is in no store is in force, once the turn has ended that did it.
    fn settle_queues(&self) {
        let in_force = Self::HAS_QUEUES && !self.gate.lock().is_broken();
        if in_force && self.queues.lock().settle() {
            self.queues_changed.notify_waiters();
        }
    }

    /// Hands what has changed to the store.
    pub(super) fn submit_if_changed(self: &Arc<Self>, core: &Core<A>) {
        if A::EPHEMERAL {
            self.settle_queues();
        } else if self.gate.lock().has_unsubmitted() {
            self.submit(core.state(), drop);
        }
    }

    /// Saves the state as it is in the middle of a turn, and waits until it is saved.
    pub(crate) async fn save_midway(self: &Arc<Self>, state: &A) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let (done, ended) = oneshot::channel();
        self.gate.lock().changed_midway();
        // The turn may have been given up.
        self.submit(state, |saved| drop(done.send(saved)));
        ended.await.unwrap_or_else(|_| Err(faults::service_unavailable()))
    }

    /// Hands all changes so far to the store. `then` hears whether they are saved.
    fn submit(self: &Arc<Self>, state: &A, then: impl FnOnce(Result<(), Fault>) + Send + 'static) {
        // One step with the gate, so that alarms set by a read meanwhile are in this submission or in the next.
        let (submission, (alarms, alarms_until), (messages, messages_until)) = {
            let mut gate = self.gate.lock();
            (gate.submit(), self.alarms.lock().submit(), self.queues.lock().submit())
        };
        let Submission { epoch, generation, revision, with_state } = submission;
        let state = match with_state.then(|| to_bytes(state)).transpose() {
            Ok(state) => state,
            Err(fault) => {
                self.not_saved(generation, revision, &fault);
                self.save_ended.notify_waiters();
                return then(Err(fault));
            }
        };
        let cell = Arc::clone(self);
        let commit = Commit::Save { id: self.record().id, epoch, revision, state, alarms, messages };
        self.commit(commit, move |outcome| {
            let saved = matches!(outcome, Ok(CommitOutcome::Done)).then_some(());
            match outcome {
                Ok(CommitOutcome::Done) => {
                    cell.saved(
                        generation,
                        revision,
                        Until { alarms: alarms_until, messages: messages_until },
                    );
                }
                Ok(CommitOutcome::Failed) => {
                    cell.not_saved(generation, revision, &"the store could not keep it");
                }
                Ok(outcome) => cell.lost(generation, &format_args!("the store refused it: {outcome:?}")),
                Err(error) => cell.not_saved(generation, revision, &error),
            }
            cell.save_ended.notify_waiters();
            then(saved.ok_or_else(faults::rolled_back));
        });
    }

    /// Fails if the state cannot be saved as it is, whatever the store says.
    pub(super) fn check_savable(core: &Core<A>) -> Result<(), Fault> {
        if A::EPHEMERAL { Ok(()) } else { to_bytes(core.state()).map(drop) }
    }

    /// A commit of its own, which is waited for.
    pub(super) async fn commit_now(&self, commit: Commit) -> Result<(), Fault> {
        let (done, ended) = oneshot::channel();
        self.commit(commit, |outcome| drop(done.send(outcome)));
        match ended.await {
            Ok(Ok(CommitOutcome::Done)) => Ok(()),
            Ok(Ok(outcome)) => Err(Fault::internal(&format_args!("a commit was refused: {outcome:?}"))),
            Ok(Err(error)) => Err(faults::store_failed(error)),
            Err(_) => Err(faults::service_unavailable()),
        }
    }

    /// Hands a commit to the store. `then` hears what became of it, and the clockwork of its alarms.
    pub(super) fn commit(&self, commit: Commit, then: impl FnOnce(Saved) + Send + 'static) {
        let has_alarms = match &commit {
            Commit::Create { alarms, .. } | Commit::Save { alarms, .. } => !alarms.is_empty(),
            Commit::Enqueue { .. } | Commit::Destroy { .. } => false,
        };
        let shared = Arc::clone(self.shared());
        let done = move |outcome| {
            then(outcome);
            if has_alarms {
                shared.clockwork().changed();
            }
        };
        self.shared().committer().submit(Job { commit, done: Box::new(done) });
    }

    fn saved(&self, generation: u64, revision: u64, until: Until) {
        let mut gate = self.gate.lock();
        if gate.is_of(generation) {
            self.alarms.lock().saved(until.alarms);
            if self.queues.lock().saved(until.messages) {
                self.queues_changed.notify_waiters();
            }
        }
        let more = gate.saved(generation, revision);
        drop(gate);
        if more {
            self.mailbox.nudge();
        }
    }

    /// Whether the store has what was handed to it is not known. A relaxed actor tries it again with the next save, any
    /// other goes back to what is saved.
    fn not_saved(&self, generation: u64, revision: u64, error: &dyn std::fmt::Display) {
        if !Self::IS_RELAXED {
            return self.lost(generation, error);
        }
        self.save_span().in_scope(|| tracing::error!(%error, "a state was not saved; it is tried again"));
        let mut gate = self.gate.lock();
        if gate.try_again(generation, revision) {
            self.alarms.lock().not_saved();
            self.queues.lock().not_saved();
        }
        drop(gate);
        self.mailbox.nudge();
    }

    /// What was handed to the store is not what the store goes on from: the actor goes back to that.
    pub(super) fn lost(&self, generation: u64, error: &dyn std::fmt::Display) {
        let void = self.gate.lock().save_failed(generation);
        let why = format_args!("a state was not saved: {error}");
        let fault = self.save_span().in_scope(|| Fault::internal(&why));
        for parcel in void {
            parcel.end_wait_failed(fault.clone());
        }
        self.mailbox.nudge();
    }

    /// Saves a relaxed actor when its interval is over.
    fn save_later(self: &Arc<Self>, core: &Core<A>) {
        let now_ms = self.shared().clock().elapsed_ms();
        let interval_ms = u64::try_from(A::OPTIONS.save_interval.as_millis()).unwrap_or(u64::MAX);
        // Not in the head of the match: the lock would be held in its arms, and saving takes it again.
        let due = self.gate.lock().save_by(now_ms, interval_ms);
        match due {
            None => {}
            Some(0) => self.submit_if_changed(core),
            Some(wait_ms) => {
                let cell = Arc::downgrade(self);
                task::spawn(async move {
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
        let _held = self.hold_queues().await;
        core.state = None;
        let restored = self.restore().await.inspect_err(|fault| {
            if *fault == faults::actor_not_found() {
                // Somebody else has destroyed it, or a commit has of which nobody knew whether it did.
                self.wish(Wish::Destroy);
            }
        })?;
        core.state = Some(restored.state);
        self.load_queues(restored.messages);
        self.load_alarms(restored.alarms, restored.epoch, restored.revision);
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

    /// The end of what can be saved, if everything is, and if this closes what else must be.
    pub(super) fn close_if_clean(&self, close: impl FnOnce() -> bool) -> bool {
        // One step with the gate: an alarm is set before this and saved, or not set.
        let gate = self.gate.lock();
        let closed = gate.is_clean() && close();
        if closed {
            self.alarms.lock().close();
            self.close_queues(&faults::not_handled_yet());
        }
        closed
    }

    /// Before the actor goes: saves what is left to be saved, if it can be. Nothing runs past the mailbox after that.
    pub(super) async fn finish_saving(self: &Arc<Self>) {
        loop {
            let Ok(mut core) = self.write_saved().await else { return };
            if self.close_if_clean(|| true) {
                core.state = None;
                return;
            }
        }
    }

    /// The turn to write, with everything saved.
    pub(super) async fn write_saved(self: &Arc<Self>) -> Result<RwLockWriteGuard<'_, Core<A>>, Fault> {
        // A store that fails again and again gets no more than a few tries: an answer waits for none of them.
        for _ in 0..=Self::LAST_TRIES {
            let core = self.write().await?;
            if self.gate.lock().is_clean() {
                return Ok(core);
            }
            self.submit_if_changed(&core);
            drop(core);
            self.saves_ended().await;
        }
        Err(faults::service_unavailable())
    }
}

/// Up to which of its changes, beside those of the state, a save goes.
#[derive(Clone, Copy)]
struct Until {
    alarms: u64,
    messages: u64,
}

/// A state as it is saved.
pub(super) fn to_bytes<A: Actor>(state: &A) -> Result<Bytes, Fault> {
    let bytes = guarded(|| state.save())?.map_err(|error| Fault::internal(&error))?;
    Ok(bytes.into())
}
