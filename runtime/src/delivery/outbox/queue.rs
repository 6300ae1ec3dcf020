//! What waits for one client.

use std::{mem, sync::Arc, task::Waker};

use tokio::time::Instant;

use super::{
    Close,
    excess::Excess,
    pacing::{Pacing, Probe},
    slow::Slow,
};
use crate::{
    Limits,
    delivery::{
        backlog::{Backlog, Missed},
        burst::{Burst, Bursts},
        drop_counters::DropCounters,
        load::Load,
    },
    limits::memory_budget::MemoryBudget,
    server::{net::direct_writer::DirectWriter, ws::framing::frames},
};

/// Messages in order, as many as the limits allow, and who is to write them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) bursts: Bursts,
    /// Of all of them.
    load: Load,
    /// While the peer does not keep up, or has been sent more than there is room for.
    slow: Option<Box<Slow>>,
    pub(super) close: Option<Box<Close>>,
    /// Of the session, while it waits for something to write.
    pub(super) writer: Option<Waker>,
    /// While the session rests.
    pub(super) pen: Option<DirectWriter>,
}

/// What bounds a queue, and where it is counted what is beyond it.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    pub(super) limits: &'a Limits,
    pub(super) account: Option<&'a MemoryBudget>,
    pub(super) losses: Option<&'a DropCounters>,
}

/// A message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// The peer has not taken what waits.
    Full,
    /// One turn has sent too much.
    TooMuch,
}

/// What is written at once.
#[derive(Debug, Default)]
pub(super) struct Portion {
    pub(super) bursts: Bursts,
    /// What its client is told before them.
    pub(super) missed: Vec<Missed>,
    /// A ping that follows them.
    pub(super) probe: Option<Probe>,
}

impl Queue {
    /// What is written at once, in frames and bytes: the rest stays where it can be dropped.
    const AT_ONCE: (usize, usize) = (128, 64 << 10);

    pub(super) fn is_empty(&self) -> bool {
        self.bursts.is_empty() && self.backlog().is_none_or(Backlog::is_empty)
    }

    /// Whether what is next waits until its peer has read what it was sent before.
    pub(super) fn is_held(&self) -> bool {
        let is_holding =
            self.slow.as_ref().and_then(|slow| slow.pacing.as_ref()).is_some_and(Pacing::is_holding);
        is_holding && self.close.is_none() && self.backlog().is_some_and(Backlog::begins_with_a_value)
    }

    /// Whether its peer has not caught up since there was no room.
    pub(super) fn is_behind(&self) -> bool {
        self.slow.as_ref().is_some_and(|slow| slow.is_behind)
    }

    pub(super) fn bytes(&self) -> usize {
        self.load().bytes
    }

    pub(super) fn backlog(&self) -> Option<&Backlog> {
        self.slow.as_ref()?.backlog.as_ref()
    }

    pub(super) fn load(&self) -> Load {
        self.load.plus(self.backlog().map_or(Load::default(), Backlog::load))
    }

    /// Queues messages. A single one that is larger than all that may wait passes when nothing else waits.
    pub(super) fn push(
        &mut self,
        burst: Arc<Burst>,
        bounds: Bounds<'_>,
    ) -> Result<(), (NoRoom, Option<usize>)> {
        let load = Load::of(&burst);
        let is_alone = self.bursts.is_empty() && load.messages == 1;
        if self.slow.is_none() && (is_alone || self.load.plus(load).fits(bounds.limits, Load::default())) {
            self.add(burst, load);
            return Ok(());
        }
        self.push_slowly(&burst, load, bounds)
    }

    pub(super) fn add(&mut self, burst: Arc<Burst>, load: Load) {
        self.load += load;
        self.bursts.push(burst);
    }

    /// The socket takes no more for now. Says since when more waits than may.
    pub(super) fn found_stuck(&mut self) -> Option<Instant> {
        let slow = self.slow();
        slow.found_stuck();
        slow.excess.as_ref().and_then(Excess::offered_at)
    }

    /// Everything that was taken is written.
    fn found_writable(&mut self, bounds: Bounds<'_>) {
        let Some(slow) = &mut self.slow else { return };
        let is_replacing = slow.is_replacing();
        slow.found_writable();
        if is_replacing && self.bursts.iter().any(|burst| burst.has_tags()) {
            self.ensure_backlog(bounds);
            self.begin_pacing();
        }
        self.forget();
    }

