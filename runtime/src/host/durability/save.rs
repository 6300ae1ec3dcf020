//! Saving: how an actor's changes get to the store, and how it returns to what the store has.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    commit::Unsaved,
    group_commit::{Job, Saver},
    saves::{Encoded, Save, Until, Waiter},
};
use crate::{
    Actor, Durability, Fault,
    error::{Code, faults},
    host::{
        ActorCell,
        cell::{Core, keep_alive::LifecycleRequest},
        turn::{catch::caught, write_turn::WriteAccess},
    },
    util::{log::Span, task},
};

impl<A: Actor> ActorCell<A> {
    /// How often what is left is tried to be saved before the actor goes without.
    const LAST_TRIES: usize = 3;
    /// Whether turns are compared with those before them.
    pub(in crate::host) const SEES_CHANGES: bool = !A::EPHEMERAL && A::HOOKS.on_state_change.is_some();
    pub(in crate::host) const IS_RELAXED: bool = matches!(A::OPTIONS.durability, Durability::Relaxed);

    /// A turn broke off half-way. The state in memory is void, and so is every change in it that is not on its way
    /// to the store.
    pub(in crate::host) fn broke_off(&self) {
        let void = self.gate.lock().broke_off();
        void.fail(&faults::rolled_back());
        self.mailbox.nudge();
    }

    /// Saves what has changed, unless a save is under way, whose end will see to it, or the actor is saved by the
    /// clock.
    pub(in crate::host) fn save_if_due(self: &Arc<Self>, core: &Core<A>) {
        if A::EPHEMERAL || self.gate.lock().is_save_due() {
            self.save_due(core);
        }
    }

    /// Saves what has changed, now or, for an actor that is saved by the clock, in time.
    pub(in crate::host) fn save_due(self: &Arc<Self>, core: &Core<A>) {
        if self.is_saved_by_clock() {
            self.save_later(core);
        } else {
            self.submit_if_changed(core);
        }
    }

    /// Saves what has changed before a turn that awaits: what ended before it must not wait for its end, even if a save
    /// is under way.
    pub(in crate::host) fn save_before_await(self: &Arc<Self>, core: &Core<A>) {
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
        let in_force = Self::HAS_QUEUES && !self.gate.is_invalid();
        if in_force && self.queues.lock().settle() {
            self.queues_changed.notify_waiters();
        }
    }

    /// Hands what has changed to the store.
    fn submit_if_changed(self: &Arc<Self>, core: &Core<A>) {
        if A::EPHEMERAL {
            self.settle_queues();
        } else if self.gate.lock().has_unsubmitted() {
            self.submit(core.state());
        }
    }

