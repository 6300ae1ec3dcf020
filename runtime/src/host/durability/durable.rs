//! What an actor has to save, under one lock.
//!
//! # What is here, and how long it lives
//!
//! - The **output gate** counts changes and holds what speaks of them. Connections send through it, and those of a
//!   hibernating actor stay open while it sleeps: so the gate is shared with them, and outlives the activation.
//! - The **parts** belong to one activation, and go with its cell: the saves under way, the alarms, and the queues. A handle
//!   that is kept beyond the actor's sleep finds parts that are closed, and never those of the next activation.
//!
//! An actor that has neither a store nor queues mostly needs none of it: there is no revision to count, and its turns hold
//! nothing back. So there [`Kept`] is made with the first thing that needs it: a connection, an alarm, a turn that is taken
//! back, the actor's end. Until then whoever asks hears what is true of one that was just made.
//!
//! # One lock
//!
//! What is handed to the store must be one moment of the actor: its state, alarms and queues as of one revision. So the parts
//! are behind the gate's lock. [`Durable::lock`] is the only way to them: it locks the gate first, and the mutex around the
//! parts, which exists because they live in the cell, is never waited for. Whoever changes an alarm or a queue counts the
//! change at the gate in the same step, and [`Durable::submit`] takes all of them at once.
//!
//! Nothing is called under the lock that could come back to it: the state is encoded before it, what is void fails after it
//! ([`Void`](super::waiting::Void)), and an output that is released only has to be handed over.
//!
//! # Turns
//!
//! `WriteTurn` and `ReadTurn` (`host/turn/`) alone begin and end turns here. A turn costs a durable actor one lock where
//! it begins and one where it ends, with all that belongs to that in one [`TurnEnd`](super::turns::TurnEnd). For an actor that has no store a turn
//! costs none: there is no revision to count, and nothing waits.
//!
//! ```text
//! begin_write ──▶ the actor's code ──▶ end_write ─────▶ TurnEnd: destroy, send the answer, see whether a save is due
//!                                  ├─▶ end_unchanged ─▶ TurnEnd
//!                                  └─▶ broke_off ─────▶ what is void: fail it, and load the state again
//! ```

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use tokio::{sync::futures::Notified, task::AbortHandle};

use super::{
    fingerprint::Fingerprint,
    gate_handle::{GateHandle, LockedGate},
    kept::Kept,
    parts::{LockedParts, Parts},
    saves::Until,
    waiting::{Pending, Void},
};
use crate::{
    Fault,
    host::{
        queues::{own_queues::OwnQueues, state::StoredQueues},
        schedules::alarms::Alarms,
    },
    store::{Alarm, AlarmChange, MessageChange},
    util::clock::Clock,
};

/// What one activation of an actor has to save, and the gate where its outputs wait for that.
pub(in crate::host) struct Durable<P: Pending> {
    has_queues: bool,
    /// Whether an alarm is set, as it was when the parts were unlocked last: most actors have none.
    has_alarms: AtomicBool,
    kept: OnceLock<Box<Kept<P>>>,
}

/// The gate and the parts, locked.
pub(in crate::host) struct Locked<'a, P: Pending> {
    // Unlocked in this order.
    pub(in crate::host) parts: LockedParts<'a>,
    pub(in crate::host) gate: LockedGate<'a, P>,
}

/// A state that was loaded, and what the store has beside it.
pub(in crate::host) struct Loaded {
    /// The state as the store has it.
    pub(in crate::host) stored: Option<Fingerprint>,
    /// The state as it is encoded here.
    pub(in crate::host) seen: Option<Fingerprint>,
    pub(in crate::host) epoch: u64,
    pub(in crate::host) revision: u64,
    pub(in crate::host) alarms: Vec<Alarm>,
    pub(in crate::host) queues: StoredQueues,
}

/// Everything beside the state that the first commit of an actor holds.
pub(in crate::host) struct FirstChanges {
    pub(in crate::host) alarms: Vec<AlarmChange>,
    pub(in crate::host) messages: Vec<MessageChange>,
    until: Until,
    revision: u64,
}

impl<P: Pending> Durable<P> {
    /// With the gate of the activation before, if there is one that goes on.
    pub(in crate::host) fn new(gate: Option<GateHandle<P>>, queues: OwnQueues) -> Self {
        let has_queues = !queues.is_empty();
        let kept = if P::IS_SAVED || has_queues || gate.is_some() {
            let gate = gate.unwrap_or_else(GateHandle::new);
            OnceLock::from(Kept::new(gate, Alarms::new(P::IS_SAVED), queues))
        } else {
            OnceLock::new()
        };
        Self { has_queues, has_alarms: AtomicBool::new(false), kept }
    }

