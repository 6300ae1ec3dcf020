//! Events to many connections are collected while a turn runs, and leave together.
//!
//! An event to many connections costs each of them a look at its queue, a waking of its session and a write. A turn often
//! sends several, so its events are buffered: where the turn awaits and where it ends they leave as one [`Broadcast`], and
//! each connection pays once for all of them.
//!
//! What leaves together:
//!
//! - Events that follow each other to the same [`Audience`]. Another audience, or more than goes into one write
//!   ([`BatchLimit::ONE_WRITE`]), sends what is buffered first.
//! - Everything else that goes to a connection, such as an event to it alone, an answer or a close, calls
//!   [`flush`](BroadcastBuffer::flush) first. So each connection gets everything in the order sent.
//!
//! Turns that a session runs one after the other, as their calls came together, are one in this ([`ReadBatch`]): what they
//! broadcast leaves at the end of the last, or of the first that awaits. The connection that they run for is served where
//! they broadcast, so an answer to it needs no flush. What is buffered says for whom that holds; it goes together only with
//! what else that holds for, and is flushed by whoever else ends a turn.
//!
//! Who flushes: the end of a turn, or of one of its polls; and where no turn runs, the one that sends. Turns may run beside
//! each other, as reads do, and code beside the turns may broadcast at any time. So "does a turn run?" and "is something
//! buffered?" are asked on different threads, and an event is lost if both are asked before both are said. The two are one
//! word of state: see `turn_buffer.rs`, and `turn_buffer_model.rs` for what would go wrong.
//!
//! An actor without connections has nothing to buffer: its turns touch nothing here.
//!
//! Locks: the buffer's mutex is held while what is buffered is sent, or something could overtake it. The gate's lock and
//! those of the connections' queues come after it. Nothing under them sends to the buffer, or flushes it.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
};

use super::{
    audience::Audience,
    broadcast::Broadcast,
    read_batch::{self, Collects, ReadBatch},
    turn_buffer::TurnBuffer,
};
use crate::{
    Actor, Conn, ConnId, Durability,
    delivery::{
        batch::Batch,
        encoding_slot::PerSlot,
        outbox::WriteBy,
        outgoing_message::OutgoingMessage,
        queue_size::{BatchLimit, QueueSize},
        turn_id::TurnScope,
    },
    host::pending_output::{ActorGate, PendingOutput},
};

/// The events that the turns of an actor are sending to many connections.
pub(crate) struct BroadcastBuffer<A: Actor> {
    /// Holds them until the state that they speak of is saved, if the actor asks for that.
    gate: ActorGate<A>,
    /// How many connections there are. Without any there is nothing to buffer.
    connected: AtomicUsize,
    buffer: TurnBuffer<Buffered<A>>,
    /// Raised whenever a connection may get other events than before.
    version: AtomicU64,
}

/// An event in each encoding that its audience needs.
pub(crate) type Encodings = PerSlot<Option<OutgoingMessage>>;

struct Buffered<A: Actor> {
    audience: Arc<Audience<A>>,
    /// The connection that lacks nothing of this, if one is being served in a batch.
    served: Option<ConnId>,
    /// The same, if it is one of the audience.
    served_member: Option<Conn<A>>,
    messages: PerSlot<Vec<OutgoingMessage>>,
    /// In the encoding that has most bytes.
    size: QueueSize,
}

impl<A: Actor> BroadcastBuffer<A> {
    pub(in crate::host) fn new(gate: ActorGate<A>) -> Self {
        Self { gate, connected: AtomicUsize::new(0), buffer: TurnBuffer::new(), version: AtomicU64::new(0) }
    }

    /// A connection was opened or closed, or gets other events from now on.
    pub(crate) fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    pub(in crate::host) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(in crate::host) fn set_connected(&self, connected: usize) {
        self.connected.store(connected, Ordering::Relaxed);
        self.changed();
    }

    /// Runs code beside the turns, which may last: what it sends without awaiting belongs together.
    pub(in crate::host) async fn corked_beside<T>(&self, code: impl Future<Output = T>) -> T {
        let mut code = pin!(code);
        poll_fn(|task| Self::corked_poll(Some(self), &mut TurnScope::Unnamed, || code.as_mut().poll(task)))
            .await
    }

    /// Polls a turn. Its events, and those before it, leave where it awaits; an actor without a buffer has none.
    #[inline]
    pub(in crate::host) fn corked_poll<T>(
        this: Option<&Self>,
        scope: &mut TurnScope,
        code: impl FnOnce() -> Poll<T>,
    ) -> Poll<T> {
        let polled = Self::corked_in(this, scope, code);
        if let (Some(this), Poll::Pending) = (this, &polled) {
            scope.enter(|| this.flush());
        }
        polled
    }

    /// Runs a turn that does not await. Its events leave at the end of that, or of the batch that it belongs to.
    #[inline]
    pub(in crate::host) fn corked_in<T>(
        this: Option<&Self>,
        scope: &mut TurnScope,
        code: impl FnOnce() -> T,
    ) -> T {
        scope.enter(|| {
            let cork = this.and_then(Self::cork);
            let result = code();
            drop(cork);
            result
        })
    }