    /// Saves the state as it is in the middle of a turn, and waits until it is saved.
    pub(crate) async fn save_midway(self: &Arc<Self>, state: &A) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let revision = {
            let mut gate = self.gate.lock();
            if gate.is_provisional() {
                // Nothing is saved before somebody is let in, and then everything is.
                return Ok(());
            }
            if gate.is_invalid() {
                return Err(faults::rolled_back());
            }
            gate.changed_midway()
        };
        // If that fails nothing is lost yet: the turn goes on.
        let state = self.encode(state, revision).map_err(|why| self.unsavable(&why))?;
        let (waiter, ended) = oneshot::channel();
        self.submit_encoded(Some(state), Some(waiter));
        ended.await.unwrap_or_else(|_| Err(faults::service_unavailable()))
    }

    /// Hands all changes so far to the store.
    fn submit(self: &Arc<Self>, state: &A) {
        let changed = self.gate.lock().unsaved_state();
        match changed.map(|revision| self.encode(state, revision)).transpose() {
            Ok(state) => self.submit_encoded(state, None),
            Err(why) => self.not_encoded(&why),
        }
    }

    /// Encodes the state that has this change last, unless that was done already. If it cannot be, says why.
    fn encode(&self, state: &A, revision: u64) -> Result<Encoded, String> {
        if let Some(encoded) = self.saves.lock().encoded(revision) {
            return Ok(encoded);
        }
        let encoded = Encoded::new(revision, to_bytes(state)?);
        self.saves.lock().set_encoded(encoded.clone());
        Ok(encoded)
    }

    /// Fails if the state, as the turn under way leaves it, cannot be saved, whatever the store says.
    pub(in crate::host) fn check_savable(&self, core: &Core<A>) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let revision = self.gate.lock().next_revision();
        self.encode(core.state(), revision).map(drop).map_err(|why| self.unsavable(&why))
    }

    /// Whether the state is another one than before the turn that ends with it.
    pub(in crate::host) fn sees_change(&self, state: &A) -> Result<bool, Fault> {
        let revision = self.gate.lock().next_revision();
        let bytes = to_bytes(state).map_err(|why| self.unsavable(&why))?;
        let encoded = Encoded::new(revision, bytes);
        Ok(self.saves.lock().see(encoded))
    }

    /// Hands all changes so far to the store, with the state as it is now unless the store has it. Whoever waits hears
    /// whether they are saved.
    fn submit_encoded(self: &Arc<Self>, state: Option<Encoded>, waiter: Option<Waiter>) {
        let mut gate = self.gate.lock();
        if gate.is_invalid() {
            // The save under way has failed meanwhile.
            if let Some(waiter) = waiter {
                let _ = waiter.send(Err(faults::rolled_back()));
            }
            return;
        }
        // One step with the gate, so that alarms set by a read meanwhile are in this submission or in the next.
        let (until, changed_aside) = {
            let (mut alarms, mut queues) = (self.alarms.lock(), self.queues.lock());
            let until = Until { alarms: alarms.submit(), messages: queues.submit() };
            (until, alarms.has_changes() || queues.has_changes())
        };
        let submission = gate.submit();
        let mut saves = self.saves.lock();
        saves.submit(Save {
            submission,
            state,
            until,
            waiters: waiter.into_iter().collect(),
            has_alarms: false,
        });
        let stored = if changed_aside { None } else { saves.take_stored() };
        if let Some(save) = stored {
            drop(saves);
            self.saved(gate, save);
        } else if saves.announce() {
            drop((saves, gate));
            let saver: Arc<dyn Saver> = Arc::clone(self) as _;
            self.shared().committer().submit(Job::Save(saver));
        }
    }

    /// The state cannot be encoded: what is not on its way to the store is void, of a relaxed actor too, for which there
    /// is nothing to wait for.
    fn not_encoded(&self, why: &str) {
        let void = self.gate.lock().broke_off();
        self.end_void(void, &Unsaved::Other(&why));
    }

    /// The turn under way has a state that cannot be encoded.
    pub(in crate::host) fn unsavable(&self, why: &str) -> Fault {
        self.save_span(Span::current().id()).in_scope(|| Fault::internal(why))
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
    pub(in crate::host) async fn return_to_saved(self: &Arc<Self>, core: &mut Core<A>) -> Result<(), Fault> {
        self.saves_ended().await;
        let _held = self.hold_queues().await;
        core.state = None;
        if self.gate.lock().is_provisional() {
            return self.make_anew(core).await;
        }
        let restored = self.restore().await.inspect_err(|fault| {
            if fault.has(Code::ActorNotFound) {
                // Somebody else has destroyed it, or a commit has of which nobody knew whether it did.
                self.request(LifecycleRequest::Destroy);
            }
        })?;
        self.go_on_from(core, restored);
        Ok(())
    }

    /// Waits until no save is under way.
    pub(in crate::host) async fn saves_ended(&self) {
        loop {
            let ended = self.save_ended.notified();
            if !self.gate.lock().is_saving() {
                return;
            }
            ended.await;
        }
    }

    /// The turn to write, with everything saved.
    pub(in crate::host) async fn write_saved(self: &Arc<Self>) -> Result<WriteAccess<A>, Fault> {
        // A store that fails again and again gets no more than a few tries: an answer waits for none of them.
        for _ in 0..=Self::LAST_TRIES {
            let access = self.write().await?;
            if self.gate.lock().is_clean() {
                return Ok(access);
            }
            self.submit_if_changed(&access);
            drop(access);
            self.saves_ended().await;
        }
        Err(faults::service_unavailable())
    }
}

/// A state as it is saved, or why it cannot be. To be logged by the caller, who knows whose it is.
pub(in crate::host) fn to_bytes<A: Actor>(state: &A) -> Result<Bytes, String> {
    let bytes = caught((<A::Contract as crate::Contract>::NAME, "save"), || state.save())?
        .map_err(|error| error.to_string())?;
    Ok(bytes.into())
}
