//! What waits to be written to one connection: filled by the actor, emptied by the gateway that holds the socket.

mod excess;
mod pacing;
mod queue;
mod room;
mod slow;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, OnceLock},
    task::Context,
};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

pub(crate) use self::pacing::Probe;
use self::queue::{Bounds, NoRoom, Portion, Queue};
use super::{
    backlog::DroppedEvents,
    batch::{Batch, Batches},
    drop_counters::DropCounters,
    outgoing_message::OutgoingMessage,
};
use crate::{
    Fault, Limits,
    error::Code,
    limits::memory_budget::MemoryBudget,
    server::net::direct_writer::DirectWriter,
    util::{log, shown::shown, task},
    wire::{Encoding, Notice, ToClient},
};

/// The bounded queue of one connection, and its close.
///
/// The actor's side never waits: what does not fit is dropped, if it is an event that may be, or closes the connection, so
/// that a client that does not read costs its server no more than [`Limits::send_queue_bytes`] bytes.
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
    account: Option<MemoryBudget>,
    /// Where it is counted what its client does not get.
    counters: OnceLock<Arc<DropCounters>>,
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
    /// The close that says one of the framework's codes.
    pub(crate) fn of(code: Code) -> Self {
        let status = match code {
            Code::TooManyConnections => 1013,
            Code::UnsupportedEncoding => 1003,
            _ => 1011,
        };
        Self::new(status, code.to_string())
    }

    /// The close that says this fault.
    pub(crate) fn of_fault(fault: &Fault) -> Self {
        match Code::find(fault.group(), fault.code()) {
            Some(code) => Self::of(code),
            None => Self::new(1011, fault.reason()),
        }
    }

    pub(crate) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        while reason.len() > 123 {
            reason.pop();
        }
        Self { code, reason }
    }
}

/// What is to be written next.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// What to write with, if it was lent. If it is stuck there is nothing else yet.
    pub(crate) pen: Option<DirectWriter>,
    pub(crate) batches: Batches,
    /// A ping that follows them.
    pub(crate) probe: Option<Probe>,
    /// Follows them, and is the last.
    pub(crate) close: Option<Box<Close>>,
    /// Whether nothing is left that could be written now.
    pub(crate) is_all: bool,
    /// Whether something is, for which the answer to a ping is waited for.
    pub(crate) is_held: bool,
}

/// One turn has sent more than [`Limits::send_queue_excess`] beyond the limits of a queue, or nobody has room for it.
#[derive(Debug)]
pub(crate) struct TooMuch {
    /// That had no room, if it is one.
    pub(crate) event: Option<usize>,
    /// Bytes that wait.
    pub(crate) waiting: usize,
}

/// Who writes what is pushed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Writer {
    /// The session, which is woken.
    Session,
    /// Whoever calls [`Outbox::flush`] next, if the session rests.
    Flush,
}

impl Outbox {
    pub(crate) fn new(encoding: Encoding, version: u16, limits: Arc<Limits>) -> Self {
        Self { encoding, version, limits, account: None, queue: Mutex::default(), counters: OnceLock::new() }
    }

    /// It is known for whom it is.
    pub(crate) fn charged_to(self, account: MemoryBudget) -> Self {
        Self { account: Some(account), ..self }
    }

    /// Where it is counted what is held for its client, if anybody counts.
    pub(crate) fn account(&self) -> Option<&MemoryBudget> {
        self.account.as_ref()
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Queues a message; `false` if the connection is closing or the message cannot be encoded.
    pub(crate) fn send(&self, message: &ToClient) -> bool {
        self.encode(message).is_some_and(|payload| self.push(Batch::of(OutgoingMessage::reliable(payload))))
    }

    /// Queues an event of callboard's own, which counts like any message.
    pub(crate) fn tell(&self, notice: &Notice) {
        match notice.message(self.encoding.format()) {
            Ok(message) => drop(self.send(&message)),
            Err(error) => log::error!(error = shown(&error), "a notice cannot be encoded"),
        }
    }

    /// Encodes a message for this connection; one that cannot be encoded closes it.
    pub(crate) fn encode(&self, message: &ToClient) -> Option<Bytes> {
        message
            .encode_version(self.encoding, self.version)
            .inspect_err(|error| {
                log::error!(error = shown(&error), "a message cannot be encoded");
                self.close(Close::of(Code::SendFailed));
            })
            .ok()
    }

    /// It is known whose events it carries: what is lost of them is counted there.
    pub(crate) fn count_in(&self, counters: Arc<DropCounters>) {
        // Set once, by the actor that the connection is to.
        let _ = self.counters.set(counters);
    }

    /// Whether some of what it carries grows old, and is to wait here rather than where it cannot be replaced.
    pub(crate) fn has_values(&self) -> bool {
        self.counters.get().is_some_and(|counters| counters.has_values())
    }

    /// Queues messages; `false` if the connection is closing, or closes now because it is full. One that is dropped was
    /// taken: its client is told how many were.
    pub(crate) fn push(&self, batch: Arc<Batch>) -> bool {
        self.push_for(Writer::Session, batch)
    }

    /// The same, with a say in who writes it.
    pub(crate) fn push_for(&self, writer: Writer, batch: Arc<Batch>) -> bool {
        self.try_push(writer, batch).unwrap_or_else(|TooMuch { event, .. }| {
            self.refuse(event);
            false
        })
    }

    /// The same, but it is left to the caller what becomes of a connection that one turn has sent too much.
    pub(crate) fn try_push(&self, writer: Writer, batch: Arc<Batch>) -> Result<bool, TooMuch> {
        let mut queue = self.queue.lock();
        if queue.close.is_some() {
            return Ok(false);
        }
        match queue.push(batch, self.bounds()) {
            Ok(()) => {}
            Err((NoRoom::TooMuch, event)) => return Err(TooMuch { event, waiting: queue.bytes() }),
            Err((NoRoom::Full, event)) => self.close_full(&mut queue, event),
        }
        let is_taken = queue.close.is_none();
        match writer {
            Writer::Flush if is_taken && queue.pen.is_some() => {}
            Writer::Session | Writer::Flush if queue.is_held() => {}
            Writer::Session | Writer::Flush => wake(queue),
        }
        Ok(is_taken)
    }

    fn bounds(&self) -> Bounds<'_> {
        let (limits, account) = (&*self.limits, self.account.as_ref());
        Bounds { limits, account, counters: self.counters.get().map(|counters| &**counters) }
    }

