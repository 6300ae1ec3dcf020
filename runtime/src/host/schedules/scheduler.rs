//! The alarm scheduler, as those see it who change alarms: its task is in `scheduler_task.rs`.

use std::collections::HashSet;

use parking_lot::Mutex;
use tokio::sync::{Notify, futures::Notified};

use crate::ActorId;

/// Which alarms fire just now, and whether others may be due earlier than was known.
#[derive(Default)]
pub(in crate::host) struct AlarmScheduler {
    changed: Notify,
    /// Actors whose alarms fire just now: the store names them until they have.
    firing: Mutex<HashSet<ActorId>>,
}

impl AlarmScheduler {
    /// Alarms were saved.
    pub(in crate::host) fn changed(&self) {
        self.changed.notify_one();
    }

    pub(super) fn next_change(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// How many actors there are whose alarms fire just now.
    pub(super) fn firing(&self) -> usize {
        self.firing.lock().len()
    }

    /// The alarms of this actor are to fire. `false`: they do already.
    pub(super) fn begin(&self, actor: ActorId) -> bool {
        self.firing.lock().insert(actor)
    }

    /// They have fired, or cannot.
    pub(super) fn end(&self, actor: ActorId) {
        self.firing.lock().remove(&actor);
        self.changed();
    }
}
