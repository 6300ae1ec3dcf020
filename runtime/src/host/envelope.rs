//! What an actor is sent.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    Cell, Denied, Flow, Guest, Reach, Source, call::Call, flow::HasFlow, parked::Parked, raw::RawCall,
    stranger::Maker, subscribing::Asking,
};
use crate::{Actor, ActorId, Conn, Fault, RawSocket, conn::Peer, log::Span};

/// What a mailbox carries. What is large and not a call is boxed: calls are what there are most of, and they are moved
/// a few times.
pub(crate) enum Envelope<A: Actor> {
    Call(Call<A>),
    Connect(Box<Connect<A>>),
    /// A raw request.
    Request(Box<RawCall<A>>),
    Disconnect(Conn<A>),
    /// A connection asks for an event that not everybody gets.
    Subscribe(Box<Asking<A>>),
    /// A turn for a piece of code: `ctx.turn(..)`.
    Turn(Box<TurnCall<A>>),
    /// A call or a turn that work beside the turns wants.
    Parked(Arc<Parked<A>>),
    /// Alarms are due; who says so wants to know when they have been dealt with.
    Alarms(oneshot::Sender<()>),
}

impl<A: Actor> Envelope<A> {
    pub(super) fn refuse(self, fault: Fault) {
        match self {
            Self::Call(call) => call.refuse(fault),
            Self::Connect(connect) => connect.deny(Denied::Rejected(fault)),
            Self::Request(call) => call.refuse(fault),
            Self::Subscribe(asking) => asking.settle(Err(fault)),
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

impl<A: Actor> HasFlow for Envelope<A> {
    fn flow(&self) -> Flow {
        match self {
            Self::Call(call) => call.flow(),
            Self::Connect(connect) => connect.guest.source.alone(),
            Self::Request(call) => call.source.alone(),
            Self::Disconnect(conn) => conn.flow(),
            Self::Subscribe(asking) => asking.conn().flow(),
            Self::Turn(turn) => turn.flow,
            Self::Parked(parked) => parked.flow(),
            Self::Alarms(_) => Source::Process.alone(),
        }
    }
}

/// A connection that wants in.
pub(crate) struct Connect<A: Actor> {
    /// The actor must be this one.
    pub(super) id: Option<ActorId>,
    /// Whether the actor may be made for it.
    pub(super) reach: Reach,
    /// For whom an actor that is made counts.
    pub(super) maker: Option<Maker>,
    pub(super) guest: Guest,
    /// Its state, if the hook has made that already which needs no actor.
    pub(super) pass: Option<A::ConnState>,
    pub(super) peer: Peer<A>,
    /// For its handler, if it is a raw one.
    pub(super) socket: Option<RawSocket>,
    pub(super) opened: oneshot::Sender<Result<Opened<A>, Denied>>,
    /// Of whoever asks.
    pub(super) span: Span,
}

impl<A: Actor> Connect<A> {
    pub(super) fn deny(self, why: Denied) {
        // Whoever asked may have gone away.
        let _ = self.opened.send(Err(why));
    }
}

/// An open connection.
pub(crate) struct Opened<A: Actor> {
    /// The actor that it is open to.
    pub(super) cell: Arc<Cell<A>>,
    pub(super) conn: Conn<A>,
    /// The actor was made for it.
    pub(super) created: bool,
}

/// A piece of code on its way to its turn.
pub(crate) struct TurnCall<A: Actor> {
    pub(super) code: TurnCode<A>,
    /// Whose share of the actor it takes.
    pub(super) flow: Flow,
    pub(super) span: Span,
}

/// A piece of code that wants a turn, or to hear why it gets none. Says whether it broke off.
pub(crate) type TurnCode<A> = Box<dyn FnOnce(Result<&mut A, Fault>) -> Result<(), Fault> + Send>;
