//! Commits: how what an actor wants saved becomes one commit, and what becomes of that.
//!
//! There are two kinds. Some commits are handed to the committer as they are, and waited for: [`commit_now`], [`commit`].
//! A *save* is not: the actor only announces that it wants one ([`Saver`]), and its commit is made when the committer begins
//! the next batch, of everything that has changed by then.
//!
//! A save ends in one of four ways:
//!
//! | the store says | what follows |
//! |---|---|
//! | done | what waited for the revision is released; if more has changed meanwhile, the next save is due |
//! | the actor's row could not be written, or an error | it is not known what the store has: a relaxed actor tries again later, any other goes back to the saved state |
//! | refused: another process has claimed the actor, or it is gone | the actor goes back to the saved state |
//! | nothing, because it has all of it already | as done, without a commit |
//!
//! *Going back* means: the state in memory is invalid, all that waits fails with `rolled_back` or the store's fault, and
//! the actor loads its state again before its next turn.

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use tokio::sync::oneshot;

use super::{
    durable::{Durable, Locked},
    group_commit::{Job, Saved, Saver},
    output_gate::Submission,
    parts::Parts,
    saves::{Encoded, Save, Until, Waiter},
    waiting::{Pending, Void},
};
use crate::{
    Actor, ActorId, Fault,
    error::faults,
    host::{ActorCell, Shared, pending_output::VoidOutputs},
    store::{Commit, CommitOutcome, StoreError},
    util::{log, shown::shown},
};

/// Why something was not saved.
pub(in crate::host) enum Unsaved<'a> {
    /// The store said so.
    Store(Arc<StoreError>),
    /// It was not the store's fault.
    Other(&'a dyn Display),
}

impl Unsaved<'_> {
    /// What is told to all that wait for it.
    pub(in crate::host) fn fault(&self, what: &str) -> Fault {
        match self {
            Self::Store(error) if error.is_unavailable() => faults::store_failed(Arc::clone(error)),
            _ => Fault::internal(&format_args!("{what}: {self}")),
        }
    }
}

impl Display for Unsaved<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Other(why) => why.fmt(f),
        }
    }
}

/// A commit of its own, which is waited for.
pub(in crate::host) async fn commit_now(shared: &Arc<Shared>, changes: Commit) -> Result<(), Fault> {
    let (done, ended) = oneshot::channel();
    commit(shared, changes, |outcome| drop(done.send(outcome)));
    match ended.await {
        Ok(Ok(CommitOutcome::Done)) => Ok(()),
        Ok(Ok(outcome)) => Err(Fault::internal(&format_args!("a commit was refused: {outcome:?}"))),
        Ok(Err(error)) => Err(faults::store_failed(error)),
        Err(_) => Err(faults::service_unavailable()),
    }
}

/// Hands a commit to the store. `then` hears what became of it, and so does the alarm scheduler if it has alarms.
pub(in crate::host) fn commit(
    shared: &Arc<Shared>,
    commit: Commit,
    then: impl FnOnce(Saved) + Send + 'static,
) {
    let has_alarms = match &commit {
        Commit::Create { alarms, .. } | Commit::Save { alarms, .. } => !alarms.is_empty(),
        Commit::Enqueue { .. } | Commit::Destroy { .. } => false,
    };
    let ours = Arc::clone(shared);
    let done = move |outcome| {
        then(outcome);
        if has_alarms {
            ours.alarm_scheduler().changed();
        }
    };
    shared.committer().submit(Job::Commit(commit, Box::new(done)));
}

/// A save that has ended. Its actor, and all that wait for it, are to be told.
#[must_use = "callers wait to hear of it"]
pub(super) struct SaveEnd {
    save: Box<Save>,
    /// More has changed, and no save is under way whose end would see to it.
    is_next_due: bool,
}

/// What became of a submission.
pub(super) enum Submitted {
    /// It waits, and the committer does not know of it yet.
    ToAnnounce,
    /// It waits with what was announced before.
    Waits,
    /// The store has all of it already.
    Saved(SaveEnd),
    /// Another save has failed meanwhile, and this is void with it.
    Void,
}

/// What a save that was announced becomes when its batch begins.
enum Begun {
    Commit(Commit),
    /// There is nothing left that the store does not have.
    Saved(SaveEnd),
    /// There is none any more.
    Nothing,
}

impl<P: Pending> Durable<P> {
    /// All changes so far are to be saved, with the state as it is now unless the store has it. `waiter` hears whether they
    /// are.
    pub(super) fn submit(&self, state: Option<Encoded>, waiter: Option<Waiter>) -> Submitted {
        let mut locked = self.lock();
        if locked.gate.is_invalid() {
            if let Some(waiter) = waiter {
                // Whoever waits may have gone away.
                let _ = waiter.send(Err(faults::rolled_back()));
            }
            return Submitted::Void;
        }
        let submission = locked.gate.submit();
        let Parts { saves, alarms, queues } = &mut *locked.parts;
        if let Some(state) = &state {
            saves.set_encoded(state.clone());
        }
        let until = Until { alarms: alarms.submit(), messages: queues.submit() };
        let waiters = waiter.into_iter().collect();
        saves.submit(Save { submission, state, until, waiters, has_alarms: false });
        let has_changes_aside = alarms.has_changes() || queues.has_changes();
        let stored = if has_changes_aside { None } else { saves.take_stored() };
        match stored {
            Some(save) => Submitted::Saved(self.saved(locked, save)),
            None if saves.announce() => Submitted::ToAnnounce,
            None => Submitted::Waits,
        }
    }

