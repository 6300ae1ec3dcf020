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
use crate::{
    Actor, ConnId, Contract, Durability, Event, EventInfo, EventOf, Fault, Limits,
    delivery::{
        batch::Batch,
        encoded_event::{EncodedEvent, SendError},
        encoding_slot::EncodingSlot,
        outbox::{Close, Outbox, TooMuch, Writer},
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

/// One open connection of actor `A`: who it is, what the actor remembers about it, and the way to send to it.
///
/// A raw WebSocket is one too: it has an id, params and a state, it can be disconnected, and what is sent to it by
/// [`send`](Self::send) or a broadcast is nothing to it.
///
/// It is a handle: clones are the same connection. It can be kept, and outlives the connection itself;
/// [`send`](Self::send) then returns `false`.
pub struct Conn<A: Actor>(Arc<Inner<A>>);

// In this order in memory: what each event asks for is first, and together. Of many connections nothing else is in a
// cache by the time that the next event comes.
#[repr(C)]
struct Inner<A: Actor> {
    open: AtomicBool,
    peer: Peer<A>,
    /// How much for it waits at the gate.
    waiting: AtomicUsize,
    /// Bytes of the events among it.
    waiting_bytes: AtomicUsize,
    id: ConnId,
    source: Source,
    params: ParamsOf<A>,
    state: RwLock<Arc<A::ConnState>>,
    subscriptions: Subscriptions,
    /// Where events wait, for an actor that holds them until what they speak of is saved.
    gate: ActorGate<A>,
    /// Where events wait for others that go out with them.
    fan: Arc<BroadcastBuffer<A>>,
    /// Calls that wait for their answers, and subscriptions that wait, as far as they are counted.
    in_flight: Mutex<InFlight>,
    limits: Arc<Limits>,
    meters: Arc<ActorMeters>,
}

/// Who is at the other end.
pub(crate) enum Peer<A: Actor> {
    /// A gateway, which carries bytes.
    Wire(Arc<Outbox>),
    /// A client in this process.
    #[cfg(feature = "client")]
    Local(crate::client::LocalSink<A::Contract>),
    /// A raw WebSocket: whatever is sent to it goes by its handler alone.
    Raw(Arc<Closing>),
    /// A single call that was made with params: there is nobody to send events to.
    Call(std::marker::PhantomData<fn() -> A>),
}

impl<A: Actor> Conn<A> {
    pub(crate) fn new(
        (id, source): (ConnId, Source),
        params: ParamsOf<A>,
        state: A::ConnState,
        peer: Peer<A>,
        ways: (ActorGate<A>, Arc<BroadcastBuffer<A>>),
        limits: Arc<Limits>,
        meters: Arc<ActorMeters>,
    ) -> Self {
        let (gate, fan) = ways;
        let subscriptions = Subscriptions::new(events::<A>().len(), !A::HOOKS.on_subscribe.is_empty());
        let state = RwLock::new(Arc::new(state));
        let (waiting, waiting_bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let account = if let Peer::Wire(outbox) = &peer { outbox.account() } else { None };
        let in_flight = Mutex::new(account.cloned().map(InFlight::of).unwrap_or_default());
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
            fan,
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
    /// Returns whether it was handed over: `false` if the connection is closed, or, with a line in the log, if the
    /// event cannot be sent at all or one turn sends more than [`Limits::send_queue_excess`] grants;
    /// [`try_send`](Self::try_send) says which.
    pub fn send<E: EventOf<A::Contract>>(&self, event: &E) -> bool {
        self.try_send(event).inspect_err(SendError::log::<A::Contract, E>).is_ok()
    }

    /// Sends an event to this connection alone, or says why not.
    pub fn try_send<E: EventOf<A::Contract>>(&self, event: &E) -> Result<(), SendError> {
        let sent = self.deliver(&mut EncodedEvent::new(event));
        if sent.is_ok() {
            self.0.meters.published(E::INDEX, Some(self.id()), 1);
            self.0.meters.delivered(E::INDEX, 1);
        }
        sent
    }

    /// Closes the connection once what was sent to it is written, answers and events included that wait for a save; an
    /// actor of `durability = "output"` holds the close itself like an event. The client sees close code 1000 and
    /// `reason` (cut at 123 bytes). Clients that reconnect by themselves come back as a new connection: who shall stay away
    /// is for `#[on_before_connect]` to say.
    pub fn disconnect(&self, reason: &str) {
        self.close(Close::new(1000, reason));
    }

    /// Closes it after what was sent to it before, wherever that waits.
    pub(crate) fn close(&self, close: Close) {
        self.0.fan.flush();
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

    /// Closes it, after what was handed over to it.
    pub(crate) fn close_now(&self, close: Close) {
        match &self.0.peer {
            Peer::Wire(outbox) => outbox.close(close),
            #[cfg(feature = "client")]
            Peer::Local(sink) => sink.close(close.code, close.reason),
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

    /// What is written to its client, if that is not in this process.
    pub(crate) fn outbox(&self) -> Option<&Arc<Outbox>> {
        if let Peer::Wire(outbox) = &self.0.peer { Some(outbox) } else { None }
    }

    /// Whose share of the actor it takes.
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

    /// Asks for the event at this place of the table, of which the actor is to be asked: what it says counts as long as
    /// nothing later is said of that event.
    pub(crate) fn ask(&self, index: usize) -> Asked {
        self.0.subscriptions.ask(index)
    }

    /// Whether nothing later was said of that event.
    pub(crate) fn still_asks(&self, asked: Asked) -> bool {
        self.is_open() && self.0.subscriptions.still_asks(asked)
    }

    /// Takes what became of it. Whoever asked hears of a refusal.
    pub(crate) fn settle(&self, asked: Asked, verdict: Result<(), Fault>) {
        if !self.0.subscriptions.settle(asked, verdict.is_ok()) {
            return;
        }
        self.0.fan.changed();
        if let Err(fault) = verdict {
            self.refuse_at(asked.index, fault);
        }
    }

    /// Subscribes to the event at this place of the table, of which nobody is to be asked.
    pub(crate) fn subscribe(&self, index: usize) {
        match self.check_subscriptions(index) {
            Ok(()) => {
                self.0.subscriptions.set(index, true);
                self.0.fan.changed();
            }
            Err(fault) => self.refuse_at(index, fault),
        }
    }

    /// Gives up the event at this place of the table.
    pub(crate) fn unsubscribe(&self, index: usize) {
        self.0.subscriptions.give_up(index);
        self.0.fan.changed();
    }

    /// Whether it may have this event beside those that it has.
    pub(crate) fn check_subscriptions(&self, index: usize) -> Result<(), Fault> {
        let limit = self.0.limits.subscriptions;
        let is_limited = matches!(self.0.peer, Peer::Wire(_)) && !self.0.subscriptions.has(index);
        if is_limited && self.0.subscriptions.count() >= limit {
            return Err(faults::too_many_subscriptions(limit));
        }
        Ok(())
    }

    /// Tells whoever asked for the event at this place of the table that it does not get it.
    pub(crate) fn refuse_at(&self, index: usize, fault: Fault) {
        match &self.0.peer {
            #[cfg(feature = "client")]
            Peer::Local(sink) => sink.refused(index, fault),
            _ => self.refuse(events::<A>()[index].name, fault),
        }
    }

    /// Tells whoever asked for an event of this name that it does not get it.
    pub(crate) fn refuse(&self, event: &str, fault: Fault) {
        if let Peer::Wire(outbox) = &self.0.peer {
            outbox.tell(&Notice::Refused { event: event.to_owned(), fault });
        }
    }

    /// Whether the event at this place of the table is to be sent to it.
    pub(crate) fn gets(&self, index: usize) -> bool {
        self.is_open() && self.0.subscriptions.has(index)
    }

    /// Counts a call that a client makes, until it is answered; one too many is refused.
    pub(crate) fn begin_call(&self, bytes: usize) -> Result<(), Fault> {
        self.0.in_flight.lock().add(bytes, &self.0.limits)
    }

    /// It was answered.
    pub(crate) fn end_call(&self, bytes: usize) {
        self.0.in_flight.lock().remove(bytes);
    }

    /// Counts a subscription that a client asks for, until its actor has been asked; one too many is refused. Who is in this
    /// process has no such limit.
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

    /// The way that its events go; `None` if it gets none.
    pub(crate) fn channel(&self) -> Option<EncodingSlot> {
        match &self.0.peer {
            Peer::Wire(outbox) => Some(EncodingSlot::Wire(outbox.encoding())),
            #[cfg(feature = "client")]
            Peer::Local(_) => Some(EncodingSlot::Local),
            Peer::Raw(_) | Peer::Call(_) => None,
        }
    }

    /// Sends an event to it, after what is kept for it.
    pub(crate) fn deliver<E: EventOf<A::Contract>>(
        &self,
        event: &mut EncodedEvent<'_, A::Contract, E>,
    ) -> Result<(), SendError> {
        if !self.is_open() {
            return Err(SendError::Closed);
        }
        let Some(channel) = self.channel() else { return Ok(()) };
        let event = event.batch(channel, self.longest_event())?;
        self.0.fan.flush();
        self.try_pass(event)
    }

    /// Hands an event for it alone over, or leaves it where it waits until what it speaks of is saved.
    fn try_pass(&self, event: Arc<Batch>) -> Result<(), SendError> {
        if A::OPTIONS.durability == Durability::Output || self.has_waiting() {
            let waiting = self.0.waiting_bytes.load(Ordering::Acquire);
            let Limits { send_queue_bytes, send_queue_excess, .. } = *self.0.limits;
            if self.outbox().is_some()
                && waiting + event.bytes() > send_queue_bytes.saturating_add(send_queue_excess)
            {
                return Err(self.no_room(waiting));
            }
        } else if let Peer::Wire(outbox) = &self.0.peer {
            let pushed = release(Unheld(|| outbox.try_push(Writer::Session, event)));
            let is_taken = pushed.map_err(|TooMuch { waiting, .. }| self.no_room(waiting))?;
            return if is_taken { Ok(()) } else { Err(SendError::Closed) };
        }
        self.pass(event, Writer::Session)
    }

    fn no_room(&self, waiting: usize) -> SendError {
        SendError::NoRoom { waiting, limit: self.0.limits.send_queue_excess }
    }

    /// Closes it because there is no room for the event at this place of the table, which nobody is to miss.
    pub(crate) fn refuse_event(&self, index: usize) {
        if let Peer::Wire(outbox) = &self.0.peer {
            outbox.refuse(Some(index));
        }
    }

    /// Hands events over, or leaves them where they wait until what they speak of is saved.
    pub(crate) fn pass(&self, events: Arc<Batch>, writer: Writer) -> Result<(), SendError> {
        let event = |events| PendingOutput::Event { conn: self.clone(), events };
        let taken = self.is_open()
            && match A::OPTIONS.durability {
                Durability::Output => self.0.gate.send(event(events)).is_ok(),
                _ if self.has_waiting() => {
                    self.0.gate.send_in_order(event(events));
                    true
                }
                Durability::Reply | Durability::Relaxed => release(Unheld(|| self.hand_over(events, writer))),
            };
        if taken { Ok(()) } else { Err(SendError::Closed) }
    }

    /// Something for it waits at the gate, with so many bytes of events.
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

    /// Hands encoded events over; `false` if nobody takes them any more.
    pub(crate) fn hand_over(&self, events: Arc<Batch>, writer: Writer) -> bool {
        match &self.0.peer {
            Peer::Wire(outbox) => outbox.push_for(writer, events),
            #[cfg(feature = "client")]
            Peer::Local(sink) => {
                let mut events = events.messages().iter();
                events.all(|OutgoingMessage { payload, event, .. }| {
                    event.is_some_and(|index| sink.event(index, crate::wire::Format::Cbor, payload.clone()))
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
                    outbox.push(Batch::of(OutgoingMessage::reliable(payload)));
                }
            }
            #[cfg(feature = "client")]
            Peer::Local(sink) => sink.reply(id, result),
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
