//! Fan-out: what is sent to many connections goes out together.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;

use super::broadcast::Broadcast;
use crate::{
    Actor, Conn, Durability,
    delivery::{
        encoding_slot::EncodingSlot, outbox::Outbox, outgoing_message::OutgoingMessage, turn_id::TurnScope,
    },
    host::pending_output::{ActorGate, PendingOutput},
};

/// The events that the turns of an actor are sending to all who want them.
///
/// While a turn runs, its events are kept; where it awaits and where it ends they go out, those that follow each other to
/// the same connections as one. So a batch costs each connection one look at its queue, one waking and one write. Whatever
/// else is sent to a connection lets them go first.
pub(crate) struct BroadcastBuffer<A: Actor> {
    /// Where they wait, if they are held until what they speak of is saved.
    gate: ActorGate<A>,
    /// How many are connected. Where nobody is there is nothing to keep.
    connected: AtomicUsize,
    /// Turns that run now.
    corks: AtomicUsize,
    is_keeping: AtomicBool,
    kept: Mutex<Option<Buffered<A>>>,
    /// Raised whenever somebody may get other events than before.
    version: AtomicU64,
}

/// Who gets an event.
pub(crate) struct Audience<A: Actor> {
    /// In the order they joined.
    pub(in crate::host) conns: Vec<Conn<A>>,
    /// Of those that have one.
    pub(in crate::host) outboxes: Arc<[Arc<Outbox>]>,
    /// Which ways lead to them.
    pub(in crate::host) channels: [bool; EncodingSlot::COUNT],
}

/// An event as it goes each way.
pub(crate) type Items = [Option<OutgoingMessage>; EncodingSlot::COUNT];

struct Buffered<A: Actor> {
    audience: Arc<Audience<A>>,
    messages: [Vec<OutgoingMessage>; EncodingSlot::COUNT],
    events: usize,
    bytes: usize,
}

impl<A: Actor> BroadcastBuffer<A> {
    /// What goes out as one: as much as a connection writes at once.
    const MOST: (usize, usize) = (128, 64 << 10);

    pub(in crate::host) fn new(gate: ActorGate<A>) -> Self {
        Self {
            gate,
            connected: AtomicUsize::new(0),
            corks: AtomicUsize::new(0),
            is_keeping: AtomicBool::new(false),
            kept: Mutex::new(None),
            version: AtomicU64::new(0),
        }
    }

    /// Somebody joined, left, or gets other events from now on.
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

    /// Runs a turn, whose events go out at its end.
    pub(in crate::host) fn corked<T>(&self, turn: impl FnOnce() -> T) -> T {
        self.corked_in(&mut TurnScope::Unnamed, turn)
    }

    /// Runs a turn, whose events go out wherever it awaits and at its end.
    pub(in crate::host) async fn corked_async<T>(&self, turn: impl Future<Output = T>) -> T {
        let (mut turn, mut scope) = (pin!(turn), TurnScope::Unnamed);
        poll_fn(|task| self.corked_in(&mut scope, || turn.as_mut().poll(task))).await
    }

    /// Runs code beside the turns, which may last: what it sends without awaiting belongs together.
    pub(in crate::host) async fn corked_beside<T>(&self, code: impl Future<Output = T>) -> T {
        let mut code = pin!(code);
        poll_fn(|task| self.corked(|| code.as_mut().poll(task))).await
    }

    fn corked_in<T>(&self, scope: &mut TurnScope, code: impl FnOnce() -> T) -> T {
        scope.enter(|| {
            let cork = self.cork();
            let result = code();
            drop(cork);
            result
        })
    }

    fn cork(&self) -> Option<Cork<'_, A>> {
        if self.connected.load(Ordering::Relaxed) == 0 {
            return None;
        }
        self.corks.fetch_add(1, Ordering::SeqCst);
        Some(Cork(self))
    }

    /// Sends an event, after those that are kept.
    pub(in crate::host) fn send(&self, audience: &Arc<Audience<A>>, event: Items) {
        let mut kept = self.kept.lock();
        if let Some(full) = kept.take_if(|kept| !kept.has_room_for(audience, &event)) {
            full.spread(&self.gate);
        }
        kept.get_or_insert_with(|| Buffered::new(audience)).push(event);
        // In this order, and the other way round where a turn ends: one of the two sees the other.
        self.is_keeping.store(true, Ordering::SeqCst);
        if self.corks.load(Ordering::SeqCst) == 0 {
            self.spread(&mut kept);
        }
    }

    /// Lets go of what is kept.
    pub(crate) fn flush(&self) {
        if self.is_keeping.load(Ordering::SeqCst) {
            self.spread(&mut self.kept.lock());
        }
    }

    // Under the lock: what is sent meanwhile must not overtake.
    fn spread(&self, kept: &mut Option<Buffered<A>>) {
        self.is_keeping.store(false, Ordering::SeqCst);
        if let Some(kept) = kept.take() {
            kept.spread(&self.gate);
        }
    }
}

/// A turn that runs.
struct Cork<'a, A: Actor>(&'a BroadcastBuffer<A>);

impl<A: Actor> Drop for Cork<'_, A> {
    fn drop(&mut self) {
        self.0.corks.fetch_sub(1, Ordering::SeqCst);
        self.0.flush();
    }
}

impl<A: Actor> Buffered<A> {
    fn new(audience: &Arc<Audience<A>>) -> Self {
        let messages = std::array::from_fn(|_| Vec::new());
        Self { audience: Arc::clone(audience), messages, events: 0, bytes: 0 }
    }

    fn has_room_for(&self, audience: &Arc<Audience<A>>, event: &Items) -> bool {
        let (most, most_bytes) = BroadcastBuffer::<A>::MOST;
        Arc::ptr_eq(&self.audience, audience)
            && self.events < most
            && self.bytes + largest(event) <= most_bytes
    }

    fn push(&mut self, event: Items) {
        self.events += 1;
        self.bytes += largest(&event);
        for (messages, message) in self.messages.iter_mut().zip(event) {
            messages.extend(message);
        }
    }

    fn spread(self, gate: &ActorGate<A>) {
        let broadcast = Broadcast::new(self.audience, self.messages);
        match A::OPTIONS.durability {
            // What speaks of a state that is void is void.
            Durability::Output => drop(gate.send(PendingOutput::Broadcast(broadcast))),
            Durability::Reply | Durability::Relaxed => broadcast.send(),
        }
    }
}

fn largest(event: &Items) -> usize {
    event.iter().flatten().map(|message| message.payload.len()).max().unwrap_or_default()
}
