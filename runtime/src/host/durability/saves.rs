//! The saves of one actor: one may be under way, and one may wait for it.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{fingerprint::Fingerprint, output_gate::Submission};
use crate::{Fault, error::faults};

/// What is to be saved and is on its way there, and what the store is known to have. It changes in one step with the
/// gate, which is locked before it.
#[derive(Default)]
pub(in crate::host) struct Saves {
    /// The state that the store has; `None` if that is not known.
    stored: Option<Fingerprint>,
    /// The state at the end of the last turn that could have changed it, for `#[on_state_change]`.
    seen: Option<Fingerprint>,
    /// The state as it was encoded last, until the store has it.
    encoded: Option<Encoded>,
    under_way: Option<Save>,
    /// What the committer has not begun. What is to be saved meanwhile takes its place.
    waiting: Option<Save>,
    /// The committer knows that one waits.
    announced: bool,
}

/// All that was changed up to some moment.
pub(in crate::host) struct Save {
    pub(in crate::host) submission: Submission,
    /// `None` if the store has it already.
    pub(in crate::host) state: Option<Encoded>,
    pub(in crate::host) until: Until,
    /// Who is told whether it is saved.
    pub(in crate::host) waiters: Vec<Waiter>,
    /// Whether the clockwork is to hear of its end.
    pub(in crate::host) has_alarms: bool,
}

pub(in crate::host) type Waiter = oneshot::Sender<Result<(), Fault>>;

/// Up to which of its changes, beside those of the state, a save goes.
#[derive(Clone, Copy)]
pub(in crate::host) struct Until {
    pub(in crate::host) alarms: u64,
    pub(in crate::host) messages: u64,
}

/// A state as it is saved.
#[derive(Clone)]
pub(in crate::host) struct Encoded {
    /// The change that it has last.
    pub(in crate::host) revision: u64,
    pub(in crate::host) bytes: Bytes,
    pub(in crate::host) fingerprint: Fingerprint,
}

impl Saves {
    /// The state in memory was read from what the store has.
    pub(in crate::host) fn loaded(&mut self, stored: Option<Fingerprint>, seen: Option<Fingerprint>) {
        (self.stored, self.seen, self.encoded) = (stored, seen, None);
    }

    /// The store has this state, and nothing else was on its way there.
    pub(in crate::host) fn is_stored(&mut self, stored: Fingerprint) {
        (self.stored, self.encoded) = (Some(stored), None);
    }

    /// The state that has this change last, if it was encoded already.
    pub(in crate::host) fn encoded(&self, revision: u64) -> Option<Encoded> {
        self.encoded.clone().filter(|encoded| encoded.revision >= revision)
    }

    pub(in crate::host) fn set_encoded(&mut self, encoded: Encoded) {
        self.encoded = Some(encoded);
    }

    /// A turn ends with this state. Says whether it differs from the one before it.
    pub(in crate::host) fn see(&mut self, encoded: Encoded) -> bool {
        let seen = Some(encoded.fingerprint);
        self.encoded = Some(encoded);
        std::mem::replace(&mut self.seen, seen) != seen
    }

    /// What is to be saved next, in place of what has not begun.
    pub(in crate::host) fn submit(&mut self, mut save: Save) {
        let replaced = self.waiting.take();
        save.waiters.extend(replaced.into_iter().flat_map(|replaced| replaced.waiters));
        self.waiting = Some(save);
    }

    /// Takes what waits, if the store has its state, and nothing else is on its way there.
    pub(in crate::host) fn take_stored(&mut self) -> Option<Save> {
        let (stored, under_way) = (self.stored, self.under_way.is_some());
        let is_stored = |state: &Encoded| stored == Some(state.fingerprint);
        self.waiting.take_if(|save| !under_way && save.state.as_ref().is_none_or(is_stored))
    }

    /// Says whether the committer is to be told that something waits.
    pub(in crate::host) fn announce(&mut self) -> bool {
        !std::mem::replace(&mut self.announced, true)
    }

    /// The committer takes what waits; without its state, if that is what the store has.
    pub(in crate::host) fn begin(&mut self) -> Option<Save> {
        self.announced = false;
        let mut save = self.waiting.take()?;
        save.state.take_if(|state| self.stored == Some(state.fingerprint));
        Some(save)
    }

    pub(in crate::host) fn set_under_way(&mut self, save: Save) {
        self.under_way = Some(save);
    }

    /// What was under way has ended, and the store has it or is not known to.
    pub(in crate::host) fn end(&mut self, done: bool) -> Option<Save> {
        let save = self.under_way.take()?;
        if let Some(state) = &save.state {
            self.stored = done.then_some(state.fingerprint);
        }
        Some(save)
    }

    /// The store has everything up to this revision.
    pub(in crate::host) fn saved(&mut self, revision: u64) {
        self.encoded.take_if(|encoded| encoded.revision <= revision);
    }

    /// The state in memory is void, and with it what waits.
    pub(in crate::host) fn lost(&mut self) {
        self.stored = None;
        self.encoded = None;
        if let Some(save) = self.waiting.take() {
            save.tell(&Err(faults::rolled_back()));
        }
    }
}

impl Save {
    pub(in crate::host) fn tell(self, saved: &Result<(), Fault>) {
        for waiter in self.waiters {
            // Whoever waited may have been given up.
            let _ = waiter.send(saved.clone());
        }
    }
}

impl Encoded {
    pub(in crate::host) fn new(revision: u64, bytes: Bytes) -> Self {
        let fingerprint = Fingerprint::of(&bytes);
        Self { revision, bytes, fingerprint }
    }
}