    /// Closes the connection because there is no room for this event, or message.
    pub(crate) fn refuse(&self, event: Option<usize>) {
        let mut queue = self.queue.lock();
        if queue.close.is_none() {
            self.close_full(&mut queue, event);
            wake(queue);
        }
    }

    fn close_full(&self, queue: &mut Queue, event: Option<usize>) {
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

    /// Its client does not take what is being written, or has yet to say that it has read what was written before. Says
    /// since when it does not take what one turn has sent beyond the limits of the queue, if one has.
    pub(crate) fn found_stuck(&self) -> Option<Instant> {
        self.queue.lock().found_stuck()
    }

    /// Its client has answered a ping.
    pub(crate) fn answered(&self, answer: &[u8]) {
        self.queue.lock().answered(answer);
    }

    /// Since when its client has not answered a ping.
    pub(crate) fn unanswered_since(&self) -> Option<Instant> {
        self.queue.lock().unanswered_since()
    }

    /// Writes what waits, if the session rests; that is woken if anything is left to do.
    pub(crate) fn flush(&self) {
        let mut queue = self.queue.lock();
        if queue.flush(self.encoding.is_text()) {
            wake(queue);
        }
    }

    /// The session rests, and has nothing to write.
    pub(crate) fn lend(&self, pen: DirectWriter) {
        self.queue.lock().pen = Some(pen);
    }

    /// There is no session any more.
    pub(crate) fn take_back(&self) -> Option<DirectWriter> {
        self.queue.lock().pen.take()
    }

    /// Takes as much of what waits as is written at once. If that is all, the task is woken when there is more. For the one
    /// task that writes.
    pub(crate) fn take(&self, cx: &mut Context<'_>) -> Taken {
        let mut queue = self.queue.lock();
        let pen = queue.pen.take();
        if pen.as_ref().is_some_and(DirectWriter::is_stuck) {
            return Taken { pen, ..Taken::default() };
        }
        let Portion { mut batches, dropped, probe } = queue.take(self.bounds());
        let is_held = queue.is_held();
        let is_all = is_held || (queue.is_empty() && queue.close.is_none());
        if is_all && !queue.writer.as_ref().is_some_and(|writer| writer.will_wake(cx.waker())) {
            queue.writer = Some(cx.waker().clone());
        }
        let close = if queue.is_empty() { queue.close.clone() } else { None };
        drop(queue);
        if !dropped.is_empty() {
            // What is missing of what follows is said before it.
            batches.insert(0, self.told(dropped));
        }
        Taken { pen, batches, probe, close, is_all, is_held }
    }

    /// What its client is told of the events that it does not get.
    fn told(&self, dropped: Vec<DroppedEvents>) -> Arc<Batch> {
        let notices = dropped.into_iter().filter_map(|DroppedEvents { info, count }| {
            let notice = Notice::Dropped { event: info.name.to_owned(), dropped: count };
            let message = notice.message(self.encoding.format());
            let payload = message.and_then(|message| message.encode_version(self.encoding, self.version));
            let payload =
                payload.inspect_err(|error| log::error!(error = shown(&error), "a notice cannot be encoded"));
            payload.ok().map(OutgoingMessage::reliable)
        });
        Batch::new(notices.collect::<Vec<_>>())
    }
}

/// Writes what waits in these: not now, as an actor waits for it, and not all at once, as others have something to do too.
pub(crate) fn flush(outboxes: &Arc<[Arc<Outbox>]>) {
    /// As many as one task writes to.
    const GROUP: usize = 16;
    for begin in (0..outboxes.len()).step_by(GROUP) {
        let outboxes = Arc::clone(outboxes);
        task::spawn(async move { outboxes.iter().skip(begin).take(GROUP).for_each(|outbox| outbox.flush()) });
    }
}
