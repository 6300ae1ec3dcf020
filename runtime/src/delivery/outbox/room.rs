//! Where what is sent finds room, when there is none at once.

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
        backlog::{Backlog, Item},
        batch::BatchId,
        burst::Burst,
        load::Load,
    },
    limits::memory_budget::Charge,
};

impl Queue {
    /// Queues messages of which each has to be looked at. An error says which event had no room, if it is one.
    pub(super) fn push_slowly(
        &mut self,
        burst: &Arc<Burst>,
        load: Load,
        bounds: Bounds<'_>,
    ) -> Result<(), (NoRoom, Option<usize>)> {
        let batch = BatchId::current();
        let slow = self.slow();
        let is_plain = slow.backlog.is_none() && !(burst.has_tags() && slow.is_replacing());
        if is_plain && self.has_room_for(load, batch, bounds.limits) {
            self.add(Arc::clone(burst), load);
            self.slow().sent(batch, load);
            return Ok(());
        }
        let result = burst.items().iter().try_for_each(|item| {
            self.push_item(item, batch, bounds).map_err(|no_room| (no_room, item.event))
        });
        self.forget();
        result
    }

    /// Queues one of several, of which some may have no room.
    fn push_item(&mut self, item: &Item, batch: BatchId, bounds: Bounds<'_>) -> Result<(), NoRoom> {
        let load = Load::of_item(item);
        if let Some(pacing) = &mut self.slow().pacing
            && item.is_value()
        {
            pacing.made(load.bytes);
        }
        if item.tag.is_some() && self.slow().is_replacing() {
            self.replace_for(item, bounds);
        }
        if !self.has_room_for(load, batch, bounds.limits) && !self.find_room_for(item, batch, bounds)? {
            self.ensure_backlog(bounds).miss(item, bounds.losses);
            return Ok(());
        }
        let slow = self.slow();
        slow.sent(batch, load);
        match &mut slow.backlog {
            Some(backlog) => backlog.insert(item.clone()),
            None => self.add(Burst::of(item.clone()), load),
        }
        Ok(())
    }

    /// Whether so much fits, beside what is granted to others.
    fn has_room_for(&mut self, load: Load, batch: BatchId, limits: &Limits) -> bool {
        let total = self.load();
        let beside = match &self.slow().excess {
            // It adds to what is granted to itself.
            Some(excess) if !excess.is_open_to(batch) => excess.granted(),
            _ => Load::default(),
        };
        total.plus(load).fits(limits, beside)
    }

    /// Finds room where there is none: in place of what may be dropped, or beyond the limits. `false` for what is dropped
    /// itself.
    fn find_room_for(&mut self, item: &Item, batch: BatchId, bounds: Bounds<'_>) -> Result<bool, NoRoom> {
        let is_alone = self.load().is_empty();
        if item.may_go() {
            return Ok(is_alone || self.make_room_for(item, batch, bounds));
        }
        if item.is_value() {
            self.replace_for(item, bounds);
            if self.has_room_for(Load::of_item(item), batch, bounds.limits) {
                return Ok(true);
            }
        }
        // What must be delivered takes no other's place before its peer was offered that.
        let is_offered = self.slow().is_offered() && !is_alone;
        if is_offered && self.make_room_for(item, batch, bounds) {
            return Ok(true);
        }
        self.exceed(item, batch, bounds).map(|()| true)
    }

    /// Replaces what this is a later value of.
    fn replace_for(&mut self, item: &Item, bounds: Bounds<'_>) {
        self.ensure_backlog(bounds).supersede(item, bounds.losses);
        self.begin_pacing();
    }

    /// From when values are replaced.
    pub(super) fn begin_pacing(&mut self) {
        let Slow { backlog, pacing, .. } = self.slow();
        if backlog.as_mut().is_some_and(Backlog::take_replaced) {
            pacing.get_or_insert_with(Pacing::new);
        }
    }

    /// Drops what may go for it, the oldest first. Says whether there is room then.
    fn make_room_for(&mut self, item: &Item, batch: BatchId, bounds: Bounds<'_>) -> bool {
        let load = Load::of_item(item);
        self.slow().is_behind = true;
        if !item.may_go() && self.backlog().is_none() && !self.bursts.iter().any(|burst| burst.has_tags()) {
            return false;
        }
        self.ensure_backlog(bounds);
        self.begin_pacing();
        loop {
            // A single one passes, however large it is.
            if self.has_room_for(load, batch, bounds.limits) || self.load().is_empty() {
                return true;
            }
            if !self.ensure_backlog(bounds).drop_oldest(bounds.losses) {
                return false;
            }
        }
    }

    /// Lets a turn send more than there is room for, unless there was none when it began.
    fn exceed(&mut self, item: &Item, batch: BatchId, bounds: Bounds<'_>) -> Result<(), NoRoom> {
        let (total, load) = (self.load(), Load::of_item(item));
        let slow = self.slow();
        let own = if slow.is_offered() { slow.own(batch) } else { total };
        let mut excess = match slow.excess.take() {
            None if total.minus(own).is_full(bounds.limits) => return Err(NoRoom::Full),
            None => Excess::new(batch, own, bounds.account.cloned().map(Charge::new).unwrap_or_default()),
            // Whoever asks is answered: it may have asked for no more than so much.
            Some(excess) if item.event.is_none() || excess.is_open_to(batch) => excess,
            full => {
                slow.excess = full;
                return Err(NoRoom::Full);
            }
        };
        let is_added = excess.add(load, total.plus(load), bounds.limits);
        if slow.is_stuck() {
            excess.offered();
        }
        slow.excess = Some(excess).filter(Excess::is_begun);
        // A single one passes, however large it is.
        if is_added || total.is_empty() { Ok(()) } else { Err(NoRoom::TooMuch) }
    }
}
