//! Saving: when what an actor has changed goes to the store.
//!
//! # When
//!
//! - *After a turn*, if no save is under way. If one is, its end nudges the actor's task, which saves everything that has
//!   come together by then: so an actor that is busy makes few large saves.
//! - *Before a turn that awaits*, even if a save is under way: what ended before must not wait for the end of that turn.
//! - *In the middle of a turn*, when the actor asks for it (`ctx.save`).
//! - *By the clock*, for an actor with `durability = "relaxed"`: once in its save interval. Alarms and messages to itself do
//!   not wait for that, for only those that are in the store fire or are handed out.
//! - *Before the actor sleeps or is destroyed*, until everything is saved, a few times at most.
//!
//! # How
//!
//! 1. [`Durable::due`] says which revision of the state is to be encoded, or has it encoded already.
//! 2. The state is encoded here, without a lock: it is the user's code that does that, and it may panic.
//! 3. [`Durable::submit`] takes state, alarms and queues as of one revision, and leaves them as the save that waits.
//! 4. The actor is announced to the committer ([`Job::Save`]), unless it was before. `commit.rs` has the rest.
//!
//! # Locks, in this order
//!
//! 1. The actor's turn: saving needs the state, to write or to read, so no turn ends meanwhile.
//! 2. The gate, and under it what is beside the state: [`Durable::lock`]. Of the actor's other locks only the mailbox's is
//!    taken under it, where the actor ends (`seal_if_clean`) and where a turn asks for that.
//!
//! # What can fail
//!
//! - *The state cannot be encoded.* What is not on its way to the store is void, of a relaxed actor too: trying again would
//!   not help. In the middle of a turn, or where a schedule checks its effect, only that turn learns of it.
//! - *The store fails, or refuses.* See `commit.rs`: the actor goes back to what is saved, or is saved later.
//! - *The turn is taken back*, by a panic, a time-out or a fault. Changes that were submitted before are not part of it.
//!
//! In all three the state is invalid until `Starting::return_to_saved` has waited for the saves under way and has read what
//! the store has; new messages are held off until then, for what is read must hold each or come before it.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{
    commit::{Submitted, Unsaved, end_void, save_ended},
    durable::Durable,
    encode::to_bytes,
    group_commit::{Job, Saver},
    saves::{Encoded, Waiter},
    waiting::Pending,
};
use crate::{
    Actor, Durability, Fault,
    error::faults,
    host::{ActorCell, cell::Core, pending_output::ActorDurable},
    util::{log::Span, task},
};

/// Saves an actor.
pub(crate) struct Saving<'a, A: Actor>(&'a Arc<ActorCell<A>>);

/// What is to be saved that no save under way holds.
enum Due {
    Nothing,
    /// Alarms and queues alone.
    Aside,
    /// The state too, as of this revision, which may be encoded already.
    State(u64, Option<Encoded>),
}

impl<A: Actor> ActorCell<A> {
    pub(crate) fn saving(self: &Arc<Self>) -> Saving<'_, A> {
        Saving(self)
    }

    /// Whether turns are compared with those before them.
    pub(in crate::host) const SEES_CHANGES: bool = !A::EPHEMERAL && A::HOOKS.on_state_change.is_some();
    pub(in crate::host) const IS_RELAXED: bool = matches!(A::OPTIONS.durability, Durability::Relaxed);
}

