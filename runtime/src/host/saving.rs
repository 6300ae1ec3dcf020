//! Saving: how an actor's changes get to the store, and how it returns to what the store has.

use std::sync::Arc;

use super::{
    Cell,
    call::{Answer, ReplyTo},
    cell::Core,
    committer::{Job, Saved},
    gate::{Held, fail_all},
    guard::guarded,
};
use crate::{
    Actor, Fault,
    actor::ReplyOf,
    faults,
    store::{Commit, CommitOutcome},
};

impl<A: Actor> Cell<A> {
    /// A turn ended that may have changed the state: the change gets its revision, and is saved now unless a save
    /// is under way; then the next one takes all that came meanwhile.
    pub(super) fn changed(self: &Arc<Self>) {
        if !A::EPHEMERAL {
            self.gate.lock().changed();
        }
    }

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
        let held = self.gate.lock().hold(answer);
        match held {
            Held::Ready(answer) => answer.deliver(),
            Held::Waiting => {}
            Held::Void(answer) => answer.fail(faults::rolled_back()),
        }
    }

    /// Saves what has changed, unless a save is under way, whose end will see to it.
    pub(super) fn save_if_due(self: &Arc<Self>, core: &Core<A>) {
        if !self.gate.lock().is_saving() {
            self.submit_if_changed(core);
        }
    }

    /// Hands the state to the store if it has changed since the last time.
    pub(super) fn submit_if_changed(self: &Arc<Self>, core: &Core<A>) {
        if !self.gate.lock().has_unsubmitted() {
            return;
        }
        let state = match guarded(|| core.state().save()) {
            Ok(Ok(state)) => state.into(),
            Ok(Err(error)) => return self.not_saved(self.gate.lock().generation(), &error),
            Err(_) => return self.not_saved(self.gate.lock().generation(), &"the actor panicked"),
        };
        let (epoch, generation, revision) = {
            let mut gate = self.gate.lock();
            (gate.epoch, gate.generation(), gate.submit())
        };
        let commit = Commit::Save { id: self.record().id, epoch, revision, state };
        let cell = Arc::clone(self);
        self.runtime().committer().submit(Job {
            commit,
            done: Box::new(move |outcome| cell.save_ended(generation, revision, outcome)),
        });
    }

    fn save_ended(&self, generation: u64, revision: u64, outcome: Saved) {
        match outcome {
            Ok(CommitOutcome::Done) => {
                let released = self.gate.lock().saved(generation, revision);
                released.answers.into_iter().for_each(Answer::deliver);
                if released.more {
                    self.mailbox.nudge();
                }
            }
            Ok(outcome) => self.not_saved(generation, &format_args!("{outcome:?}")),
            Err(error) => self.not_saved(generation, &error),
        }
        self.save_ended.notify_waiters();
    }

    fn not_saved(&self, generation: u64, error: &dyn std::fmt::Display) {
        let void = self.gate.lock().save_failed(generation);
        if void.is_empty() {
            tracing::error!(actor = %self.record().id, %error, "a state was not saved");
        }
        for answer in void {
            answer.fail(Fault::internal(&format_args!("the state was not saved: {error}")));
        }
        self.mailbox.nudge();
    }

    /// Replaces a void state by the saved one, once the saves under way have ended.
    pub(super) async fn return_to_saved(self: &Arc<Self>, core: &mut Core<A>) -> Result<(), Fault> {
        self.saves_ended().await;
        core.state = None;
        let (state, epoch, revision) = self.restore().await?;
        core.state = Some(state);
        self.gate.lock().loaded(epoch, revision);
        Ok(())
    }

    /// Waits until no save is under way.
    async fn saves_ended(&self) {
        loop {
            let ended = self.save_ended.notified();
            if !self.gate.lock().is_saving() {
                return;
            }
            ended.await;
        }
    }

    /// Before the actor goes: saves what is left to be saved.
    pub(super) async fn finish_saving(self: &Arc<Self>) {
        while let Ok(core) = self.write().await {
            drop(core);
            self.saves_ended().await;
            let gate = self.gate.lock();
            if !gate.has_unsubmitted() && !gate.is_broken() {
                return;
            }
        }
    }
}