    /// What waits to be saved becomes the commit of this actor.
    fn begin_save(&self, id: ActorId) -> Begun {
        let mut locked = self.lock();
        let Parts { saves, alarms, queues } = &mut *locked.parts;
        let Some(mut save) = saves.begin() else { return Begun::Nothing };
        // What the save before this one held is not there any more, unless that has failed.
        let alarms = alarms.until(save.until.alarms);
        let messages = queues.until(save.until.messages);
        let Submission { epoch, revision, .. } = save.submission;
        let state = save.state.as_ref().map(|state| state.bytes.clone());
        if state.is_none() && alarms.is_empty() && messages.is_empty() {
            return Begun::Saved(self.saved(locked, save));
        }
        save.has_alarms = !alarms.is_empty();
        saves.set_under_way(save);
        Begun::Commit(Commit::Save { id, epoch, revision, state, alarms, messages })
    }

    /// The store has what was to be saved.
    fn saved(&self, mut locked: Locked<'_, P>, save: Box<Save>) -> SaveEnd {
        let Submission { generation, revision, .. } = save.submission;
        if locked.gate.is_of(generation) {
            let Parts { saves, alarms, queues } = &mut *locked.parts;
            saves.saved(revision);
            alarms.saved(save.until.alarms);
            if queues.saved(save.until.messages) {
                self.queues_have_changed();
            }
        }
        let is_next_due = locked.gate.saved(generation, revision);
        SaveEnd { save, is_next_due }
    }

    /// The save under way has ended. `Err`: the store does not have it, or is not known to.
    fn end_save(&self, done: bool) -> Option<Result<SaveEnd, Box<Save>>> {
        let mut locked = self.lock();
        let save = locked.parts.saves.end(done)?;
        Some(if done { Ok(self.saved(locked, save)) } else { Err(save) })
    }

    /// Whether the store has what was handed to it is not known, and the actor is relaxed: everything is changed still,
    /// to be saved again by the clock. `false` if the state is void already.
    fn try_again(&self, submission: Submission) -> bool {
        let mut locked = self.lock();
        if locked.gate.is_invalid() {
            return false;
        }
        if locked.gate.try_again(submission) {
            locked.parts.alarms.not_saved();
            locked.parts.queues.not_saved();
        }
        true
    }

    /// The store does not go on from what was handed to it: the state in memory is void.
    fn lose(&self, generation: u64) -> Void<P> {
        let mut locked = self.lock();
        if locked.gate.is_of(generation) {
            locked.parts.saves.lost();
        }
        locked.gate.save_failed(generation)
    }
}

impl<A: Actor> Saver for ActorCell<A> {
    fn begin_save(self: Arc<Self>) -> Option<Commit> {
        match self.durable().begin_save(self.id()) {
            Begun::Commit(commit) => Some(commit),
            Begun::Saved(end) => {
                save_ended(&self, end);
                None
            }
            Begun::Nothing => None,
        }
    }

    fn end_save(self: Arc<Self>, outcome: Saved) {
        let is_done = matches!(outcome, Ok(CommitOutcome::Done));
        let save = match self.durable().end_save(is_done) {
            None => return,
            Some(Ok(end)) => return save_ended(&self, end),
            Some(Err(save)) => save,
        };
        match outcome {
            Ok(CommitOutcome::Failed) => {
                not_saved(&self, save.submission, &Unsaved::Other(&"the store could not keep it"));
            }
            Ok(outcome) => {
                let why = format_args!("the store refused it: {outcome:?}");
                lost(&self, save.submission.generation, &Unsaved::Other(&why));
            }
            Err(error) => not_saved(&self, save.submission, &Unsaved::Store(error)),
        }
        tell(&self, *save, &Err(faults::rolled_back()));
    }
}

/// Tells everybody of a save that has ended well.
pub(super) fn save_ended<A: Actor>(cell: &ActorCell<A>, end: SaveEnd) {
    if end.is_next_due {
        cell.mailbox().nudge();
    }
    tell(cell, *end.save, &Ok(()));
}

fn tell<A: Actor>(cell: &ActorCell<A>, save: Save, saved: &Result<(), Fault>) {
    cell.durable().save_has_ended();
    let has_alarms = save.has_alarms;
    save.tell(saved);
    if has_alarms {
        cell.shared().alarm_scheduler().changed();
    }
}

/// Whether the store has what was handed to it is not known. A relaxed actor tries it again with the next save, any
/// other goes back to what is saved, and so does one whose state is void.
fn not_saved<A: Actor>(cell: &ActorCell<A>, submission: Submission, error: &Unsaved<'_>) {
    if !ActorCell::<A>::IS_RELAXED || !cell.durable().try_again(submission) {
        return lost(cell, submission.generation, error);
    }
    cell.spans().save(None).in_scope(|| log::error!(error = shown(&error), "state not saved; retrying"));
    cell.mailbox().nudge();
}

/// What was handed to the store is not what the store goes on from: the actor goes back to that.
pub(in crate::host) fn lost<A: Actor>(cell: &ActorCell<A>, generation: u64, error: &Unsaved<'_>) {
    end_void(cell, cell.durable().lose(generation), error);
}

/// Ends what waited for a save that will not be.
pub(super) fn end_void<A: Actor>(cell: &ActorCell<A>, void: VoidOutputs<A>, error: &Unsaved<'_>) {
    let fault = cell.spans().save(None).in_scope(|| error.fault("a state was not saved"));
    void.fail(&fault);
    cell.mailbox().nudge();
}

#[cfg(test)]
mod tests;
