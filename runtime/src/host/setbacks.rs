//! Setbacks: actors that fail at every start are left alone for a while, longer each time.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::{Fault, Key, faults};

/// The actors of a kind that could not start.
#[derive(Default)]
pub(super) struct Setbacks {
    by_key: Mutex<HashMap<Key, Setback>>,
}

struct Setback {
    in_a_row: u32,
    /// In elapsed time.
    until_ms: u64,
}

impl Setbacks {
    const FIRST_MS: u64 = 100;
    const LONGEST_MS: u64 = 60_000;
    /// How many are remembered before those that are over are forgotten.
    const MANY: usize = 1_000;

    /// Refuses a start that comes too early after those that failed.
    pub(super) fn check(&self, key: &Key, elapsed_ms: u64) -> Result<(), Fault> {
        match self.by_key.lock().get(key) {
            Some(setback) if elapsed_ms < setback.until_ms => {
                Err(faults::backing_off(setback.in_a_row, setback.until_ms - elapsed_ms))
            }
            _ => Ok(()),
        }
    }

    /// A start failed. What the caller did wrong is no setback.
    pub(super) fn note(&self, key: &Key, fault: &Fault, elapsed_ms: u64) {
        if fault.code() != "internal_error" && fault.code() != "action_timed_out" {
            return;
        }
        let mut by_key = self.by_key.lock();
        if by_key.len() >= Self::MANY {
            by_key.retain(|_, setback| setback.until_ms + Self::LONGEST_MS > elapsed_ms);
        }
        let setback = by_key.entry(key.clone()).or_insert(Setback { in_a_row: 0, until_ms: 0 });
        setback.in_a_row += 1;
        let pause = Self::FIRST_MS.saturating_mul(1 << setback.in_a_row.min(16)).min(Self::LONGEST_MS);
        setback.until_ms = elapsed_ms + pause;
        tracing::error!(%key, failures = setback.in_a_row, pause_ms = pause, "an actor cannot start; it is left alone");
    }

    pub(super) fn clear(&self, key: &Key) {
        self.by_key.lock().remove(key);
    }
}
