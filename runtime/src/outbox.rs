//! What waits to be written to one connection: filled by the actor, emptied by the gateway that holds the socket.

use std::{
    mem,
    sync::{Arc, OnceLock},
    task::{Context, Waker},
};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};

use crate::{
    Limits,
    account::Account,
    backlog::{Backlog, Item, Missed},
    burst::{Burst, Bursts},
    losses::Losses,
    wire::{Encoding, Notice, ToClient},
};

/// The bounded queue of one connection, and its close.
///
/// The actor's side never waits: what does not fit is dropped, if it is an event that may be, or closes the connection, so
/// that a client that does not read costs its server no more than [`Limits::queue`] bytes.
// In this order in memory: what each event asks for is first, and together.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Outbox {
    encoding: Encoding,
    /// The protocol version that the peer speaks.
    version: u16,
    queue: Mutex<Queue>,
    limits: Arc<Limits>,
    /// Where it is counted what is held for its client.
    account: Option<Account>,
    /// Where it is counted what its client does not get.
    losses: OnceLock<Arc<Losses>>,
}

/// Wakes who waits to write, past the lock.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let writer = queue.writer.take();
    drop(queue);
    if let Some(writer) = writer {
        writer.wake();
    }
}

/// Why and with what a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    /// At most 123 bytes: `group.code`.
    pub(crate) reason: String,
}

impl Close {
    pub(crate) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        while reason.len() > 123 {
            reason.pop();
        }
        Self { code, reason }
    }
}

/// What is to be written next.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) bursts: Bursts,
    /// Follows them, and is the last.
    pub(crate) close: Option<Box<Close>>,
    /// Whether nothing is left.
    pub(crate) is_all: bool,
}

#[derive(Debug, Default)]
struct Queue {
    bursts: Bursts,
    /// Of all of them.
    messages: usize,
    bytes: usize,
    /// Everything that waits, in place of the above, from when there was no room until the client has caught up.
    backlog: Option<Box<Backlog>>,
    close: Option<Box<Close>>,
    /// Of the one task that writes, while it waits.
    writer: Option<Waker>,
}

impl Queue {
    /// What is written at once, in frames and bytes: the rest stays where it can be dropped.
    const AT_ONCE: (usize, usize) = (128, 64 << 10);

    fn is_empty(&self) -> bool {
        self.bursts.is_empty() && self.backlog.is_none()
    }

    /// Whether nothing is behind and there is room for so much. A single message that is larger than all that may wait
    /// passes when nothing else waits.
    fn has_room_for(&self, messages: usize, bytes: usize, limits: &Limits) -> bool {
        let fits = self.bytes + bytes <= limits.queue && self.messages + messages <= limits.queue_messages;
        self.backlog.is_none() && (fits || (messages == 1 && self.bursts.is_empty()))
    }

    /// Queues what there is room for.
    fn add(&mut self, burst: Arc<Burst>) {
        self.messages += burst.items().len();
        self.bytes += burst.bytes();
        self.bursts.push(burst);
    }

