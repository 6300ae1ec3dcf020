//! What waits for one client.

use std::{
    mem,
    sync::Arc,
    task::{Context, Waker},
};

use tokio::time::Instant;

use super::{
    close::Close,
    excess::Excess,
    lending::Lending,
    pacing::{Pacing, Ping},
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
};

/// Messages in order, as many as the limits allow, and who writes them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) batches: Batches,
    /// The size of all of them.
    size: QueueSize,
    /// While the peer does not keep up, or has been sent more than there is room for.
    slow: Option<Box<Slow>>,
    pub(super) close: Option<Box<Close>>,
    /// Wakes the session, while it waits for something to write or for its writer.
    pub(super) session: Option<Waker>,
    pub(super) lending: Lending,
}

/// What bounds a queue, and what counts what is beyond it.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    pub(super) limits: &'a Limits,
    pub(super) budget: Option<&'a MemoryBudget>,
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
    /// What its client is told before them: how many events it does not get.
    pub(super) dropped: Vec<DroppedEvents>,
    /// A ping that follows them.
    pub(super) ping: Option<Ping>,
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
    pub(super) fn mark_stuck(&mut self) -> Option<Instant> {
        let slow = self.slow();
        slow.mark_stuck();
        slow.excess.as_ref().and_then(Excess::offered_at)
    }

    /// Everything that was taken is written.
    fn mark_writable(&mut self, bounds: Bounds<'_>) {
        let Some(slow) = &mut self.slow else { return };
        let is_replacing = slow.is_replacing();
        slow.mark_writable();
        if is_replacing && self.batches.iter().any(|batch| batch.has_policies()) {
            self.ensure_backlog(bounds);
            self.begin_pacing();
        }
        self.forget();
    }

    /// An answer to a ping has come.
    pub(super) fn ping_answered(&mut self, answer: &[u8]) {
        if let Some(slow) = &mut self.slow
            && slow.pacing.as_mut().is_some_and(|pacing| pacing.ping_answered(answer))
        {
            slow.pacing = None;
            self.forget();
        }
    }

    /// Since when a ping is unanswered.
    pub(super) fn unanswered_since(&self) -> Option<Instant> {
        self.slow.as_ref()?.pacing.as_ref()?.unanswered_since()
    }

    /// Has the session's task woken.
    pub(super) fn wake_by(&mut self, cx: &Context<'_>) {
        if !self.session.as_ref().is_some_and(|session| session.will_wake(cx.waker())) {
            self.session = Some(cx.waker().clone());
        }
    }

    /// Everything that waits, each message by itself.
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

    /// Forgets what is known of a peer that keeps up again.
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

    /// Takes what is written next. Only once everything before is written.
    pub(super) fn take(&mut self, bounds: Bounds<'_>) -> Portion {
        self.mark_writable(bounds);
        if self.is_written_at_once() {
            self.size = QueueSize::default();
            return Portion { batches: mem::take(&mut self.batches), ..Portion::default() };
        }
        let portion = self.take_some();
        self.after_take(bounds.limits);
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
        Portion { batches: batch.into_iter().collect(), dropped, ping: pacing.and_then(Pacing::next_ping) }
    }

    /// Adapts what is known of the peer to what still waits.
    fn after_take(&mut self, limits: &Limits) {
        let total = self.size();
        let Some(slow) = &mut self.slow else { return };
        slow.after_take(total);
        slow.is_behind &= !total.is_empty();
        slow.excess.take_if(|excess| !excess.lasts(total, limits));
        self.forget();
    }

    /// Takes everything for a flush, if it goes into one write and the session has nothing to add to it.
    pub(super) fn take_all_at_once(&mut self) -> Option<Batches> {
        if self.close.is_some() || self.is_empty() || !self.is_written_at_once() {
            return None;
        }
        self.size = QueueSize::default();
        Some(mem::take(&mut self.batches))
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
