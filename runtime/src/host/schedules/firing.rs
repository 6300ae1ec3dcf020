//! Alarms that are due, and how they take turns with what waits in the mailbox.
//!
//! An actor may have a thousand alarms due at once, and there may always be calls. So they alternate: after an alarm come the
//! calls that wait by then, 64 at most, and then the next alarm. A call that comes while alarms fire waits for one of them,
//! and an alarm waits for 64 calls at most.

use std::time::Duration;

use tokio::{sync::oneshot, time::Instant};

/// Alarms that are due.
#[derive(Default)]
pub(in crate::host) struct FiringAlarms {
    is_on: bool,
    /// How many calls may run before the next alarm.
    calls: usize,
    /// Told when nothing is due any more.
    waiting: Vec<oneshot::Sender<()>>,
    /// After alarms got no turn.
    not_before: Option<Instant>,
}

impl FiringAlarms {
    /// How many calls an alarm waits for at most.
    const MOST_CALLS: usize = 64;
    /// How long alarms wait that got no turn.
    const RETRY: Duration = Duration::from_secs(1);

    /// Alarms are due.
    pub(in crate::host) fn begin(&mut self, waiting: Option<oneshot::Sender<()>>) {
        self.is_on = true;
        self.waiting.extend(waiting);
    }

    pub(in crate::host) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Whether the next turn is an alarm's, whatever waits.
    pub(in crate::host) fn is_next(&self) -> bool {
        self.is_on && self.calls == 0
    }

    /// How many calls may run together before an alarm has its turn.
    pub(in crate::host) fn calls_before(&self) -> usize {
        if self.is_on { self.calls } else { usize::MAX }
    }

    /// This many calls have run.
    pub(in crate::host) fn ran(&mut self, calls: usize) {
        self.calls = self.calls.saturating_sub(calls);
    }

    /// An alarm had its turn, and this many calls wait.
    pub(super) fn fired(&mut self, calls: usize) {
        self.calls = calls.clamp(1, Self::MOST_CALLS);
    }

    /// Nothing is due any more.
    pub(in crate::host) fn end(&mut self) {
        for waiting in self.waiting.drain(..) {
            // Whoever asked may have given up.
            let _ = waiting.send(());
        }
        (self.is_on, self.calls, self.not_before) = (false, 0, None);
    }

    /// What is due gets no turn now.
    pub(in crate::host) fn break_off(&mut self) {
        self.end();
        self.not_before = Some(Instant::now() + Self::RETRY);
    }

    /// Until when alarms are to be left alone.
    pub(in crate::host) fn not_before(&self) -> Option<Instant> {
        self.not_before
    }
}