    #[inline]
    fn cork(&self) -> Option<Cork<'_, A>> {
        if self.connected.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let within = read_batch::current(self);
        if within.is_none() {
            self.buffer.begin_turn();
        }
        Some(Cork { buffer: self, within })
    }

    /// Has what the calls of this connection broadcast leave together, as far as they run on this thread before the
    /// batch is dropped. Pointless without others to send it to, and where the gate holds it anyway.
    pub(crate) fn begin_batch(self: &Arc<Self>, conn: ConnId) -> Option<ReadBatch> {
        if self.connected.load(Ordering::Relaxed) < 2 || A::OPTIONS.durability == Durability::Output {
            return None;
        }
        self.buffer.begin_turn();
        Some(ReadBatch::begin(Arc::clone(self), conn))
    }

    /// Sends an event, after those that are buffered.
    pub(in crate::host) fn send(&self, audience: &Arc<Audience<A>>, event: Encodings) {
        let serving = read_batch::current(self);
        let add = |buffered: &mut Option<Buffered<A>>| {
            if let Some(before) = buffered.take_if(|buffered| !buffered.is_for(audience, serving)) {
                before.send(&self.gate);
            }
            if let Some(full) = buffered.take_if(|buffered| !buffered.has_room_for(&event)) {
                full.send(&self.gate);
                read_batch::set_full();
            }
            buffered.get_or_insert_with(|| Buffered::new(audience, serving)).push(event);
        };
        self.buffer.add(add, |buffered| buffered.send(&self.gate));
    }

    /// Sends what is buffered, so that something else can follow it.
    pub(crate) fn flush(&self) {
        self.buffer.flush(|buffered| buffered.send(&self.gate));
    }

    /// The same if what follows is for this connection alone, which may have been served already.
    pub(crate) fn flush_before(&self, conn: ConnId) {
        self.buffer
            .flush_unless(|buffered| buffered.served == Some(conn), |buffered| buffered.send(&self.gate));
    }
}

impl<A: Actor> Collects for BroadcastBuffer<A> {
    fn end_batch(&self) {
        // All of it counts as what one turn sends: nobody could write it meanwhile.
        TurnScope::Unnamed.enter(|| self.buffer.end_turn(|buffered| buffered.send(&self.gate)));
    }
}

/// A turn that runs.
struct Cork<'a, A: Actor> {
    buffer: &'a BroadcastBuffer<A>,
    /// The batch that it belongs to.
    within: Option<ConnId>,
}

impl<A: Actor> Drop for Cork<'_, A> {
    fn drop(&mut self) {
        let BroadcastBuffer { buffer, gate, .. } = self.buffer;
        let flush = |buffered: Buffered<A>| buffered.send(gate);
        if self.within.is_none() {
            return buffer.end_turn(flush);
        }
        let serving = read_batch::current_with_room(self.buffer);
        buffer.flush_unless(|buffered| serving.is_some() && buffered.served == serving, flush);
    }
}

impl<A: Actor> Buffered<A> {
    fn new(audience: &Arc<Audience<A>>, served: Option<ConnId>) -> Self {
        let messages = std::array::from_fn(|_| Vec::new());
        let served_member = served.and_then(|conn| audience.member(conn)).cloned();
        Self { audience: Arc::clone(audience), served, served_member, messages, size: QueueSize::default() }
    }

    fn is_for(&self, audience: &Arc<Audience<A>>, served: Option<ConnId>) -> bool {
        Arc::ptr_eq(&self.audience, audience) && self.served == served
    }

    fn has_room_for(&self, event: &Encodings) -> bool {
        let with_it = QueueSize { messages: self.size.messages + 1, bytes: self.size.bytes + largest(event) };
        BatchLimit::ONE_WRITE.allows(with_it)
    }

    fn push(&mut self, event: Encodings) {
        if let Some(conn) = &self.served_member {
            serve(conn, &event);
        }
        self.size += QueueSize { messages: 1, bytes: largest(&event) };
        for (messages, message) in self.messages.iter_mut().zip(event) {
            messages.extend(message);
        }
    }

    fn send(self, gate: &ActorGate<A>) {
        let broadcast = Broadcast::new(self.audience, self.served_member, self.messages);
        match A::OPTIONS.durability {
            // What speaks of a state that is void is void.
            Durability::Output => drop(gate.send(PendingOutput::Broadcast(broadcast))),
            Durability::Reply | Durability::Relaxed => broadcast.send(),
        }
    }
}

/// Sends an event to a connection that does not wait for the others.
fn serve<A: Actor>(conn: &Conn<A>, event: &Encodings) {
    let Some(message) = conn.encoding_slot().and_then(|slot| event[slot.index()].clone()) else { return };
    let index = message.event;
    let is_taken = conn.send_batch(Batch::of(message), WriteBy::Session).is_ok();
    if let Some(index) = index {
        conn.meters().delivered(index, u64::from(is_taken));
    }
}

fn largest(event: &Encodings) -> usize {
    event.iter().flatten().map(|message| message.payload.len()).max().unwrap_or_default()
}
