//! A connection as its actor sees it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};

use super::{ParamsOf, ReplyOf, raw_socket::Closing};
#[cfg(feature = "client")]
use crate::host::LocalPeer;
use crate::{
    Actor, ConnId, Contract, Durability, Event, EventInfo, EventOf, Fault, Limits,
    delivery::{
        batch::Batch,
        encoded_event::{EncodedEvent, SendError},
        encoding_slot::EncodingSlot,
        outbox::{Close, Outbox, TooMuch, WriteBy},
        outgoing_message::OutgoingMessage,
        subscriptions::{Asked, Subscriptions},
    },
    error::faults,
    host::{
        ActorGate, BroadcastBuffer, Flow, PendingOutput, Source, Unheld, connections::in_flight::InFlight,
        release, turn::decode,
    },
    meters::ActorMeters,
    wire::{Notice, ToClient},
};

/// One open connection of actor `A`: its identity, what the actor remembers about it, and the way to send to it.
///
/// A raw WebSocket is a connection too: it has an id, params and a state, and it can be disconnected. It gets no events:
/// [`send`](Self::send) and broadcasts pass it over.
///
/// This is a handle: clones are the same connection. It can be kept, and outlives the connection itself;
/// [`send`](Self::send) then returns `false`.
pub struct Conn<A: Actor>(Arc<Inner<A>>);

// In this order in memory: what each event asks for is first, and together. Of many connections nothing else is in a
// cache by the time that the next event comes.
#[repr(C)]
struct Inner<A: Actor> {
    open: AtomicBool,
    peer: Peer<A>,
    /// How many outputs for it wait at the gate.
    waiting: AtomicUsize,
    /// Bytes of the events among them.
    waiting_bytes: AtomicUsize,
    id: ConnId,
    source: Source,
    params: ParamsOf<A>,
    state: RwLock<Arc<A::ConnState>>,
    subscriptions: Subscriptions,
    /// Holds events until the state that they speak of is saved, if the actor asks for that.
    gate: ActorGate<A>,
    /// Buffers events to many connections while a turn runs.
    broadcasts: Arc<BroadcastBuffer<A>>,
    /// Counts calls that wait for their answers, and subscriptions that wait for the actor.
    in_flight: Mutex<InFlight>,
    limits: Arc<Limits>,
    meters: Arc<ActorMeters>,
}

/// What a connection is made of.
pub(crate) struct NewConn<A: Actor> {
    pub(crate) id: ConnId,
    pub(crate) source: Source,
    pub(crate) params: ParamsOf<A>,
    pub(crate) state: A::ConnState,
    pub(crate) peer: Peer<A>,
    pub(crate) gate: ActorGate<A>,
    pub(crate) broadcasts: Arc<BroadcastBuffer<A>>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) meters: Arc<ActorMeters>,
}

/// The other end of a connection.
pub(crate) enum Peer<A: Actor> {
    /// A gateway, which carries bytes.
    Wire(Arc<Outbox>),
    /// A client in this process.
    #[cfg(feature = "client")]
    Local(Arc<dyn LocalPeer<A::Contract>>),
    /// A raw WebSocket: only its handler writes to it.
    Raw(Arc<Closing>),
    /// A single call that was made with params: there is nobody to send events to.
    Call(std::marker::PhantomData<fn() -> A>),
}

impl<A: Actor> Conn<A> {
    pub(crate) fn new(new: NewConn<A>) -> Self {
        let NewConn { id, source, params, state, peer, gate, broadcasts, limits, meters } = new;
        let subscriptions = Subscriptions::new(events::<A>().len(), !A::HOOKS.on_subscribe.is_empty());
        let state = RwLock::new(Arc::new(state));
        let (waiting, waiting_bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let budget = if let Peer::Wire(outbox) = &peer { outbox.budget() } else { None };
        let in_flight = Mutex::new(budget.cloned().map(InFlight::charged_to).unwrap_or_default());
        Self(Arc::new(Inner {
            open: AtomicBool::new(true),
            peer,
            waiting,
            waiting_bytes,
            id,
            source,
            params,
            state,
            subscriptions,
            gate,
            broadcasts,
            in_flight,
            limits,
            meters,
        }))
    }

    /// Its identity: unique, stable for the connection's life, never reused.
    #[must_use]
    pub fn id(&self) -> ConnId {
        self.0.id
    }

    /// What the client passed to `connect`.
    #[must_use]
    pub fn params(&self) -> &ParamsOf<A> {
        &self.0.params
    }

    /// What the actor remembers about it, as of now: made by `#[on_before_connect]`, or set since.
    #[must_use]
    pub fn state(&self) -> Arc<A::ConnState> {
        Arc::clone(&self.0.state.read())
    }

    /// Replaces what the actor remembers about it.
    pub fn set_state(&self, state: A::ConnState) {
        *self.0.state.write() = Arc::new(state);
    }

    /// Changes what the actor remembers about it. Snapshots taken before keep the old value.
    pub fn update_state(&self, change: impl FnOnce(&mut A::ConnState))
    where
        A::ConnState: Clone,
    {
        change(Arc::make_mut(&mut self.0.state.write()));
    }

    /// Whether it is still open. It may close at any moment after.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.open.load(Ordering::Acquire)
    }

