//! The saves of one actor: one may be under way, and one may wait for it.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{fingerprint::Fingerprint, output_gate::Submission};
use crate::{Fault, error::faults};

/// What is to be saved or is on its way there, and what the store is known to have of the state. Few actors have something
/// under way, so that is boxed.
#[derive(Default)]
pub(super) struct SaveQueue {
    /// The state that the store has; `None` if that is not known.
    stored: Option<Fingerprint>,
    /// The state at the end of the last turn that could have changed it, for `#[on_state_change]`.
    seen: Option<Fingerprint>,
    /// The state as it was encoded last, until the store has it.
    encoded: Option<Box<Encoded>>,
    under_way: Option<Box<Save>>,
    /// What the committer has not begun. What is to be saved meanwhile is merged into it.
    waiting: Option<Box<Save>>,
    /// The committer was told that one waits.
    announced: bool,
}

/// All that has changed up to some moment.
pub(super) struct Save {
    pub(super) submission: Submission,
    /// `None` if the store has it already.
    pub(super) state: Option<Encoded>,
    pub(super) until: Until,
    /// They are told whether it is saved.
    pub(super) waiters: Vec<Waiter>,
    /// Whether the alarm scheduler is to hear of its end.
    pub(super) has_alarms: bool,
}

pub(super) type Waiter = oneshot::Sender<Result<(), Fault>>;

/// Up to which of its changes, beside those of the state, a save goes.
#[derive(Clone, Copy)]
pub(super) struct Until {
    pub(super) alarms: u64,
    pub(super) messages: u64,
}

/// A state as it is saved.
#[derive(Clone)]
pub(super) struct Encoded {
    /// The change that it has last.
    pub(super) revision: u64,
    pub(super) bytes: Bytes,
    pub(super) fingerprint: Fingerprint,
}

impl SaveQueue {
    /// The state in memory was read from what the store has.
    pub(super) fn loaded(&mut self, stored: Option<Fingerprint>, seen: Option<Fingerprint>) {
        (self.stored, self.seen, self.encoded) = (stored, seen, None);
    }

    /// The store has this state, and nothing else was on its way there.
    pub(super) fn is_stored(&mut self, stored: Fingerprint) {
        (self.stored, self.encoded) = (Some(stored), None);
    }

    /// The state that has this change last, if it was encoded already.
    pub(super) fn encoded(&self, revision: u64) -> Option<Encoded> {
        self.encoded.as_deref().filter(|encoded| encoded.revision >= revision).cloned()
    }

    pub(super) fn set_encoded(&mut self, encoded: Encoded) {
        self.encoded = Some(Box::new(encoded));
    }

    /// A turn ends with this state. Says whether it differs from the one before it.
    pub(super) fn see(&mut self, encoded: Encoded) -> bool {
        let seen = Some(encoded.fingerprint);
        self.encoded = Some(Box::new(encoded));
        std::mem::replace(&mut self.seen, seen) != seen
    }

    /// What is to be saved next, in place of what has not begun.
    pub(super) fn submit(&mut self, mut save: Save) {
        let replaced = self.waiting.take();
        save.waiters.extend(replaced.into_iter().flat_map(|replaced| replaced.waiters));
        self.waiting = Some(Box::new(save));
    }

    /// Takes what waits, if the store has its state, and nothing else is on its way there.
    pub(super) fn take_stored(&mut self) -> Option<Box<Save>> {
        let (stored, under_way) = (self.stored, self.under_way.is_some());
        let is_stored = |state: &Encoded| stored == Some(state.fingerprint);
        self.waiting.take_if(|save| !under_way && save.state.as_ref().is_none_or(is_stored))
    }

    /// Says whether the committer is to be told that something waits.
    pub(super) fn announce(&mut self) -> bool {
        !std::mem::replace(&mut self.announced, true)
    }

    /// The committer takes what waits; without its state, if that is what the store has.
    pub(super) fn begin(&mut self) -> Option<Box<Save>> {
        self.announced = false;
        let mut save = self.waiting.take()?;
        save.state.take_if(|state| self.stored == Some(state.fingerprint));
        Some(save)
    }

    pub(super) fn set_under_way(&mut self, save: Box<Save>) {
        self.under_way = Some(save);
    }

    /// What was under way has ended, and the store has it or is not known to.
    pub(super) fn end(&mut self, done: bool) -> Option<Box<Save>> {
        let save = self.under_way.take()?;
        if let Some(state) = &save.state {
            self.stored = done.then_some(state.fingerprint);
        }
        Some(save)
    }

    /// The store has everything up to this revision.
    pub(super) fn saved(&mut self, revision: u64) {
        self.encoded.take_if(|encoded| encoded.revision <= revision);
    }

    /// The state in memory is void, and with it what waits.
    pub(super) fn lost(&mut self) {
        self.stored = None;
        self.encoded = None;
        if let Some(save) = self.waiting.take() {
            save.tell(&Err(faults::rolled_back()));
        }
    }
}

impl Save {
    pub(super) fn tell(self, saved: &Result<(), Fault>) {
        for waiter in self.waiters {
            // Whoever waited may have been given up.
            let _ = waiter.send(saved.clone());
        }
    }
}

impl Encoded {
    pub(super) fn new(revision: u64, bytes: Bytes) -> Self {
        let fingerprint = Fingerprint::of(&bytes);
        Self { revision, bytes, fingerprint }
    }
}
