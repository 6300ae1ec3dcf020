//! What waits to be written to one connection: the actor fills it, and the session that has the socket empties it.
//!
//! # Room
//!
//! The actor's side never waits. A message that fits is queued, and that is all for clients that keep up. Where there is no
//! room, `room.rs` looks for some, in this order:
//!
//! 1. A replaceable message takes the place of the earlier one of its event and key ([`Backlog`]).
//! 2. Once the client has been found not to take what it is offered, the oldest droppable messages go.
//! 3. One turn may send beyond the limits of the queue, as nobody could write meanwhile ([`Excess`]; the turn is told from
//!    others by its [`TurnId`](super::turn_id::TurnId)).
//! 4. Otherwise the connection is closed with `message.outgoing_queue_full`, or the sender hears of it ([`TooMuch`]).
//!
//! So a client that does not read costs its server no more than [`Limits::send_queue_bytes`] bytes. What is known of a client
//! that does not keep up is in `slow.rs`; a client that does has none of it. Messages that are replaced while they wait are
//! written at the pace at which the client reads them ([`Pacing`](pacing::Pacing)).
//!
//! # Writing
//!
//! The session writes: [`Outbox::send`] wakes it, [`Outbox::take`] gives it as much as goes into one write
//! ([`BatchLimit::ONE_WRITE`](super::queue_size::BatchLimit::ONE_WRITE)), and a close is last. An event to many connections
//! would wake many sessions. So a session that has nothing to write lends its writer, messages are queued with
//! [`WriteBy::Flush`], and [`Outbox::flush`] writes them from a few tasks. `write.rs` has both, and `lending.rs` says how the writer goes to and fro.
//!
//! # Locks
//!
//! One mutex for the queue. No system call, no waking and no other lock is under it.

mod close;
mod excess;
mod lending;
mod pacing;
mod queue;
mod room;
mod slow;
#[cfg(test)]
mod tests;
mod write;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

use self::queue::{Bounds, NoRoom, Queue};
pub(crate) use self::{close::Close, pacing::Ping, write::flush};
use super::{
    batch::{Batch, Batches},
    direct_write::DirectWrite,
    drop_counters::DropCounters,
    outgoing_message::OutgoingMessage,
};
use crate::{
    Limits,
    error::Code,
    limits::memory_budget::MemoryBudget,
    util::{log, shown::shown},
    wire::{Encoding, Notice, ToClient},
};

/// The bounded queue of one connection, and its close.
// In this order in memory: what each event asks for is first, and together.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Outbox {
    encoding: Encoding,
    /// The protocol version that the peer speaks.
    version: u16,
    queue: Mutex<Queue>,
    limits: Arc<Limits>,
    /// What the memory is charged to that is held for its client.
    budget: Option<MemoryBudget>,
    /// Counts what its client does not get.
    counters: OnceLock<Arc<DropCounters>>,
}

/// What the session is to write next.
#[derive(Debug, Default)]
pub(crate) struct NextWrite {
    /// The writer, if it was lent. If it is stuck there is nothing else yet.
    pub(crate) writer: Option<Box<dyn DirectWrite>>,
    pub(crate) batches: Batches,
    /// A ping that follows them.
    pub(crate) ping: Option<Ping>,
    /// The close that follows them.
    pub(crate) close: Option<Box<Close>>,
    /// Whether nothing is left that could be written now.
    pub(crate) is_all: bool,
    /// Whether something is left that waits for the answer to a ping.
    pub(crate) is_held: bool,
}

/// One turn has sent more than [`Limits::send_queue_excess`] beyond the limits of a queue, or there is no memory for it.
#[derive(Debug)]
pub(crate) struct TooMuch {
    /// The event that had no room, if it is one.
    pub(crate) event: Option<usize>,
    /// Bytes that wait.
    pub(crate) waiting: usize,
}

/// Who writes what is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WriteBy {
    /// The session, which is woken.
    Session,
    /// The caller of [`Outbox::flush`], which has to follow, if the session has lent its writer.
    Flush,
}

/// Wakes the session, past the lock.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let session = queue.session.take();
    drop(queue);
    if let Some(session) = session {
        session.wake();
    }
}

impl Outbox {
    pub(crate) fn new(encoding: Encoding, version: u16, limits: Arc<Limits>) -> Self {
        Self { encoding, version, limits, budget: None, queue: Mutex::default(), counters: OnceLock::new() }
    }