    /// Sends an event to this connection alone, whatever it subscribed to.
    ///
    /// Returns `false` if the connection is closed. Returns `false` and logs an error if the event cannot be sent at all, or
    /// if one turn sends more than [`Limits::send_queue_excess`] grants. [`try_send`](Self::try_send) says which.
    pub fn send<E: EventOf<A::Contract>>(&self, event: &E) -> bool {
        self.try_send(event).inspect_err(SendError::log::<A::Contract, E>).is_ok()
    }

    /// Sends an event to this connection alone, or says why not.
    pub fn try_send<E: EventOf<A::Contract>>(&self, event: &E) -> Result<(), SendError> {
        let sent = self.send_encoded(&mut EncodedEvent::new(event));
        if sent.is_ok() {
            self.0.meters.published(E::INDEX, Some(self.id()), 1);
            self.0.meters.delivered(E::INDEX, 1);
        }
        sent
    }

    /// Closes the connection once everything that was sent to it is written, including answers and events that wait for a
    /// save. With `durability = "output"` the close itself waits for the save, like an event. The client sees close code
    /// 1000 and `reason` (cut at 123 bytes). Clients that reconnect by themselves come back as a new connection; only
    /// `#[on_before_connect]` can keep them away.
    pub fn disconnect(&self, reason: &str) {
        self.close(Close::new(1000, reason));
    }

    /// Closes it after what was sent to it before, wherever that waits.
    pub(crate) fn close(&self, close: Close) {
        self.0.broadcasts.flush();
        let closing = PendingOutput::Close { conn: self.clone(), close };
        match A::OPTIONS.durability {
            Durability::Output => {
                if let Err(closing) = self.0.gate.send(closing) {
                    // What was sent before is void, and this would be nothing to wait for.
                    release(closing);
                }
            }
            Durability::Reply | Durability::Relaxed => self.0.gate.send_in_order(closing),
        }
    }

    /// Closes it after what is in its queue.
    pub(crate) fn close_now(&self, close: Close) {
        match &self.0.peer {
            Peer::Wire(outbox) => outbox.close(close),
            #[cfg(feature = "client")]
            Peer::Local(peer) => peer.close(close),
            Peer::Raw(closing) => closing.close(close),
            Peer::Call(_) => {}
        }
    }

    pub(crate) fn meters(&self) -> &ActorMeters {
        &self.0.meters
    }

    pub(crate) fn peer(&self) -> &Peer<A> {
        &self.0.peer
    }

    /// Its queue, if its client is reached over a socket.
    pub(crate) fn outbox(&self) -> Option<&Arc<Outbox>> {
        if let Peer::Wire(outbox) = &self.0.peer { Some(outbox) } else { None }
    }

    /// The share of the actor that it takes.
    pub(crate) fn flow(&self) -> Flow {
        Flow { source: self.0.source, conn: (!self.is_call()).then_some(self.0.id) }
    }

    /// Whether it lasts for one call only, and is in no list.
    pub(crate) fn is_call(&self) -> bool {
        matches!(self.0.peer, Peer::Call(_))
    }

    /// Marks it as closed: nothing is sent to it from now on.
    pub(crate) fn mark_closed(&self) {
        self.0.open.store(false, Ordering::Release);
    }

    /// Begins a subscription that the actor decides about. Its verdict counts unless the client says something later about
    /// the same event.
    pub(crate) fn ask(&self, index: usize) -> Asked {
        self.0.subscriptions.ask(index)
    }

    /// Whether the client has said nothing later about that event.
    pub(crate) fn still_asks(&self, asked: Asked) -> bool {
        self.is_open() && self.0.subscriptions.still_asks(asked)
    }

