//! How fast values are written that are replaced while they wait.

use tokio::time::Instant;

/// The pace of a peer for which values are being replaced.
///
/// What its system holds is out of reach, and may be seconds old before it is read. So a ping follows each few values, and
/// the next ones wait, where they can be replaced, until its answer says that those were read.
#[derive(Debug)]
pub(super) struct Pacing {
    /// Of the last ping.
    number: u64,
    /// Bytes of values that may be written before the next ping.
    allowed: usize,
    /// Since when a ping is unanswered.
    unanswered: Option<Instant>,
    /// Bytes of values that were made since then.
    made: usize,
}

/// The payload of a ping, which its answer repeats.
pub(crate) type Ping = [u8; 8];

impl Pacing {
    /// Bytes of values between two pings.
    const STEP: usize = 8 << 10;

    pub(super) fn new() -> Self {
        Self { number: 0, allowed: Self::STEP, unanswered: None, made: 0 }
    }

    /// Bytes of values that may be written now.
    pub(super) fn allowed(&mut self) -> &mut usize {
        &mut self.allowed
    }

    /// Whether values wait for an answer.
    pub(super) fn is_holding(&self) -> bool {
        self.unanswered.is_some()
    }

    /// Since when a ping has been unanswered.
    pub(super) fn unanswered_since(&self) -> Option<Instant> {
        self.unanswered
    }

    /// A value was sent.
    pub(super) fn count_made(&mut self, bytes: usize) {
        self.made = self.made.saturating_add(bytes);
    }

    /// The ping that follows what was taken, if it is time for one.
    pub(super) fn next_ping(&mut self) -> Option<Ping> {
        if self.allowed > 0 || self.is_holding() {
            return None;
        }
        self.number += 1;
        (self.unanswered, self.made) = (Some(Instant::now()), 0);
        Some(self.number.to_be_bytes())
    }

    /// Takes an answer. Says whether the peer keeps up: whether less than half as much was made meanwhile as it has read.
    pub(super) fn ping_answered(&mut self, answer: &[u8]) -> bool {
        if !self.is_holding() || answer != self.number.to_be_bytes() {
            return false;
        }
        (self.unanswered, self.allowed) = (None, Self::STEP);
        self.made < Self::STEP / 2
    }
}