    /// The same, with what it holds charged to this budget.
    pub(crate) fn charged_to(self, budget: MemoryBudget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// What the memory is charged to that is held for its client, if it is limited.
    pub(crate) fn budget(&self) -> Option<&MemoryBudget> {
        self.budget.as_ref()
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Counts what is dropped of its events here: set once, by the actor that the connection is to.
    pub(crate) fn count_drops(&self, counters: Arc<DropCounters>) {
        let _ = self.counters.set(counters);
    }

    /// Whether some of its events can be replaced, and so are to wait here rather than in the system's buffers.
    pub(crate) fn has_replaceable(&self) -> bool {
        self.counters.get().is_some_and(|counters| counters.has_replaceable())
    }

    /// Encodes a message for this connection; one that cannot be encoded closes it.
    pub(crate) fn encode(&self, message: &ToClient) -> Option<Bytes> {
        message
            .encode_version(self.encoding, self.version)
            .inspect_err(|error| {
                log::error!(error = shown(&error), "cannot encode a message; closing its connection");
                self.close(Close::of(Code::SendFailed));
            })
            .ok()
    }

    /// Sends a message; `false` if the connection is closing or the message cannot be encoded.
    pub(crate) fn send_message(&self, message: &ToClient) -> bool {
        self.encode(message).is_some_and(|payload| self.send(Batch::of(OutgoingMessage::reliable(payload))))
    }

    /// Sends an event of callboard's own, which counts like any message.
    pub(crate) fn send_notice(&self, notice: &Notice) {
        match notice.message(self.encoding.format()) {
            Ok(message) => drop(self.send_message(&message)),
            Err(error) => log::error!(error = shown(&error), "cannot encode a notice; it is not sent"),
        }
    }

    /// Queues messages for the session to write; `false` if the connection is closing, or closes now because it is full. A
    /// message that is dropped counts as sent: its client is told how many were dropped.
    pub(crate) fn send(&self, batch: Arc<Batch>) -> bool {
        self.send_for(WriteBy::Session, batch)
    }

    /// The same, for the session or for a flush to write.
    pub(crate) fn send_for(&self, writer: WriteBy, batch: Arc<Batch>) -> bool {
        self.try_send(writer, batch).unwrap_or_else(|TooMuch { event, .. }| {
            self.close_full(event);
            false
        })
    }

    /// The same, but the caller decides what becomes of a connection that one turn has sent too much.
    pub(crate) fn try_send(&self, writer: WriteBy, batch: Arc<Batch>) -> Result<bool, TooMuch> {
        let mut queue = self.queue.lock();
        if queue.close.is_some() {
            return Ok(false);
        }
        match queue.push(batch, self.bounds()) {
            Ok(()) => {}
            Err((NoRoom::TooMuch, event)) => return Err(TooMuch { event, waiting: queue.bytes() }),
            Err((NoRoom::Full, event)) => self.set_full(&mut queue, event),
        }
        let is_queued = queue.close.is_none();
        match writer {
            WriteBy::Flush if is_queued && queue.lending.is_lent() => {}
            WriteBy::Session | WriteBy::Flush if queue.is_held() => {}
            WriteBy::Session | WriteBy::Flush => wake(queue),
        }
        Ok(is_queued)
    }

    fn bounds(&self) -> Bounds<'_> {
        let (limits, budget) = (&*self.limits, self.budget.as_ref());
        Bounds { limits, budget, counters: self.counters.get().map(|counters| &**counters) }
    }

    /// Closes the connection because there is no room for this event, or message.
    pub(crate) fn close_full(&self, event: Option<usize>) {
        let mut queue = self.queue.lock();
        if queue.close.is_none() {
            self.set_full(&mut queue, event);
            wake(queue);
        }
    }

    fn set_full(&self, queue: &mut Queue, event: Option<usize>) {
        queue.close = Some(Box::new(Close::of(Code::OutgoingQueueFull)));
        if let (Some(counters), Some(event)) = (self.counters.get(), event) {
            counters.disconnected(event);
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
        queue.is_behind() || queue.close.is_some()
    }

    /// The client does not take what is being written, or has yet to say that it has read what was written before. Returns
    /// since when it does not take what one turn has sent beyond the limits of the queue, if one has.
    pub(crate) fn mark_stuck(&self) -> Option<Instant> {
        self.queue.lock().mark_stuck()
    }

    /// The client has answered a ping.
    pub(crate) fn ping_answered(&self, answer: &[u8]) {
        self.queue.lock().ping_answered(answer);
    }

    /// Since when its client has not answered a ping.
    pub(crate) fn unanswered_since(&self) -> Option<Instant> {
        self.queue.lock().unanswered_since()
    }
}
