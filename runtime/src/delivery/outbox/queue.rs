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
        backlog::{Backlog, DroppedEvents},
        batch::{Batch, Batches},
        drop_counters::DropCounters,
        queue_size::{BatchLimit, QueueSize},
    },
    limits::memory_budget::MemoryBudget,
    server::{net::direct_writer::DirectWriter, ws::framing::frames},
};

/// Messages in order, as many as the limits allow, and who is to write them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) batches: Batches,
    /// Of all of them.
    size: QueueSize,
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
    pub(super) counters: Option<&'a DropCounters>,
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
    pub(super) batches: Batches,
    /// What its client is told before them.
    pub(super) dropped: Vec<DroppedEvents>,
    /// A ping that follows them.
    pub(super) probe: Option<Probe>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.backlog().is_none_or(Backlog::is_empty)
    }

    /// Whether what is next waits until its peer has read what it was sent before.
    pub(super) fn is_held(&self) -> bool {
        let is_holding =
            self.slow.as_ref().and_then(|slow| slow.pacing.as_ref()).is_some_and(Pacing::is_holding);
        is_holding && self.close.is_none() && self.backlog().is_some_and(Backlog::begins_replaceable)
    }

    /// Whether its peer has not caught up since there was no room.
    pub(super) fn is_behind(&self) -> bool {
        self.slow.as_ref().is_some_and(|slow| slow.is_behind)
    }

    pub(super) fn bytes(&self) -> usize {
        self.size().bytes
    }

    pub(super) fn backlog(&self) -> Option<&Backlog> {
        self.slow.as_ref()?.backlog.as_ref()
    }

    pub(super) fn size(&self) -> QueueSize {
        self.size.plus(self.backlog().map_or(QueueSize::default(), Backlog::size))
    }

    /// Queues messages. A single one that is larger than all that may wait passes when nothing else waits.
    pub(super) fn push(
        &mut self,
        batch: Arc<Batch>,
        bounds: Bounds<'_>,
    ) -> Result<(), (NoRoom, Option<usize>)> {
        let size = QueueSize::of(&batch);
        let is_alone = self.batches.is_empty() && size.messages == 1;
        if self.slow.is_none() && (is_alone || self.size.plus(size).fits(bounds.limits, QueueSize::default()))
        {
            self.add(batch, size);
            return Ok(());
        }
        self.push_slowly(&batch, size, bounds)
    }

    pub(super) fn add(&mut self, batch: Arc<Batch>, size: QueueSize) {
        self.size += size;
        self.batches.push(batch);
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
        if is_replacing && self.batches.iter().any(|batch| batch.has_policies()) {
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
        let Self { batches, size, slow, .. } = self;
        slow.get_or_insert_default().backlog.get_or_insert_with(|| {
            *size = QueueSize::default();
            let batches = mem::take(batches);
            Backlog::of(batches.iter().flat_map(|batch| batch.messages()).cloned(), bounds.counters)
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
        self.slow.is_none() && BatchLimit::ONE_WRITE.allows(self.size)
    }

    /// Takes what is written next. Only when everything before is written.
    pub(super) fn take(&mut self, bounds: Bounds<'_>) -> Portion {
        self.found_writable(bounds);
        if self.is_written_at_once() {
            self.size = QueueSize::default();
            return Portion { batches: mem::take(&mut self.batches), ..Portion::default() };
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
        let (messages, dropped) =
            backlog.take(BatchLimit::ONE_WRITE, pacing.as_mut().map(|pacing| pacing.allowed()));
        let batch = (!messages.is_empty()).then(|| Batch::new(messages));
        Portion { batches: batch.into_iter().collect(), dropped, probe: pacing.and_then(Pacing::probe) }
    }

    /// Less waits than before.
    fn took(&mut self, limits: &Limits) {
        let total = self.size();
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
            self.size = QueueSize::default();
            pen.write(frames(is_text, &mem::take(&mut self.batches)));
        }
        let is_left = pen.is_stuck() || (!self.is_empty() && !self.is_held());
        self.pen = Some(pen);
        is_left
    }

    /// As much as is written at once, and one batch at least.
    fn take_first(&mut self) -> Portion {
        let mut taken = QueueSize::default();
        let has_room = |batch: &&Arc<Batch>| {
            let is_first = taken.is_empty();
            taken += QueueSize::of(batch);
            is_first || BatchLimit::ONE_WRITE.allows(taken)
        };
        let count = self.batches.iter().take_while(has_room).count();
        for batch in &self.batches[..count] {
            self.size -= QueueSize::of(batch);
        }
        Portion { batches: self.batches.drain(..count).collect(), ..Portion::default() }
    }
}
