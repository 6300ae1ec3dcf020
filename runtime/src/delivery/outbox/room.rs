//! How a message finds room where there is none at once: see the head of `mod.rs`.

use std::sync::Arc;

use super::{
    excess::Excess,
    pacing::Pacing,
    queue::{Bounds, NoRoom, Queue},
    slow::Slow,
};
use crate::{
    Limits,
    delivery::{
        backlog::Backlog, batch::Batch, outgoing_message::OutgoingMessage, queue_size::QueueSize,
        turn_id::TurnId,
    },
    limits::memory_budget::Charge,
};

impl Queue {
    /// Queues messages one by one, as some may have no room. An error says which event had none, if it is one.
    pub(super) fn push_slowly(
        &mut self,
        batch: &Arc<Batch>,
        size: QueueSize,
        bounds: Bounds<'_>,
    ) -> Result<(), (NoRoom, Option<usize>)> {
        let turn = TurnId::current();
        let slow = self.slow();
        let is_plain = slow.backlog.is_none() && !(batch.has_policies() && slow.is_replacing());
        if is_plain && self.has_room_for(size, turn, bounds.limits) {
            self.add(Arc::clone(batch), size);
            self.slow().add_sent(turn, size);
            return Ok(());
        }
        let result = batch.messages().iter().try_for_each(|message| {
            self.push_one(message, turn, bounds).map_err(|no_room| (no_room, message.event))
        });
        self.forget();
        result
    }

    /// Queues one of several, of which some may have no room.
    fn push_one(
        &mut self,
        message: &OutgoingMessage,
        turn: TurnId,
        bounds: Bounds<'_>,
    ) -> Result<(), NoRoom> {
        let size = QueueSize::of_message(message);
        if let Some(pacing) = &mut self.slow().pacing
            && message.is_replaceable()
        {
            pacing.count_made(size.bytes);
        }
        if message.policy.is_some() && self.slow().is_replacing() {
            self.replace_for(message, bounds);
        }
        if !self.has_room_for(size, turn, bounds.limits) && !self.find_room_for(message, turn, bounds)? {
            self.ensure_backlog(bounds).drop_now(message, bounds.counters);
            return Ok(());
        }
        let slow = self.slow();
        slow.add_sent(turn, size);
        match &mut slow.backlog {
            Some(backlog) => backlog.insert(message.clone()),
            None => self.add(Batch::of(message.clone()), size),
        }
        Ok(())
    }

    /// Whether this much fits, apart from what is granted to another turn.
    fn has_room_for(&mut self, size: QueueSize, turn: TurnId, limits: &Limits) -> bool {
        let total = self.size();
        let beside = match &self.slow().excess {
            // It adds to what is granted to itself.
            Some(excess) if !excess.is_open_to(turn) => excess.granted(),
            _ => QueueSize::default(),
        };
        total.plus(size).fits(limits, beside)
    }

    /// Finds room where there is none: in place of what may be dropped, or beyond the limits. `false` if the message itself
    /// is to be dropped.
    fn find_room_for(
        &mut self,
        message: &OutgoingMessage,
        turn: TurnId,
        bounds: Bounds<'_>,
    ) -> Result<bool, NoRoom> {
        let is_alone = self.size().is_empty();
        if message.is_droppable() {
            return Ok(is_alone || self.make_room_for(message, turn, bounds));
        }
        if message.is_replaceable() {
            self.replace_for(message, bounds);
            if self.has_room_for(QueueSize::of_message(message), turn, bounds.limits) {
                return Ok(true);
            }
        }
        // What must be delivered takes no other's place before its peer was offered that.
        let is_offered = self.slow().is_offered() && !is_alone;
        if is_offered && self.make_room_for(message, turn, bounds) {
            return Ok(true);
        }
        self.exceed(message, turn, bounds).map(|()| true)
    }

    /// Removes the message that this one replaces.
    fn replace_for(&mut self, message: &OutgoingMessage, bounds: Bounds<'_>) {
        self.ensure_backlog(bounds).replace_for(message, bounds.counters);
        self.begin_pacing();
    }

    /// Paces the peer from the moment that messages are replaced.
    pub(super) fn begin_pacing(&mut self) {
        let Slow { backlog, pacing, .. } = self.slow();
        if backlog.as_mut().is_some_and(Backlog::take_replaced) {
            pacing.get_or_insert_with(Pacing::new);
        }
    }

    /// Drops droppable messages, the oldest first, until there is room. `false` if there is still none.
    fn make_room_for(&mut self, message: &OutgoingMessage, turn: TurnId, bounds: Bounds<'_>) -> bool {
        let size = QueueSize::of_message(message);
        self.slow().is_behind = true;
        if !message.is_droppable()
            && self.backlog().is_none()
            && !self.batches.iter().any(|batch| batch.has_policies())
        {
            return false;
        }
        self.ensure_backlog(bounds);
        self.begin_pacing();
        loop {
            // A single one passes, however large it is.
            if self.has_room_for(size, turn, bounds.limits) || self.size().is_empty() {
                return true;
            }
            if !self.ensure_backlog(bounds).drop_oldest(bounds.counters) {
                return false;
            }
        }
    }

    /// Lets a turn send more than there is room for, unless there was none when it began.
    fn exceed(&mut self, message: &OutgoingMessage, turn: TurnId, bounds: Bounds<'_>) -> Result<(), NoRoom> {
        let (total, size) = (self.size(), QueueSize::of_message(message));
        let slow = self.slow();
        let own = if slow.is_offered() { slow.own(turn) } else { total };
        let mut excess = match slow.excess.take() {
            None if total.minus(own).is_full(bounds.limits) => return Err(NoRoom::Full),
            None => Excess::new(turn, own, bounds.budget.cloned().map(Charge::new).unwrap_or_default()),
            // Whoever asks is answered: it may have asked for no more than so much.
            Some(excess) if message.event.is_none() || excess.is_open_to(turn) => excess,
            full => {
                slow.excess = full;
                return Err(NoRoom::Full);
            }
        };
        let is_added = excess.add(size, total.plus(size), bounds.limits);
        if slow.is_stuck() {
            excess.mark_offered();
        }
        slow.excess = Some(excess).filter(Excess::is_begun);
        // A single one passes, however large it is.
        if is_added || total.is_empty() { Ok(()) } else { Err(NoRoom::TooMuch) }
    }
}
