//! A connection as its actor sees it.

mod requests;
mod sending;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};

use super::{ParamsOf, raw_socket::Closing};
#[cfg(feature = "client")]
use crate::host::LocalPeer;
use crate::{
    Actor, ConnId, Contract, Event, EventInfo, EventOf, Limits,
    delivery::{
        encoded_event::{EncodedEvent, SendError},
        outbox::{Close, Outbox},
        subscriptions::Subscriptions,
    },
    host::{ActorGate, BroadcastBuffer, Flow, Source, connections::in_flight::InFlight},
    meters::ActorMeters,
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