    /// Takes the actor's verdict, unless the client has said something later about that event. A refusal is sent to it.
    pub(crate) fn end_subscribe(&self, asked: Asked, verdict: Result<(), Fault>) {
        if !self.0.subscriptions.set_if_latest(asked, verdict.is_ok()) {
            return;
        }
        self.0.broadcasts.changed();
        if let Err(fault) = verdict {
            self.refuse_at(asked.index, fault);
        }
    }

    /// Subscribes to the event at this place of the table, which needs no verdict of the actor.
    pub(crate) fn subscribe(&self, index: usize) {
        match self.check_subscriptions(index) {
            Ok(()) => {
                self.0.subscriptions.set(index, true);
                self.0.broadcasts.changed();
            }
            Err(fault) => self.refuse_at(index, fault),
        }
    }

    /// Ends the subscription to the event at this place of the table.
    pub(crate) fn unsubscribe(&self, index: usize) {
        self.0.subscriptions.give_up(index);
        self.0.broadcasts.changed();
    }

    /// Fails if it has as many subscriptions as it may, and this is not one of them.
    pub(crate) fn check_subscriptions(&self, index: usize) -> Result<(), Fault> {
        let limit = self.0.limits.subscriptions;
        let is_limited = matches!(self.0.peer, Peer::Wire(_)) && !self.0.subscriptions.has(index);
        if is_limited && self.0.subscriptions.count() >= limit {
            return Err(faults::too_many_subscriptions(limit));
        }
        Ok(())
    }

    /// Refuses the event at this place of the table.
    pub(crate) fn refuse_at(&self, index: usize, fault: Fault) {
        match &self.0.peer {
            #[cfg(feature = "client")]
            Peer::Local(peer) => peer.refuse(index, fault),
            _ => self.refuse(events::<A>()[index].name, fault),
        }
    }

    /// Refuses the event of this name.
    pub(crate) fn refuse(&self, event: &str, fault: Fault) {
        if let Peer::Wire(outbox) = &self.0.peer {
            outbox.send_notice(&Notice::Refused { event: event.to_owned(), fault });
        }
    }

    /// Whether it is open, and subscribed to the event at this place of the table.
    pub(crate) fn gets(&self, index: usize) -> bool {
        self.is_open() && self.0.subscriptions.has(index)
    }

    /// Counts a call of its client until it is answered; fails for one too many.
    pub(crate) fn begin_call(&self, bytes: usize) -> Result<(), Fault> {
        self.0.in_flight.lock().add(bytes, &self.0.limits)
    }

    /// A call was answered.
    pub(crate) fn end_call(&self, bytes: usize) {
        self.0.in_flight.lock().remove(bytes);
    }

    /// Counts a subscription until the actor has decided about it; fails for one too many. Clients in this process have no
    /// such limit.
    pub(crate) fn begin_asking(&self) -> Result<(), Fault> {
        if self.outbox().is_none() {
            return Ok(());
        }
        self.0.in_flight.lock().add_subscription(&self.0.limits)
    }

    pub(crate) fn end_asking(&self) {
        if self.outbox().is_some() {
            self.0.in_flight.lock().remove_subscription();
        }
    }

    /// The most bytes of an event.
    pub(crate) fn longest_event(&self) -> usize {
        self.0.limits.outgoing_message
    }

    /// The encoding of its events; `None` if it gets none.
    pub(crate) fn encoding_slot(&self) -> Option<EncodingSlot> {
        match &self.0.peer {
            Peer::Wire(outbox) => Some(EncodingSlot::Wire(outbox.encoding())),
            #[cfg(feature = "client")]
            Peer::Local(_) => Some(EncodingSlot::Local),
            Peer::Raw(_) | Peer::Call(_) => None,
        }
    }

    /// Sends an event to it, after what is buffered for many connections.
    pub(crate) fn send_encoded<E: EventOf<A::Contract>>(
        &self,
        event: &mut EncodedEvent<'_, A::Contract, E>,
    ) -> Result<(), SendError> {
        if !self.is_open() {
            return Err(SendError::Closed);
        }
        let Some(slot) = self.encoding_slot() else { return Ok(()) };
        let event = event.batch(slot, self.longest_event())?;
        self.0.broadcasts.flush();
        self.try_send_batch(event)
    }

