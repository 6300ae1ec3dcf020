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
};

use super::{audience::Audience, broadcast::Broadcast, turn_buffer::TurnBuffer};
use crate::{
    Actor, Durability,
    delivery::{
        encoding_slot::PerSlot,
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
        poll_fn(|task| self.corked_in(&mut TurnScope::Unnamed, || code.as_mut().poll(task))).await
    }

    /// Runs a turn, or one poll of it. Its events leave at the end of that.
    #[inline]
    pub(in crate::host) fn corked_in<T>(&self, scope: &mut TurnScope, code: impl FnOnce() -> T) -> T {
        scope.enter(|| {
            let cork = self.cork();
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
        self.buffer.begin_turn();
        Some(Cork(self))
    }

    /// Sends an event, after those that are buffered.
    pub(in crate::host) fn send(&self, audience: &Arc<Audience<A>>, event: Encodings) {
        let add = |buffered: &mut Option<Buffered<A>>| {
            if let Some(full) = buffered.take_if(|buffered| !buffered.has_room_for(audience, &event)) {
                full.send(&self.gate);
            }
            buffered.get_or_insert_with(|| Buffered::new(audience)).push(event);
        };
        self.buffer.add(add, |buffered| buffered.send(&self.gate));
    }

    /// Sends what is buffered, so that something else can follow it.
    pub(crate) fn flush(&self) {
        self.buffer.flush(|buffered| buffered.send(&self.gate));
    }
}

/// A turn that runs.
struct Cork<'a, A: Actor>(&'a BroadcastBuffer<A>);

impl<A: Actor> Drop for Cork<'_, A> {
    fn drop(&mut self) {
        self.0.buffer.end_turn(|buffered| buffered.send(&self.0.gate));
    }
}

impl<A: Actor> Buffered<A> {
    fn new(audience: &Arc<Audience<A>>) -> Self {
        let messages = std::array::from_fn(|_| Vec::new());
        Self { audience: Arc::clone(audience), messages, size: QueueSize::default() }
    }

    fn has_room_for(&self, audience: &Arc<Audience<A>>, event: &Encodings) -> bool {
        let with_it = QueueSize { messages: self.size.messages + 1, bytes: self.size.bytes + largest(event) };
        Arc::ptr_eq(&self.audience, audience) && BatchLimit::ONE_WRITE.allows(with_it)
    }

    fn push(&mut self, event: Encodings) {
        self.size += QueueSize { messages: 1, bytes: largest(&event) };
        for (messages, message) in self.messages.iter_mut().zip(event) {
            messages.extend(message);
        }
    }

    fn send(self, gate: &ActorGate<A>) {
        let broadcast = Broadcast::new(self.audience, self.messages);
        match A::OPTIONS.durability {
            // What speaks of a state that is void is void.
            Durability::Output => drop(gate.send(PendingOutput::Broadcast(broadcast))),
            Durability::Reply | Durability::Relaxed => broadcast.send(),
        }
    }
}

fn largest(event: &Encodings) -> usize {
    event.iter().flatten().map(|message| message.payload.len()).max().unwrap_or_default()
}
