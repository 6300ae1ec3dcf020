//! One awake actor: its state, its mailbox, its gate, its connections.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{Notify, RwLock, SetOnce, oneshot};

use super::{
    HostedActor, HostedConn, Runtime,
    call::{Call, ReplyTo},
    gate::Gate,
    kind::Kind,
    mailbox::{Mailbox, Rejected},
    roster::Roster,
};
use crate::{
    Action as _, Actor, ActorId, Conn, ConnId, Ctx, Fault, Key,
    conn::{Peer, decode_action, encode_reply},
    faults,
    outbox::Outbox,
    store::ActorRecord,
    wire::{Format, ToClient},
};

/// An awake actor. Whoever holds it can post to it; its task (`turn.rs`) and, when it is idle, its callers run it.
pub(crate) struct Cell<A: Actor> {
    pub(super) kind: Arc<Kind<A>>,
    pub(super) key: Key,
    /// How to make the actor if the store has none: the input, CBOR. `None`: it must exist.
    pub(super) creation: Option<Option<Bytes>>,
    /// Known before any code of the actor runs.
    pub(super) identity: OnceLock<ActorRecord>,
    /// Whether the start made the actor, or why it failed.
    pub(super) started: SetOnce<Result<bool, Fault>>,
    pub(super) core: Arc<RwLock<Core<A>>>,
    pub(super) mailbox: Mailbox<Envelope<A>>,
    pub(super) gate: Mutex<Gate<A>>,
    /// Told whenever a save ends.
    pub(super) save_ended: Notify,
    roster: Roster<A>,
}

/// What a turn has to itself.
pub(super) struct Core<A> {
    /// `None` only before the start and while a broken state is being replaced.
    pub(super) state: Option<A>,
}

/// What a mailbox carries.
pub(super) enum Envelope<A: Actor> {
    Call(Call<A>),
    Connect(Connect<A>),
    Disconnect(Conn<A>),
}

/// A connection that wants in.
pub(super) struct Connect<A: Actor> {
    pub(super) params: Option<Bytes>,
    pub(super) peer: Peer<A>,
    pub(super) opened: oneshot::Sender<Result<Conn<A>, Fault>>,
}

impl<A: Actor> Cell<A> {
    pub(super) fn new(kind: Arc<Kind<A>>, key: Key, creation: Option<Option<Bytes>>) -> Self {
        Self {
            kind,
            key,
            creation,
            identity: OnceLock::new(),
            started: SetOnce::new(),
            core: Arc::new(RwLock::new(Core { state: None })),
            mailbox: Mailbox::new(),
            gate: Mutex::new(Gate::new()),
            save_ended: Notify::new(),
            roster: Roster::new(),
        }
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        self.kind.runtime()
    }

    pub(crate) fn roster(&self) -> &Roster<A> {
        &self.roster
    }

    /// Who the actor is.
    pub(crate) fn record(&self) -> &ActorRecord {
        self.identity.get().expect("an actor's identity is known before any code of it runs")
    }

    pub(super) fn ctx(self: &Arc<Self>, caller: Option<Conn<A>>) -> Ctx<A> {
        Ctx::new(Arc::clone(self), caller)
    }

    /// Takes a call: runs it here and now if the actor is idle and the action does not await, else in its turn.
    pub(crate) fn post(self: &Arc<Self>, call: Call<A>) {
        let info = call.action.info();
        if info.needs_conn && call.caller.is_none() {
            return call.refuse(faults::connection_required(info.name));
        }
        let Some(call) = self.run_if_idle(call) else { return };
        match self.mailbox.push(Envelope::Call(call)) {
            Ok(()) => {}
            Err(Rejected::Full(envelope)) => envelope.refuse(faults::overloaded()),
            Err(Rejected::Closed(envelope)) => envelope.refuse(faults::service_unavailable()),
        }
    }

    /// Opens a connection.
    pub(crate) async fn join(
        self: &Arc<Self>,
        params: Option<Bytes>,
        peer: Peer<A>,
    ) -> Result<Conn<A>, Fault> {
        let (opened, open) = oneshot::channel();
        match self.mailbox.push(Envelope::Connect(Connect { params, peer, opened })) {
            Ok(()) => {}
            Err(Rejected::Full(_)) => return Err(faults::overloaded()),
            Err(Rejected::Closed(_)) => return Err(faults::service_unavailable()),
        }
        open.await.unwrap_or_else(|_| Err(faults::service_unavailable()))
    }