impl<'a, A: Actor> Saving<'a, A> {
    fn durable(&self) -> &'a ActorDurable<A> {
        self.0.durable()
    }

    /// Saves what has changed, unless a save is under way, whose end will see to it, or the actor is saved by the
    /// clock.
    pub(in crate::host) fn if_due(&self, core: &Core<A>) {
        if A::EPHEMERAL || self.durable().is_save_due() {
            self.now_or_in_time(core);
        }
    }

    /// Saves what has changed, now or, for an actor that is saved by the clock, in time.
    pub(in crate::host) fn now_or_in_time(&self, core: &Core<A>) {
        if ActorCell::<A>::IS_RELAXED && self.durable().is_saved_by_clock() {
            self.in_time(core);
        } else {
            self.now(core);
        }
    }

    /// Saves what has changed before a turn that awaits.
    pub(in crate::host) fn before_await(&self, core: &Core<A>) {
        if !(ActorCell::<A>::IS_RELAXED && self.durable().is_saved_by_clock()) {
            self.now(core);
        }
    }

    /// Hands what has changed to the store.
    pub(in crate::host) fn now(&self, core: &Core<A>) {
        if A::EPHEMERAL {
            // What the queues have changed is in force, once the turn has ended that did it.
            if ActorCell::<A>::HAS_QUEUES {
                self.durable().settle_queues();
            }
            return;
        }
        let state = match self.durable().due() {
            Due::Nothing => return,
            Due::Aside => None,
            Due::State(_, Some(encoded)) => Some(encoded),
            Due::State(revision, None) => match to_bytes(core.state()) {
                Ok(bytes) => Some(Encoded::new(revision, bytes)),
                Err(why) => return end_void(self.0, self.durable().broke_off(), &Unsaved::Other(&why)),
            },
        };
        self.submit(state, None);
    }

    fn submit(&self, state: Option<Encoded>, waiter: Option<Waiter>) {
        match self.durable().submit(state, waiter) {
            Submitted::ToAnnounce => {
                let saver: Arc<dyn Saver> = Arc::clone(self.0) as _;
                self.0.shared().committer().submit(Job::Save(saver));
            }
            Submitted::Saved(end) => save_ended(self.0, end),
            Submitted::Waits | Submitted::Void => {}
        }
    }

    /// Saves a relaxed actor when its interval is over.
    fn in_time(&self, core: &Core<A>) {
        let now_ms = self.0.shared().clock().elapsed_ms();
        let interval_ms = u64::try_from(A::OPTIONS.save_interval.as_millis()).unwrap_or(u64::MAX);
        match self.durable().save_by(now_ms, interval_ms) {
            None => {}
            Some(0) => self.now(core),
            Some(wait_ms) => {
                let cell = Arc::downgrade(self.0);
                task::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                    if let Some(cell) = cell.upgrade() {
                        cell.mailbox().nudge();
                    }
                });
            }
        }
    }

    /// Saves the state as it is in the middle of a turn, and waits until it is saved.
    pub(crate) async fn midway(&self, state: &A) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let Some(revision) = self.durable().change_midway()? else { return Ok(()) };
        // If that fails nothing is lost yet: the turn goes on.
        let bytes = to_bytes(state).map_err(|why| self.unsavable(&why))?;
        let (waiter, ended) = oneshot::channel();
        self.submit(Some(Encoded::new(revision, bytes)), Some(waiter));
        ended.await.unwrap_or_else(|_| Err(faults::service_unavailable()))
    }

    /// Fails if the state, as the turn under way leaves it, cannot be saved, whatever the store says.
    pub(in crate::host) fn check(&self, core: &Core<A>) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let (revision, encoded) = self.durable().next_state();
        if encoded.is_none() {
            let bytes = to_bytes(core.state()).map_err(|why| self.unsavable(&why))?;
            self.durable().lock().parts.saves.set_encoded(Encoded::new(revision, bytes));
        }
        Ok(())
    }

    /// Whether the state is another one than before the turn that ends with it.
    pub(in crate::host) fn sees_change(&self, state: &A) -> Result<bool, Fault> {
        let (revision, _) = self.durable().next_state();
        let bytes = to_bytes(state).map_err(|why| self.unsavable(&why))?;
        Ok(self.durable().lock().parts.saves.see(Encoded::new(revision, bytes)))
    }

    /// The turn under way has a state that cannot be encoded.
    pub(in crate::host) fn unsavable(&self, why: &str) -> Fault {
        self.0.spans().save(Span::current().id()).in_scope(|| Fault::internal(why))
    }

    /// The turn under way is taken back: the state in memory is void, and so is every change in it that is not on its way
    /// to the store.
    pub(in crate::host) fn abort_turn(&self) {
        self.durable().broke_off().fail(&faults::rolled_back());
        self.0.mailbox().nudge();
    }
}

impl<P: Pending> Durable<P> {
    /// Whether a save is to begin: there is something to save, and no save under way whose end would see to it.
    fn is_save_due(&self) -> bool {
        self.gate().lock().is_save_due()
    }

    /// Whether the store has everything.
    pub(in crate::host) fn is_clean(&self) -> bool {
        self.gate().lock().is_clean()
    }

    /// Whether what a relaxed actor has changed can wait for the clock. Alarms and messages cannot, unless the store has
    /// just failed.
    fn is_saved_by_clock(&self) -> bool {
        let locked = self.lock();
        let waits_for_save =
            || locked.parts.alarms.has_unsubmitted() || locked.parts.queues.has_unsubmitted_messages();
        locked.gate.is_retrying() || !waits_for_save()
    }

    /// In how many milliseconds a save is due; `None` if one waits for that already.
    fn save_by(&self, now_ms: u64, interval_ms: u64) -> Option<u64> {
        self.gate().lock().save_by(now_ms, interval_ms)
    }

    fn due(&self) -> Due {
        let locked = self.lock();
        if !locked.gate.has_unsubmitted() {
            return Due::Nothing;
        }
        match locked.gate.unsaved_state() {
            None => Due::Aside,
            Some(revision) => Due::State(revision, locked.parts.saves.encoded(revision)),
        }
    }

    /// The change that the turn under way will end in, and the state as of that if it was encoded already.
    fn next_state(&self) -> (u64, Option<Encoded>) {
        let locked = self.lock();
        let revision = locked.gate.next_revision();
        (revision, locked.parts.saves.encoded(revision))
    }

    /// The turn under way has changed the state so far. `None` while nothing is saved yet: it will be, with all else.
    fn change_midway(&self) -> Result<Option<u64>, Fault> {
        let mut gate = self.gate().lock();
        if gate.is_provisional() {
            return Ok(None);
        }
        if gate.is_invalid() {
            return Err(faults::rolled_back());
        }
        Ok(Some(gate.changed_midway()))
    }

    /// What queues that are in no store have changed is in force.
    fn settle_queues(&self) {
        if !self.is_invalid() && self.lock().parts.queues.settle() {
            self.queues_have_changed();
        }
    }

    /// Waits until no save is under way.
    pub(in crate::host) async fn saves_ended(&self) {
        loop {
            let ended = self.next_save_end();
            if !self.gate().lock().is_saving() {
                return;
            }
            ended.await;
        }
    }
}
