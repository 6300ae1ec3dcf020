//! What is known of a peer that has not taken all that it was offered, or has been sent more than a queue holds.

use std::time::Duration;

use tokio::time::Instant;

use super::{excess::Excess, pacing::Pacing};
use crate::delivery::{backlog::Backlog, queue_size::QueueSize, turn_id::TurnId};

/// It is there only while there is something to know: a peer that keeps up has none.
#[derive(Debug, Default)]
pub(super) struct Slow {
    /// Whether it has taken less than it was offered, since there is something to know.
    is_offered: bool,
    /// Since when the socket has not taken all of what is being written.
    stuck_since: Option<Instant>,
    /// Whether there was no room, and something has waited since.
    pub(super) is_behind: bool,
    /// Everything that waits, once anything of it may be dropped or replaced.
    pub(super) backlog: Option<Backlog>,
    pub(super) excess: Option<Excess>,
    pub(super) pacing: Option<Pacing>,
    /// The turn that has sent last, and how much.
    last: Option<(TurnId, QueueSize)>,
}

impl Slow {
    /// How long a socket may take over what is being written, 64 KiB at most, before values that wait for it are replaced.
    /// That of anybody is full for a moment, after a batch for example.
    const PATIENCE: Duration = Duration::from_millis(250);

    /// Whether the peer has been offered what waits, and did not take it.
    pub(super) fn is_offered(&self) -> bool {
        self.is_offered
    }

    /// Whether values that wait are replaced by later ones.
    pub(super) fn is_replacing(&self) -> bool {
        let is_late = || self.stuck_since.is_some_and(|since| since.elapsed() >= Self::PATIENCE);
        self.backlog.is_some() || self.pacing.is_some() || is_late()
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.stuck_since.is_some()
    }

    /// The socket takes no more for now.
    pub(super) fn mark_stuck(&mut self) {
        self.is_offered = true;
        self.stuck_since.get_or_insert_with(Instant::now);
        if let Some(excess) = &mut self.excess {
            excess.mark_offered();
        }
    }

    /// Everything is written.
    pub(super) fn mark_writable(&mut self) {
        self.stuck_since = None;
    }

    /// How much of what waits this turn has sent, if no other has sent anything since.
    pub(super) fn own(&self, turn: TurnId) -> QueueSize {
        self.last.filter(|(last, _)| *last == turn).map_or(QueueSize::default(), |(_, own)| own)
    }

    /// This turn has sent this much more.
    pub(super) fn add_sent(&mut self, turn: TurnId, size: QueueSize) {
        self.last = Some((turn, self.own(turn).plus(size)));
    }

    /// This much still waits: what was sent last is taken last.
    pub(super) fn after_take(&mut self, total: QueueSize) {
        if let Some((_, own)) = &mut self.last {
            *own = own.min(total);
        }
    }

    /// Whether nothing is left to know.
    pub(super) fn is_over(&self) -> bool {
        !self.is_stuck() && self.backlog.is_none() && self.excess.is_none() && self.pacing.is_none()
    }
}
