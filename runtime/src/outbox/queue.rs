//! What waits for one client.

use std::{mem, sync::Arc, task::Waker};

use super::Close;
use crate::{
    Limits,
    backlog::{Backlog, Item, Missed},
    burst::{Burst, Bursts},
    framing::frames,
    losses::Losses,
    pen::Pen,
};

/// Messages in order, as many as the limits allow, and who is to write them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    bursts: Bursts,
    /// Of all of them.
    messages: usize,
    bytes: usize,
    /// Everything that waits, in place of the above, from when there was no room until the client has caught up.
    pub(super) backlog: Option<Box<Backlog>>,
    pub(super) close: Option<Box<Close>>,
    /// Of the session, while it waits for something to write.
    pub(super) writer: Option<Waker>,
    /// While the session rests.
    pub(super) pen: Option<Pen>,
}

impl Queue {
    /// What is written at once, in frames and bytes: the rest stays where it can be dropped.
    const AT_ONCE: (usize, usize) = (128, 64 << 10);

    pub(super) fn is_empty(&self) -> bool {
        self.bursts.is_empty() && self.backlog.is_none()
    }

    /// Whether nothing is behind and there is room for so much. A single message that is larger than all that may wait
    /// passes when nothing else waits.
    pub(super) fn has_room_for(&self, messages: usize, bytes: usize, limits: &Limits) -> bool {
        let fits = self.bytes + bytes <= limits.queue && self.messages + messages <= limits.queue_messages;
        self.backlog.is_none() && (fits || (messages == 1 && self.bursts.is_empty()))
    }

    /// Queues what there is room for.
    pub(super) fn add(&mut self, burst: Arc<Burst>) {
        self.messages += burst.items().len();
        self.bytes += burst.bytes();
        self.bursts.push(burst);
    }

    /// Takes what there is no room for, if that or something else may be dropped.
    pub(super) fn fall_behind(&mut self, item: Item, limits: &Limits, losses: Option<&Losses>) -> bool {
        let may_drop = |item: &Item| item.tag.is_some();
        let mut waiting = self.bursts.iter().flat_map(|burst| burst.items());
        if self.backlog.is_none() && !may_drop(&item) && !waiting.any(may_drop) {
            return false;
        }
        let Self { bursts, messages, bytes, backlog, .. } = self;
        let backlog = backlog.get_or_insert_with(|| {
            (*messages, *bytes) = (0, 0);
            let bursts = mem::take(bursts);
            Box::new(Backlog::of(bursts.iter().flat_map(|burst| burst.items()).cloned(), losses))
        });
        backlog.push(item, limits, losses).is_ok()
    }

    /// Whether all that waits is written together, with nothing to say beside it.
    fn is_written_at_once(&self) -> bool {
        self.backlog.is_none() && self.messages <= Self::AT_ONCE.0 && self.bytes <= Self::AT_ONCE.1
    }

    pub(super) fn take(&mut self) -> (Bursts, Vec<Missed>) {
        if let Some(backlog) = &mut self.backlog {
            let (items, missed) = backlog.take(Self::AT_ONCE);
            if backlog.is_empty() {
                self.backlog = None;
            }
            let burst = (!items.is_empty()).then(|| Burst::new(items));
            return (burst.into_iter().collect(), missed);
        }
        let bursts = if self.is_written_at_once() {
            (self.messages, self.bytes) = (0, 0);
            mem::take(&mut self.bursts)
        } else {
            self.take_first().collect()
        };
        (bursts, Vec::new())
    }

    /// Writes what waits, if there is no more to do than that. Says whether anything is left for the session.
    pub(super) fn flush(&mut self, is_text: bool) -> bool {
        // Whoever took it back takes what waits too, and a session whose pen is stuck was woken.
        let Some(mut pen) = self.pen.take_if(|pen| !pen.is_stuck()) else { return false };
        if self.close.is_none() && !self.is_empty() && self.is_written_at_once() {
            let (bursts, _) = self.take();
            pen.write(frames(is_text, &bursts));
        }
        let is_left = pen.is_stuck() || !self.is_empty();
        self.pen = Some(pen);
        is_left
    }

    /// As much as is written at once, and one burst at least.
    fn take_first(&mut self) -> impl Iterator<Item = Arc<Burst>> {
        let (mut messages, mut bytes) = (0, 0);
        let has_room = |burst: &&Arc<Burst>| {
            let is_first = messages == 0;
            messages += burst.items().len();
            bytes += burst.bytes();
            is_first || (messages <= Self::AT_ONCE.0 && bytes <= Self::AT_ONCE.1)
        };
        let count = self.bursts.iter().take_while(has_room).count();
        for burst in &self.bursts[..count] {
            self.messages -= burst.items().len();
            self.bytes -= burst.bytes();
        }
        self.bursts.drain(..count)
    }
}
