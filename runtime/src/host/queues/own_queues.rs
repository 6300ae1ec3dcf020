//! The queues of an actor, which pays nothing for them if it has none.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use super::{
    queued_bytes::QueuedBytes,
    state::{QueueSet, StoredQueues},
};
use crate::{Fault, QueueInfo, meters::QueueMeter, store::MessageChange};

/// The queues of an actor, if it has any. What every actor does with them is here, and does nothing for one that has none;
/// the rest is reached through [`Deref`], by what comes from a queue.
pub(in crate::host) struct OwnQueues(Option<Box<QueueSet>>);

impl OwnQueues {
    /// Those of this table.
    pub(in crate::host) fn new(
        table: &'static [QueueInfo],
        meters: &[QueueMeter],
        queued: &Arc<QueuedBytes>,
        is_ephemeral: bool,
    ) -> Self {
        let make = || Box::new(QueueSet::new(table, meters, queued, is_ephemeral));
        Self((!table.is_empty()).then(make))
    }

    /// Of an actor that has none.
    pub(in crate::host) fn none() -> Self {
        Self(None)
    }

    /// Whether the actor has no queues at all.
    pub(in crate::host) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The store has this, and nothing is on its way there.
    pub(in crate::host) fn loaded(&mut self, stored: StoredQueues) {
        if let Some(queues) = &mut self.0 {
            queues.loaded(stored);
        }
    }

    /// The actor was made just now, with the changes up to here.
    pub(in crate::host) fn made(&mut self, until: u64) {
        if let Some(queues) = &mut self.0 {
            queues.made(until);
        }
    }

    /// What a turn has sent or completed that was taken back.
    pub(in crate::host) fn forget_unsaved(&mut self) {
        if let Some(queues) = &mut self.0 {
            queues.forget_unsaved();
        }
    }

    pub(in crate::host) fn has_changes(&self) -> bool {
        self.0.as_ref().is_some_and(|queues| queues.has_changes())
    }

    pub(in crate::host) fn has_unsubmitted(&self) -> bool {
        self.0.as_ref().is_some_and(|queues| queues.has_unsubmitted())
    }

    pub(in crate::host) fn has_unsubmitted_messages(&self) -> bool {
        self.0.as_ref().is_some_and(|queues| queues.has_unsubmitted_messages())
    }

    /// All changes are on their way to the store. Gives the place of the last.
    pub(in crate::host) fn submit(&mut self) -> u64 {
        self.0.as_mut().map_or(0, |queues| queues.submit())
    }

    /// The changes for the store, up to this place.
    pub(in crate::host) fn until(&self, until: u64) -> Vec<MessageChange> {
        self.0.as_ref().map_or_else(Vec::new, |queues| queues.until(until))
    }

    /// The store has the changes up to this place. Says whether there is more to take.
    pub(in crate::host) fn saved(&mut self, until: u64) -> bool {
        self.0.as_mut().is_some_and(|queues| queues.saved(until))
    }

    /// The queues are in no store: what has changed is in force.
    pub(in crate::host) fn settle(&mut self) -> bool {
        self.0.as_mut().is_some_and(|queues| queues.settle())
    }

    /// Nothing is on its way to the store any more.
    pub(in crate::host) fn not_saved(&mut self) {
        if let Some(queues) = &mut self.0 {
            queues.not_saved();
        }
    }

    /// The actor's end begins, or is taken back.
    pub(in crate::host) fn set_ending(&mut self, ending: bool) {
        if let Some(queues) = &mut self.0 {
            queues.set_ending(ending);
        }
    }

    /// Whether the actor can go without anybody noticing it.
    pub(in crate::host) fn may_close(&self) -> bool {
        self.0.as_ref().is_none_or(|queues| queues.may_close())
    }

    /// The actor sleeps, or is gone, which is what all that wait are told.
    pub(in crate::host) fn close(&mut self, fault: &Fault) {
        if let Some(queues) = &mut self.0 {
            queues.close(fault);
        }
    }

    /// All that the store had of the actor is gone.
    pub(in crate::host) fn destroyed(&mut self) {
        if let Some(queues) = &mut self.0 {
            queues.destroyed();
        }
    }
}

const HAS_SOME: &str = "what comes from a queue comes to an actor that has queues";

impl Deref for OwnQueues {
    type Target = QueueSet;

    fn deref(&self) -> &QueueSet {
        self.0.as_deref().expect(HAS_SOME)
    }
}

impl DerefMut for OwnQueues {
    fn deref_mut(&mut self) -> &mut QueueSet {
        self.0.as_deref_mut().expect(HAS_SOME)
    }
}
