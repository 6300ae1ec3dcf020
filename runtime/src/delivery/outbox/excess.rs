//! What one turn may send beyond the limits of a queue.

use tokio::time::Instant;

use crate::{
    Limits,
    delivery::{queue_size::QueueSize, turn_id::TurnId},
    limits::memory_budget::Charge,
};

/// More waits than the queue may hold, since one turn made so much of it before anybody could write.
///
/// Others have the room that there was before that turn. It lasts until the queue is within its limits again.
#[derive(Debug)]
pub(super) struct Excess {
    by: TurnId,
    /// What the turn has sent: it takes no room from others.
    granted: QueueSize,
    is_begun: bool,
    /// When the peer was first found not to take it.
    offered_at: Option<Instant>,
    /// The memory that it takes.
    charge: Charge,
}

impl Excess {
    pub(super) fn new(by: TurnId, granted: QueueSize, charge: Charge) -> Self {
        Self { by, granted, is_begun: false, offered_at: None, charge }
    }

    /// Whether anything is held for it.
    pub(super) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Whether this turn may add to it: the one that began it, and any other before the peer was offered something.
    pub(super) fn is_open_to(&self, turn: TurnId) -> bool {
        self.by == turn || self.offered_at.is_none()
    }

    /// Adds what there is no room for. `false` if that would be too much.
    pub(super) fn add(&mut self, added: QueueSize, total: QueueSize, limits: &Limits) -> bool {
        let over = total.over(limits);
        if over > limits.send_queue_excess || self.charge.set(over).is_err() {
            return false;
        }
        self.granted += added;
        self.is_begun = true;
        true
    }

    pub(super) fn granted(&self) -> QueueSize {
        self.granted
    }

    /// The peer does not take what it was offered.
    pub(super) fn mark_offered(&mut self) {
        self.offered_at.get_or_insert_with(Instant::now);
    }

    pub(super) fn offered_at(&self) -> Option<Instant> {
        self.offered_at
    }

    /// Whether what waits now is still beyond the limits.
    pub(super) fn lasts(&mut self, total: QueueSize, limits: &Limits) -> bool {
        let over = total.over(limits);
        // There was room for more before; and what others have sent meanwhile is within their own.
        let _ = self.charge.set(over);
        over > 0
    }
}
