//! What an actor is sent. It knows nothing of the cell that it is sent to, which is its parameter `C`.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{flow::HasFlow, mailbox::Queued, parked::Parked};
use crate::{
    Action as _, Actor, ActorId, Body, Conn, Fault, RawSocket,
    actor::conn::Peer,
    host::{
        ConnectInfo, Denied, Flow, Lookup, Source, admission::stranger::Maker, connections::asking::Asking,
        turn::call::Call,
    },
    util::log::Span,
};

/// What a mailbox carries. What is large and not a call is boxed: calls are what there are most of, and they are moved
/// a few times.
pub(crate) enum Envelope<A: Actor, C> {
    Call(Call<A>),
    Connect(Box<Connect<A, C>>),
    /// A raw request.
    Request(Box<RawCall<A>>),
    Disconnect(Conn<A>),
    /// A connection asks for an event that not everybody gets.
    Subscribe(Box<Asking<A>>),
    /// A turn for a piece of code: `ctx.turn(..)`.
    Turn(Box<TurnCall<A>>),
    /// A call or a turn that work beside the turns wants.
    Parked(Arc<Parked<Self, C>>),
    /// Alarms are due; who says so wants to know when they have been dealt with.
    Alarms(oneshot::Sender<()>),
}

impl<A: Actor, C> Envelope<A, C> {
    pub(in crate::host) fn refuse(self, fault: Fault) {
        match self {
            Self::Call(call) => call.refuse(fault),
            Self::Connect(connect) => connect.deny(Denied::Rejected(fault)),
            Self::Request(call) => call.refuse(fault),
            Self::Subscribe(asking) => asking.end(Err(fault)),
            Self::Turn(turn) => drop((turn.code)(Err(fault))),
            Self::Parked(parked) => {
                if let Some(envelope) = parked.take() {
                    envelope.refuse(fault);
                }
            }
            // Who waits for them hears that nobody will.
            Self::Disconnect(_) | Self::Alarms(_) => {}
        }
    }
}

impl<A: Actor, C> HasFlow for Envelope<A, C> {
    fn flow(&self) -> Flow {
        match self {
            Self::Call(call) => call.flow(),
            Self::Connect(connect) => connect.info.source.alone(),
            Self::Request(call) => call.source.alone(),
            Self::Disconnect(conn) => conn.flow(),
            Self::Subscribe(asking) => asking.conn().flow(),
            Self::Turn(turn) => turn.flow,
            Self::Parked(parked) => parked.flow(),
            Self::Alarms(_) => Source::Process.alone(),
        }
    }
}

impl<A: Actor, C> Queued for Envelope<A, C> {
    #[inline]
    fn is_brief(&self) -> bool {
        matches!(self, Self::Call(call) if !call.action.info().mode.is_async())
    }

    #[inline]
    fn needs_state(&self) -> bool {
        matches!(self, Self::Call(_))
    }
}

/// A connection that wants in.
pub(crate) struct Connect<A: Actor, C> {
    /// The actor must be this one.
    pub(in crate::host) id: Option<ActorId>,
    /// Whether the actor may be made for it.
    pub(in crate::host) lookup: Lookup,
    /// For whom an actor that is made counts.
    pub(in crate::host) maker: Option<Maker>,
    pub(in crate::host) info: ConnectInfo,
    /// Its state, if the hook has made that already which needs no actor.
    pub(in crate::host) pass: Option<A::ConnState>,
    pub(in crate::host) peer: Peer<A>,
    /// For its handler, if it is a raw one.
    pub(in crate::host) socket: Option<RawSocket>,
    pub(in crate::host) opened: oneshot::Sender<Result<Opened<A, C>, Denied>>,
    /// Of whoever asks.
    pub(in crate::host) span: Span,
}

impl<A: Actor, C> Connect<A, C> {
    pub(in crate::host) fn deny(self, why: Denied) {
        // Whoever asked may have gone away.
        let _ = self.opened.send(Err(why));
    }
}

/// An open connection.
pub(crate) struct Opened<A: Actor, C> {
    /// The actor that it is open to.
    pub(in crate::host) cell: Arc<C>,
    pub(in crate::host) conn: Conn<A>,
    /// The actor was made for it.
    pub(in crate::host) created: bool,
}

/// A raw request on its way to an actor.
pub(crate) struct RawCall<A: Actor> {
    pub(in crate::host) request: http::Request<Body>,
    pub(in crate::host) caller: Option<Conn<A>>,
    pub(in crate::host) reply: oneshot::Sender<Result<http::Response<Body>, Fault>>,
    /// Whose share of the actor it takes.
    pub(in crate::host) source: Source,
    /// Of whoever asks.
    pub(in crate::host) span: Span,
}

impl<A: Actor> RawCall<A> {
    /// Ends it with this fault, before it ran.
    pub(in crate::host) fn refuse(self, fault: Fault) {
        // Whoever asked may have gone away.
        let _ = self.reply.send(Err(fault));
    }
}

/// A piece of code on its way to its turn.
pub(crate) struct TurnCall<A: Actor> {
    pub(in crate::host) code: TurnCode<A>,
    /// Whose share of the actor it takes.
    pub(in crate::host) flow: Flow,
    pub(in crate::host) span: Span,
}

/// A piece of code that wants a turn, or to hear why it gets none. Says whether it broke off.
pub(crate) type TurnCode<A> = Box<dyn FnOnce(Result<&mut A, Fault>) -> Result<(), Fault> + Send>;