    /// What is there by now.
    #[inline]
    fn known(&self) -> Option<&Kept<P>> {
        self.kept.get().map(|kept| &**kept)
    }

    fn kept(&self) -> &Kept<P> {
        self.kept.get_or_init(|| Kept::new(GateHandle::new(), Alarms::loaded_without(), OwnQueues::none()))
    }

    pub(in crate::host) fn gate(&self) -> &GateHandle<P> {
        &self.kept().gate
    }

    pub(in crate::host) fn has_queues(&self) -> bool {
        self.has_queues
    }

    /// All of it. The parts are locked under the gate, and nowhere else.
    pub(in crate::host) fn lock(&self) -> Locked<'_, P> {
        self.locked(self.kept())
    }

    /// The same, if there is anything by now.
    fn lock_known(&self) -> Option<Locked<'_, P>> {
        self.known().map(|kept| self.locked(kept))
    }

    fn locked<'a>(&'a self, kept: &'a Kept<P>) -> Locked<'a, P> {
        let gate = kept.gate.lock();
        Locked { parts: LockedParts::new(kept.parts.lock(), &self.has_alarms), gate }
    }

    /// Whether an alarm is set.
    pub(in crate::host) fn has_alarms(&self) -> bool {
        self.has_alarms.load(Ordering::Acquire)
    }

    /// Whether what is beside the state has changes that were not submitted; for whoever has the gate locked.
    pub(super) fn has_unsubmitted_aside(&self, _: &LockedGate<'_, P>) -> bool {
        let Parts { alarms, queues, .. } = &*self.kept().parts.lock();
        alarms.has_unsubmitted() || queues.has_unsubmitted()
    }

    /// To be made before looking at what is waited for.
    pub(in crate::host) fn next_save_end(&self) -> Notified<'_> {
        self.kept().save_ended.notified()
    }

    pub(super) fn save_has_ended(&self) {
        if let Some(kept) = self.known() {
            kept.save_ended.notify_waiters();
        }
    }

    /// To be made before looking at what is waited for.
    pub(in crate::host) fn next_queue_change(&self) -> Notified<'_> {
        self.kept().queues_changed.notified()
    }

    pub(in crate::host) fn queues_have_changed(&self) {
        if let Some(kept) = self.known() {
            kept.queues_changed.notify_waiters();
        }
    }

    // The state in memory.

    /// Whether calls may use the state, and nothing has asked for the actor's end.
    #[inline]
    pub(in crate::host) fn is_open(&self) -> bool {
        self.known().is_none_or(|kept| kept.gate.is_open())
    }

    /// Whether the state must not be used until it is loaded again.
    pub(in crate::host) fn is_invalid(&self) -> bool {
        self.known().is_some_and(|kept| kept.gate.is_invalid())
    }

    /// Whether a turn has asked for the actor's end.
    pub(in crate::host) fn is_destroying(&self) -> bool {
        self.known().is_some_and(|kept| kept.gate.lock().is_destroying())
    }

    pub(in crate::host) fn is_provisional(&self) -> bool {
        self.known().is_some_and(|kept| kept.gate.lock().is_provisional())
    }

    /// Whether it was provisional, and has ended without letting a caller in.
    pub(in crate::host) fn is_dropped(&self) -> bool {
        self.known().is_some_and(|kept| kept.gate.lock().is_dropped())
    }

    /// Which load of the state is in memory.
    pub(in crate::host) fn generation(&self) -> u64 {
        self.gate().lock().generation()
    }

    /// The activation that the store knows.
    pub(in crate::host) fn epoch(&self) -> u64 {
        self.gate().lock().epoch()
    }

    /// Work has begun, which ends with a provisional actor.
    pub(in crate::host) fn begun(&self, work: impl FnOnce() -> AbortHandle) {
        if let Some(kept) = self.known() {
            kept.gate.lock().begun(work);
        }
    }

    // Loading and closing.

    /// The state in memory is the one that was loaded, in one step with what is beside it. Says whether alarms were set by
    /// another clock, and are to be saved as they are by this one.
    pub(in crate::host) fn load(&self, loaded: Loaded, clock: &Clock) -> bool {
        let Loaded { stored, seen, epoch, revision, alarms, queues } = loaded;
        let Some(mut locked) = self.lock_known() else {
            debug_assert!(alarms.is_empty(), "what is in no store has none but those that are set here");
            return false;
        };
        locked.parts.saves.loaded(stored, seen);
        locked.parts.queues.loaded(queues);
        let corrected = locked.parts.alarms.loaded(alarms, clock);
        locked.gate.loaded(epoch, revision);
        if corrected {
            locked.gate.changed_aside();
        }
        corrected
    }

    /// The first state of an actor that is provisional was made.
    pub(in crate::host) fn load_provisional(&self, seen: Option<Fingerprint>) {
        let mut locked = self.lock();
        locked.gate.loaded(0, 1);
        locked.parts.saves.loaded(None, seen);
    }

    /// What was set and sent with a state that is made anew goes with it.
    pub(in crate::host) fn forget_unsaved(&self, clock: &Clock) {
        if let Some(mut locked) = self.lock_known() {
            locked.parts.alarms.loaded(Vec::new(), clock);
            locked.parts.queues.forget_unsaved();
        }
    }

    /// What is beside the state goes into the first commit.
    pub(in crate::host) fn submit_first(&self) -> FirstChanges {
        let mut locked = self.lock();
        let Parts { alarms, queues, .. } = &mut *locked.parts;
        let until = Until { alarms: alarms.submit(), messages: queues.submit() };
        let (alarms, messages) = (alarms.until(until.alarms), queues.until(until.messages));
        let revision = locked.gate.submit().revision;
        FirstChanges { alarms, messages, until, revision }
    }

    /// The first commit of a provisional actor is in the store: whatever has changed meanwhile comes after it.
    pub(in crate::host) fn admit(&self, stored: Fingerprint, first: &FirstChanges, clock: &Clock) {
        let mut locked = self.lock();
        let Parts { saves, alarms, queues } = &mut *locked.parts;
        saves.is_stored(stored);
        alarms.saved(first.until.alarms);
        let corrected = alarms.follow(clock);
        queues.made(first.until.messages);
        locked.gate.admitted(1, first.revision);
        if corrected {
            locked.gate.changed_aside();
        }
        drop(locked);
        self.save_has_ended();
    }

    /// The same for an actor that is in no store.
    pub(in crate::host) fn admit_unsaved(&self) {
        let mut locked = self.lock();
        locked.gate.admitted(0, 0);
        locked.parts.queues.settle();
    }

    /// Ends what can be saved, if everything is and `is_over` says so, which hears whether nothing is done with a message
    /// here. An alarm is set before that and saved, or not set.
    pub(in crate::host) fn seal_if_clean(
        &self,
        why: &Fault,
        is_over: impl FnOnce(bool) -> bool,
        seal: impl FnOnce(),
    ) -> bool {
        let mut locked = self.lock();
        let is_sealed = locked.gate.is_clean() && is_over(locked.parts.queues.may_close());
        if is_sealed {
            seal();
            locked.parts.queues.close(why);
            drop(locked);
            self.queues_have_changed();
        }
        is_sealed
    }

    /// The same, saved or not. Whoever waits is told why.
    pub(in crate::host) fn seal(&self, why: &Fault, seal: impl FnOnce()) {
        let mut locked = self.lock();
        seal();
        locked.parts.queues.close(why);
        drop(locked);
        self.queues_have_changed();
    }

    /// All that the store had of the actor is gone.
    pub(in crate::host) fn destroyed(&self) {
        if let Some(mut locked) = self.lock_known() {
            locked.parts.queues.destroyed();
        }
    }

    /// The store has forgotten the actor, and no call reaches it any more: releases what waited for that.
    pub(in crate::host) fn ended(&self) {
        if let Some(kept) = self.known() {
            kept.gate.lock().ended();
        }
    }

    /// The actor has no task any more. Gives the work that ends with it.
    pub(in crate::host) fn abandoned(&self) -> Vec<AbortHandle> {
        self.known().map_or_else(Vec::new, |kept| kept.gate.lock().abandoned())
    }

    /// What waits to be saved will not be. Gives what waited for that.
    pub(in crate::host) fn lose_all(&self) -> Void<P> {
        let mut locked = self.lock();
        locked.parts.saves.lost();
        let generation = locked.gate.generation();
        locked.gate.save_failed(generation)
    }
}

impl FirstChanges {
    /// Where the changes of the queues end that it holds.
    pub(in crate::host) fn messages_until(&self) -> u64 {
        self.until.messages
    }
}