    /// The connection is gone: it leaves the list now, and its hook runs in its turn.
    pub(crate) fn leave(self: &Arc<Self>, conn: &Conn<A>) {
        conn.mark_closed();
        if self.roster.remove(conn.id()).is_some() {
            // Refused only by an actor that has stopped.
            let _ = self.mailbox.push_always(Envelope::Disconnect(conn.clone()));
        }
    }
}

/// What a caller gets whose call was dropped unanswered, which only a stop does.
pub(crate) fn unanswered() -> Fault {
    faults::service_unavailable()
}

impl<A: Actor> Core<A> {
    /// The state, for whoever has a turn.
    pub(super) fn state(&self) -> &A {
        self.state.as_ref().expect("who has a turn has a state that may be used")
    }

    /// The state, for whoever has a turn to change it.
    pub(super) fn state_mut(&mut self) -> &mut A {
        self.state.as_mut().expect("who has a turn has a state that may be used")
    }
}

impl<A: Actor> Envelope<A> {
    pub(super) fn refuse(self, fault: Fault) {
        match self {
            Self::Call(call) => call.refuse(fault),
            Self::Connect(connect) => drop(connect.opened.send(Err(fault))),
            Self::Disconnect(_) => {}
        }
    }
}

impl<A: Actor> HostedActor for Cell<A> {
    fn record(&self) -> &ActorRecord {
        self.record()
    }

    fn call(
        self: Arc<Self>,
        action: String,
        format: Format,
        args: Bytes,
        params: Option<Bytes>,
    ) -> BoxFuture<'static, Result<Bytes, Fault>> {
        Box::pin(async move {
            let action = decode_action::<A>(&action, format, &args)?;
            let caller = match params {
                Some(params) => Some(self.join(Some(params), Peer::Call(std::marker::PhantomData)).await?),
                None => None,
            };
            let (sender, answer) = oneshot::channel();
            self.post(Call { action, caller, reply_to: ReplyTo::Task(sender) });
            let reply = answer.await.unwrap_or_else(|_| Err(unanswered()))?;
            encode_reply::<A>(format, &reply)
        })
    }

    fn connect(
        self: Arc<Self>,
        params: Option<Bytes>,
        outbox: Arc<Outbox>,
    ) -> BoxFuture<'static, Result<Arc<dyn HostedConn>, Fault>> {
        Box::pin(async move {
            let format = outbox.encoding().format();
            let conn = self.join(params, Peer::Wire(Arc::clone(&outbox))).await?;
            Ok(Arc::new(WireConn { cell: self, conn, format, outbox }) as Arc<dyn HostedConn>)
        })
    }
}

/// A connection of this actor that a gateway holds.
struct WireConn<A: Actor> {
    cell: Arc<Cell<A>>,
    conn: Conn<A>,
    format: Format,
    outbox: Arc<Outbox>,
}

impl<A: Actor> HostedConn for WireConn<A> {
    fn id(&self) -> ConnId {
        self.conn.id()
    }

    fn subscribe(&self, event: &str, on: bool) -> Result<(), Fault> {
        self.conn.subscribe_by_name(event, on)
    }

    fn call(&self, id: u64, action: &str, args: &[u8]) {
        match decode_action::<A>(action, self.format, args) {
            Ok(action) => {
                let reply_to = ReplyTo::Conn { conn: self.conn.clone(), id };
                self.cell.post(Call { action, caller: Some(self.conn.clone()), reply_to });
            }
            Err(fault) => {
                self.outbox.send(&ToClient::Error { action_id: Some(id), fault, actor: None });
            }
        }
    }

    fn hang_up(&self) {
        self.cell.leave(&self.conn);
    }
}

/// The first message of a connection.
pub(super) fn greet<A: Actor>(peer: &Peer<A>, actor: ActorId, conn: ConnId) {
    match peer {
        Peer::Wire(outbox) => {
            outbox.send(&ToClient::Init { actor_id: actor.to_string(), connection_id: conn.to_string() });
        }
        #[cfg(feature = "client")]
        Peer::Local(sink) => sink.open(actor, conn),
        Peer::Call(_) => {}
    }
}