    /// An answer to a ping has come.
    pub(super) fn answered(&mut self, answer: &[u8]) {
        if let Some(slow) = &mut self.slow
            && slow.pacing.as_mut().is_some_and(|pacing| pacing.answered(answer))
        {
            slow.pacing = None;
            self.forget();
        }
    }

    /// Since when a ping is unanswered.
    pub(super) fn unanswered_since(&self) -> Option<Instant> {
        self.slow.as_ref()?.pacing.as_ref()?.unanswered_since()
    }

    /// Everything that waits, each by itself.
    pub(super) fn ensure_backlog(&mut self, bounds: Bounds<'_>) -> &mut Backlog {
        let Self { bursts, load, slow, .. } = self;
        slow.get_or_insert_default().backlog.get_or_insert_with(|| {
            *load = Load::default();
            let bursts = mem::take(bursts);
            Backlog::of(bursts.iter().flat_map(|burst| burst.items()).cloned(), bounds.losses)
        })
    }

    pub(super) fn slow(&mut self) -> &mut Slow {
        self.slow.get_or_insert_default()
    }

    /// Lets go of what is known of a peer that keeps up again.
    pub(super) fn forget(&mut self) {
        let Some(slow) = &mut self.slow else { return };
        if slow.pacing.is_none() && !slow.is_stuck() {
            slow.backlog.take_if(|backlog| backlog.is_empty());
        }
        if slow.is_over() {
            self.slow = None;
        }
    }

    /// Whether all that waits is written together, with nothing to say beside it.
    fn is_written_at_once(&self) -> bool {
        self.slow.is_none() && self.load.messages <= Self::AT_ONCE.0 && self.load.bytes <= Self::AT_ONCE.1
    }

    /// Takes what is written next. Only when everything before is written.
    pub(super) fn take(&mut self, bounds: Bounds<'_>) -> Portion {
        self.found_writable(bounds);
        if self.is_written_at_once() {
            self.load = Load::default();
            return Portion { bursts: mem::take(&mut self.bursts), ..Portion::default() };
        }
        let portion = self.take_some();
        self.took(bounds.limits);
        portion
    }

    fn take_some(&mut self) -> Portion {
        let is_closing = self.close.is_some();
        let Some(slow) = &mut self.slow else { return self.take_first() };
        let Slow { backlog: Some(backlog), pacing, .. } = &mut **slow else { return self.take_first() };
        let mut pacing = pacing.as_mut().filter(|_| !is_closing);
        let (items, missed) = backlog.take(Self::AT_ONCE, pacing.as_mut().map(|pacing| pacing.allowed()));
        let burst = (!items.is_empty()).then(|| Burst::new(items));
        Portion { bursts: burst.into_iter().collect(), missed, probe: pacing.and_then(Pacing::probe) }
    }

    /// Less waits than before.
    fn took(&mut self, limits: &Limits) {
        let total = self.load();
        let Some(slow) = &mut self.slow else { return };
        slow.took(total);
        slow.is_behind &= !total.is_empty();
        slow.excess.take_if(|excess| !excess.lasts(total, limits));
        self.forget();
    }

    /// Writes what waits, if there is no more to do than that. Says whether anything is left for the session.
    pub(super) fn flush(&mut self, is_text: bool) -> bool {
        // Whoever took it back takes what waits too, and a session whose pen is stuck was woken.
        let Some(mut pen) = self.pen.take_if(|pen| !pen.is_stuck()) else { return false };
        if self.close.is_none() && !self.is_empty() && self.is_written_at_once() {
            self.load = Load::default();
            pen.write(frames(is_text, &mem::take(&mut self.bursts)));
        }
        let is_left = pen.is_stuck() || (!self.is_empty() && !self.is_held());
        self.pen = Some(pen);
        is_left
    }

    /// As much as is written at once, and one burst at least.
    fn take_first(&mut self) -> Portion {
        let mut taken = Load::default();
        let has_room = |burst: &&Arc<Burst>| {
            let is_first = taken.is_empty();
            taken += Load::of(burst);
            is_first || (taken.messages <= Self::AT_ONCE.0 && taken.bytes <= Self::AT_ONCE.1)
        };
        let count = self.bursts.iter().take_while(has_room).count();
        for burst in &self.bursts[..count] {
            self.load -= Load::of(burst);
        }
        Portion { bursts: self.bursts.drain(..count).collect(), ..Portion::default() }
    }
}
