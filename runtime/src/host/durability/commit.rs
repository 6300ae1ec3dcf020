//! Committing: what an actor hands to the committer, and what becomes of that.

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use tokio::sync::oneshot;

use super::{
    gate_handle::LockedGate,
    group_commit::{Job, Saved, Saver},
    output_gate::Submission,
    saves::Save,
};
use crate::{
    Actor, Fault,
    error::faults,
    host::{ActorCell, PendingOutput, pending_output::VoidOutputs},
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
    /// What those are told who wait for it.
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

impl<A: Actor> Saver for ActorCell<A> {
    fn begin_save(self: Arc<Self>) -> Option<Commit> {
        let gate = self.gate.lock();
        let mut save = self.saves.lock().begin()?;
        // What the save before this one held is not there any more, unless that has failed.
        let alarms = self.alarms.lock().until(save.until.alarms);
        let messages = self.queues.lock().until(save.until.messages);
        let Submission { epoch, revision, .. } = save.submission;
        let state = save.state.as_ref().map(|state| state.bytes.clone());
        if state.is_none() && alarms.is_empty() && messages.is_empty() {
            self.saved(gate, save);
            return None;
        }
        save.has_alarms = !alarms.is_empty();
        self.saves.lock().set_under_way(save);
        Some(Commit::Save { id: self.record().id, epoch, revision, state, alarms, messages })
    }

    fn end_save(self: Arc<Self>, outcome: Saved) {
        let done = matches!(outcome, Ok(CommitOutcome::Done));
        let gate = self.gate.lock();
        let Some(save) = self.saves.lock().end(done) else { return };
        if done {
            return self.saved(gate, save);
        }
        drop(gate);
        match outcome {
            Ok(CommitOutcome::Failed) => {
                self.not_saved(save.submission, &Unsaved::Other(&"the store could not keep it"));
            }
            Ok(outcome) => {
                let why = format_args!("the store refused it: {outcome:?}");
                self.lost(save.submission.generation, &Unsaved::Other(&why));
            }
            Err(error) => self.not_saved(save.submission, &Unsaved::Store(error)),
        }
        self.save_ended(save, &Err(faults::rolled_back()));
    }
}

impl<A: Actor> ActorCell<A> {
    /// A commit of its own, which is waited for.
    pub(in crate::host) async fn commit_now(&self, commit: Commit) -> Result<(), Fault> {
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
    pub(in crate::host) fn commit(&self, commit: Commit, then: impl FnOnce(Saved) + Send + 'static) {
        let has_alarms = match &commit {
            Commit::Create { alarms, .. } | Commit::Save { alarms, .. } => !alarms.is_empty(),
            Commit::Enqueue { .. } | Commit::Destroy { .. } => false,
        };
        let shared = Arc::clone(self.shared());
        let done = move |outcome| {
            then(outcome);
            if has_alarms {
                shared.alarm_scheduler().changed();
            }
        };
        self.shared().committer().submit(Job::Commit(commit, Box::new(done)));
    }

    /// The store has what was to be saved.
    pub(in crate::host) fn saved(&self, mut gate: LockedGate<'_, PendingOutput<A>>, save: Save) {
        let Submission { generation, revision, .. } = save.submission;
        if gate.is_of(generation) {
            self.saves.lock().saved(revision);
            self.alarms.lock().saved(save.until.alarms);
            if self.queues.lock().saved(save.until.messages) {
                self.queues_changed.notify_waiters();
            }
        }
        let more = gate.saved(generation, revision);
        drop(gate);
        if more {
            self.mailbox.nudge();
        }
        self.save_ended(save, &Ok(()));
    }

    fn save_ended(&self, save: Save, saved: &Result<(), Fault>) {
        self.save_ended.notify_waiters();
        let has_alarms = save.has_alarms;
        save.tell(saved);
        if has_alarms {
            self.shared().alarm_scheduler().changed();
        }
    }

    /// Whether the store has what was handed to it is not known. A relaxed actor tries it again with the next save, any
    /// other goes back to what is saved, and so does one whose state is void.
    fn not_saved(&self, submission: Submission, error: &Unsaved<'_>) {
        let mut gate = self.gate.lock();
        if !Self::IS_RELAXED || gate.is_invalid() {
            drop(gate);
            return self.lost(submission.generation, error);
        }
        if gate.try_again(submission) {
            self.alarms.lock().not_saved();
            self.queues.lock().not_saved();
        }
        drop(gate);
        self.save_span(None)
            .in_scope(|| log::error!(error = shown(&error), "a state was not saved; it is tried again"));
        self.mailbox.nudge();
    }

    /// What was handed to the store is not what the store goes on from: the actor goes back to that.
    pub(in crate::host) fn lost(&self, generation: u64, error: &Unsaved<'_>) {
        let void = {
            let mut gate = self.gate.lock();
            if gate.is_of(generation) {
                self.saves.lock().lost();
            }
            gate.save_failed(generation)
        };
        self.end_void(void, error);
    }

    /// Ends what waited for a save that will not be.
    pub(in crate::host) fn end_void(&self, void: VoidOutputs<A>, error: &Unsaved<'_>) {
        let fault = self.save_span(None).in_scope(|| error.fault("a state was not saved"));
        void.fail(&fault);
        self.mailbox.nudge();
    }
}