    /// Sends an event for it alone, through the gate if it has to wait there. Fails if there is no room for it.
    fn try_send_batch(&self, event: Arc<Batch>) -> Result<(), SendError> {
        if A::OPTIONS.durability == Durability::Output || self.has_waiting() {
            let waiting = self.0.waiting_bytes.load(Ordering::Acquire);
            let Limits { send_queue_bytes, send_queue_excess, .. } = *self.0.limits;
            if self.outbox().is_some()
                && waiting + event.bytes() > send_queue_bytes.saturating_add(send_queue_excess)
            {
                return Err(self.no_room(waiting));
            }
        } else if let Peer::Wire(outbox) = &self.0.peer {
            let pushed = release(Unheld(|| outbox.try_send(WriteBy::Session, event)));
            let is_taken = pushed.map_err(|TooMuch { waiting, .. }| self.no_room(waiting))?;
            return if is_taken { Ok(()) } else { Err(SendError::Closed) };
        }
        self.send_batch(event, WriteBy::Session)
    }

    fn no_room(&self, waiting: usize) -> SendError {
        SendError::NoRoom { waiting, limit: self.0.limits.send_queue_excess }
    }

    /// Closes it because there is no room for the event at this place of the table, which must not be missed.
    pub(crate) fn close_full(&self, index: usize) {
        if let Peer::Wire(outbox) = &self.0.peer {
            outbox.close_full(Some(index));
        }
    }

    /// Sends events to it, through the gate if they have to wait there.
    pub(crate) fn send_batch(&self, events: Arc<Batch>, writer: WriteBy) -> Result<(), SendError> {
        let event = |events| PendingOutput::Event { conn: self.clone(), events };
        let taken = self.is_open()
            && match A::OPTIONS.durability {
                Durability::Output => self.0.gate.send(event(events)).is_ok(),
                _ if self.has_waiting() => {
                    self.0.gate.send_in_order(event(events));
                    true
                }
                Durability::Reply | Durability::Relaxed => release(Unheld(|| self.send_now(events, writer))),
            };
        if taken { Ok(()) } else { Err(SendError::Closed) }
    }

    /// An output for it begins to wait at the gate, with this many bytes of events.
    pub(crate) fn begin_wait(&self, bytes: usize) {
        self.0.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        self.0.waiting.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn end_wait(&self, bytes: usize) {
        self.0.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }

    pub(crate) fn has_waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) > 0
    }

    /// Puts events into its queue, past the gate; `false` if it is closed.
    pub(crate) fn send_now(&self, events: Arc<Batch>, writer: WriteBy) -> bool {
        match &self.0.peer {
            Peer::Wire(outbox) => outbox.send_for(writer, events),
            #[cfg(feature = "client")]
            Peer::Local(peer) => {
                let mut events = events.messages().iter();
                events.all(|OutgoingMessage { payload, event, .. }| {
                    event.is_some_and(|index| peer.send_event(index, payload.clone()))
                })
            }
            Peer::Raw(_) | Peer::Call(_) => false,
        }
    }

    /// Prepares the answer to a call, so that nothing but handing it over is left to do.
    pub(crate) fn prepare(&self, id: u64, result: &Result<ReplyOf<A>, Fault>) -> Option<Bytes> {
        let Peer::Wire(outbox) = &self.0.peer else { return None };
        let message = decode::answer::<A>(outbox.encoding().format(), id, result);
        let payload = outbox.encode(&message)?;
        if payload.len() <= self.0.limits.outgoing_message {
            return Some(payload);
        }
        let fault = faults::outgoing_too_long();
        outbox.encode(&ToClient::Error { action_id: Some(id), fault, actor: None })
    }

    /// Hands an answer over; `payload` is what [`prepare`](Self::prepare) made of it.
    #[cfg_attr(
        not(feature = "client"),
        expect(clippy::needless_pass_by_value, reason = "a client here keeps it")
    )]
    pub(crate) fn answer(&self, id: u64, result: Result<ReplyOf<A>, Fault>, payload: Option<Bytes>) {
        match &self.0.peer {
            Peer::Wire(outbox) => {
                let payload = payload.or_else(|| self.prepare(id, &result));
                if let Some(payload) = payload {
                    outbox.send(Batch::of(OutgoingMessage::reliable(payload)));
                }
            }
            #[cfg(feature = "client")]
            Peer::Local(peer) => peer.send_reply(id, result),
            Peer::Raw(_) | Peer::Call(_) => {}
        }
    }
}

/// The events of an actor, in the order of their places.
pub(crate) fn events<A: Actor>() -> &'static [EventInfo] {
    <<A::Contract as Contract>::Event as Event>::TABLE
}

impl<A: Actor> Clone for Conn<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Actor> PartialEq for Conn<A> {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl<A: Actor> Eq for Conn<A> {}

impl<A: Actor> fmt::Debug for Conn<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn")
            .field("id", &format_args!("{}", self.0.id))
            .field("open", &self.is_open())
            .finish()
    }
}
