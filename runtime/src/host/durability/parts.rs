//! What belongs to one activation of all that an actor has to save.

use std::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicBool, Ordering},
};

use parking_lot::MutexGuard;

use super::saves::SaveQueue;
use crate::host::{queues::own_queues::OwnQueues, schedules::alarms::Alarms};

/// What belongs to one activation.
pub(in crate::host) struct Parts {
    pub(super) saves: SaveQueue,
    pub(in crate::host) alarms: Alarms,
    pub(in crate::host) queues: OwnQueues,
}

/// The parts, locked.
pub(in crate::host) struct LockedParts<'a> {
    parts: MutexGuard<'a, Parts>,
    has_alarms: &'a AtomicBool,
}

impl<'a> LockedParts<'a> {
    /// Says in `has_alarms` whether an alarm is set, when they are unlocked.
    pub(super) fn new(parts: MutexGuard<'a, Parts>, has_alarms: &'a AtomicBool) -> Self {
        Self { parts, has_alarms }
    }
}

impl Deref for LockedParts<'_> {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl DerefMut for LockedParts<'_> {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.parts
    }
}

impl Drop for LockedParts<'_> {
    fn drop(&mut self) {
        self.has_alarms.store(self.parts.alarms.any(), Ordering::Release);
    }
}