    /// Takes what there is no room for, if that or something else may be dropped.
    fn fall_behind(&mut self, item: Item, limits: &Limits, losses: Option<&Losses>) -> bool {
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

    fn take(&mut self) -> (Bursts, Vec<Missed>) {
        if let Some(backlog) = &mut self.backlog {
            let (items, missed) = backlog.take(Self::AT_ONCE);
            if backlog.is_empty() {
                self.backlog = None;
            }
            let burst = (!items.is_empty()).then(|| Burst::new(items));
            return (burst.into_iter().collect(), missed);
        }
        let bursts = if self.messages <= Self::AT_ONCE.0 && self.bytes <= Self::AT_ONCE.1 {
            (self.messages, self.bytes) = (0, 0);
            mem::take(&mut self.bursts)
        } else {
            self.take_first().collect()
        };
        (bursts, Vec::new())
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

impl Outbox {
    pub(crate) fn new(encoding: Encoding, version: u16, limits: Arc<Limits>) -> Self {
        Self { encoding, version, limits, account: None, queue: Mutex::default(), losses: OnceLock::new() }
    }

    /// It is known for whom it is.
    pub(crate) fn charged_to(self, account: Account) -> Self {
        Self { account: Some(account), ..self }
    }

    /// Where it is counted what is held for its client, if anybody counts.
    pub(crate) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Queues a message; `false` if the connection is closing or the message cannot be encoded.
    pub(crate) fn send(&self, message: &ToClient) -> bool {
        self.encode(message).is_some_and(|frame| self.push(Burst::of(Item::certain(frame))))
    }

    /// Queues an event of callboard's own, which counts like any message.
    pub(crate) fn tell(&self, notice: &Notice) {
        match notice.message(self.encoding.format()) {
            Ok(message) => drop(self.send(&message)),
            Err(error) => tracing::error!(%error, "a notice cannot be encoded"),
        }
    }

    /// Encodes a message for this connection; one that cannot be encoded closes it.
    pub(crate) fn encode(&self, message: &ToClient) -> Option<Bytes> {
        message
            .encode_version(self.encoding, self.version)
            .inspect_err(|error| {
                tracing::error!(%error, "a message cannot be encoded");
                self.close(Close::new(1011, "actor.send_failed"));
            })
            .ok()
    }

    /// It is known whose events it carries: what is lost of them is counted there.
    pub(crate) fn count_in(&self, losses: Arc<Losses>) {
        // Set once, by the actor that the connection is to.
        let _ = self.losses.set(losses);
    }

    /// Queues messages; `false` if the connection is closing, or closes now because it is full. One that is dropped was
    /// taken: its client is told how many were.
    pub(crate) fn push(&self, burst: Arc<Burst>) -> bool {
        let mut queue = self.queue.lock();
        if queue.close.is_some() {
            return false;
        }
        if queue.has_room_for(burst.items().len(), burst.bytes(), &self.limits) {
            queue.add(burst);
        } else {
            for item in burst.items() {
                self.push_item(&mut queue, item.clone());
            }
        }
        let is_taken = queue.close.is_none();
        wake(queue);
        is_taken
    }

    /// Queues one of several, of which some may have no room; the first that must have it and has none is the last.
    fn push_item(&self, queue: &mut Queue, item: Item) {
        if queue.close.is_some() {
            return;
        }
        if queue.has_room_for(1, item.frame.len(), &self.limits) {
            queue.add(Burst::of(item));
            return;
        }
        let (event, losses) = (item.event, self.losses.get());
        if !queue.fall_behind(item, &self.limits, losses.map(|losses| &**losses)) {
            queue.close = Some(Box::new(Close::new(1011, "message.outgoing_queue_full")));
            if let (Some(losses), Some(event)) = (losses, event) {
                losses.disconnected(event);
            }
        }
    }

    /// Closes the connection once what waits is written. The first close counts.
    pub(crate) fn close(&self, close: Close) {
        let mut queue = self.queue.lock();
        queue.close.get_or_insert_with(|| Box::new(close));
        wake(queue);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.queue.lock().close.is_some()
    }

    #[cfg(test)]
    pub(crate) fn waits(&self) -> bool {
        !self.queue.lock().is_empty()
    }

    /// Whether its client has not caught up since there was no room, or is to go.
    pub(crate) fn is_behind(&self) -> bool {
        let queue = self.queue.lock();
        queue.backlog.is_some() || queue.close.is_some()
    }

    /// Takes as much of what waits as is written at once. If that is all, the task is woken when there is more. For the one
    /// task that writes.
    pub(crate) fn take(&self, cx: &mut Context<'_>) -> Taken {
        let mut queue = self.queue.lock();
        let (mut bursts, missed) = queue.take();
        let is_all = queue.is_empty() && queue.close.is_none();
        if is_all && !queue.writer.as_ref().is_some_and(|writer| writer.will_wake(cx.waker())) {
            queue.writer = Some(cx.waker().clone());
        }
        let close = if queue.is_empty() { queue.close.clone() } else { None };
        drop(queue);
        if !missed.is_empty() {
            // What is missing of what follows is said before it.
            bursts.insert(0, self.told(missed));
        }
        Taken { bursts, close, is_all }
    }

    /// What its client is told of the events that it does not get.
    fn told(&self, missed: Vec<Missed>) -> Arc<Burst> {
        let notices = missed.into_iter().filter_map(|(info, dropped)| {
            let notice = Notice::Dropped { event: info.name.to_owned(), dropped };
            let message = notice.message(self.encoding.format());
            let frame = message.and_then(|message| message.encode_version(self.encoding, self.version));
            let frame = frame.inspect_err(|error| tracing::error!(%error, "a notice cannot be encoded"));
            frame.ok().map(Item::certain)
        });
        Burst::new(notices.collect::<Vec<_>>())
    }
}
