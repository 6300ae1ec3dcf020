//! Whether the workers are blocked, as a thread says that is none of them: `health.rs`.

use std::sync::atomic::{AtomicBool, Ordering};

/// What that thread has seen last.
#[derive(Debug, Default)]
pub(super) struct Pulse(AtomicBool);

impl Pulse {
    pub(super) fn is_blocked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Says whether they were blocked before.
    pub(super) fn set_blocked(&self, is_blocked: bool) -> bool {
        self.0.swap(is_blocked, Ordering::Relaxed)
    }
}
