//! One awake actor: its state, its mailbox, its gate, its connections.

use std::{
    marker::PhantomData,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{Notify, RwLock, SetOnce, oneshot};
use tracing::Span;

use super::{
    Guest, Handling, HangUp, HostedActor, HostedConn, Mail, Reach, Shared,
    alarms::Alarms,
    call::{Call, Destination},
    chain::Chain,
    gate::Gate,
    guard::{guarded, guarded_async, guarded_async_in},
    holds::Holds,
    kind::Kind,
    line::Line,
    mailbox::{Mailbox, Rejected},
    queues::Queues,
    raw::RawCall,
    roster::Roster,
};
use crate::{
    Action as _, Actor, ActorId, Body, Conn, ConnId, Contract, Ctx, Fault, Key, RawSocket,
    actor::{ActionOf, ReplyOf},
    conn::Peer,
    faults,
    meters::Outcome,
    outbox::Outbox,
    store::ActorRecord,
    subscriptions::Asked,
    wire::{Format, ToClient},
    wire_call::{decode_action, encode_reply},
};

/// An awake actor. Whoever holds it can post to it; its task (`turn.rs`) and, when it is idle, its callers run it.
pub(crate) struct Cell<A: Actor> {
    pub(super) kind: Arc<Kind<A>>,
    pub(super) key: Key,
    /// What to do if the store has no such actor.
    pub(super) absent: Absent,
    /// Known before any code of the actor runs.
    pub(super) identity: OnceLock<ActorRecord>,
    /// Whether the start made the actor, or why it failed.
    pub(super) started: SetOnce<Result<bool, Fault>>,
    pub(super) core: Arc<RwLock<Core<A>>>,
    pub(super) mailbox: Mailbox<Envelope<A>>,
    pub(super) gate: Arc<Mutex<Gate<A>>>,
    /// Told whenever a save ends.
    pub(super) save_ended: Notify,
    pub(super) alarms: Mutex<Alarms>,
    pub(super) queues: Mutex<Queues>,
    /// Told whenever there may be something to take from the queues, or room in them, or an end of both.
    pub(super) queues_changed: Notify,
    /// What keeps it from sleeping, and what must end before it sleeps.
    pub(super) holds: Holds,
    /// When it was last used past its mailbox, by the clock.
    pub(super) used_at_ms: AtomicU64,
    /// Name and key, for people: `chatRoom/general`.
    pub(super) address: OnceLock<Arc<str>>,
    roster: Arc<Roster<A>>,
}

/// What to do if the store has no such actor.
pub(super) enum Absent {
    /// Say so.
    Fail,
    /// Make it, from this input (CBOR).
    Make(Option<Bytes>),
}

/// A piece of code that wants a turn, or to hear why it gets none. Says whether it broke off.
pub(crate) type TurnCode<A> = Box<dyn FnOnce(Result<&mut A, Fault>) -> Result<(), Fault> + Send>;

/// What a turn has to itself.
pub(super) struct Core<A> {
    /// `None` before the start, while a void state is being replaced, and in sleep.
    pub(super) state: Option<A>,
}

/// What a mailbox carries. What is large and not a call is boxed: calls are what there are most of, and they are moved
/// a few times.
pub(crate) enum Envelope<A: Actor> {
    Call(Call<A>),
    Connect(Box<Connect<A>>),
    /// A raw request.
    Request(Box<RawCall<A>>),
    Disconnect(Conn<A>),
    /// A connection asks for an event that not everybody gets, in this span.
    Subscribe(Box<(Conn<A>, Asked, Span)>),
    /// A turn for a piece of code: `ctx.turn(..)`.
    Turn(TurnCode<A>),
    /// Alarms are due; who says so wants to know when they have been dealt with.
    Alarms(oneshot::Sender<()>),
}

/// A connection that wants in.
pub(crate) struct Connect<A: Actor> {
    pub(super) guest: Guest,
    pub(super) peer: Peer<A>,
    /// For its handler, if it is a raw one.
    pub(super) socket: Option<RawSocket>,
    pub(super) opened: oneshot::Sender<Result<Conn<A>, Fault>>,
    /// Of whoever asks.
    pub(super) span: Span,
}

impl<A: Actor> Cell<A> {
    pub(super) fn new(kind: Arc<Kind<A>>, key: Key, absent: Absent, roster: Arc<Roster<A>>) -> Self {
        let queues = Queues::new(<A::Contract as Contract>::QUEUES, kind.meters().queues());
        Self {
            kind,
            key,
            absent,
            identity: OnceLock::new(),
            started: SetOnce::new(),
            core: Arc::new(RwLock::new(Core { state: None })),
            mailbox: Mailbox::new(),
            gate: Arc::clone(roster.gate()),
            save_ended: Notify::new(),
            alarms: Mutex::new(Alarms::new(!A::EPHEMERAL)),
            queues: Mutex::new(queues),
            queues_changed: Notify::new(),
            holds: Holds::default(),
            used_at_ms: AtomicU64::new(0),
            address: OnceLock::new(),
            roster,
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        self.kind.shared()
    }

    pub(crate) fn roster(&self) -> &Arc<Roster<A>> {
        &self.roster
    }

    /// Who the actor is.
    pub(crate) fn record(&self) -> &ActorRecord {
        self.identity.get().expect("an actor's identity is known before any code of it runs")
    }

    /// The context of a turn.
    pub(super) fn ctx(self: &Arc<Self>, caller: Option<Conn<A>>) -> Ctx<A> {
        Ctx::of_turn(Arc::clone(self), caller)
    }

    /// The context of what runs beside the turns.
    pub(super) fn ctx_beside(self: &Arc<Self>) -> Ctx<A> {
        Ctx::beside(Arc::clone(self))
    }

    /// Runs code of the actor, whose events go out together.
    pub(super) fn corked<T>(&self, code: impl FnOnce() -> T) -> T {
        self.roster.fan().corked(code)
    }

    /// Guards code of the actor, whose events go out together where it awaits.
    pub(super) async fn guarded<T>(
        &self,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        self.roster.fan().corked_async(guarded_async(limit, code)).await
    }

    /// The same in a span, if there is one.
    pub(super) async fn guarded_in<T>(
        &self,
        span: Option<&Span>,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        self.roster.fan().corked_async(guarded_async_in(span, limit, code)).await
    }

    /// Whether it takes what is posted to it.
    pub(super) fn is_awake(&self) -> bool {
        !self.mailbox.is_closed()
    }

    /// Waits until it has let go of everything, so that the next activation may begin.
    pub(super) async fn asleep(&self) {
        self.holds.gone.cancelled().await;
    }

    pub(super) fn used(&self) {
        self.used_at_ms.store(self.shared().clock().now_ms(), Ordering::Relaxed);
    }

    /// Takes an envelope, or refuses it for want of room. Gives it back if the actor has gone to sleep.
    pub(super) fn post(self: &Arc<Self>, envelope: Envelope<A>) -> Result<(), Envelope<A>> {
        match self.try_post(envelope) {
            Err(Rejected::Closed(envelope)) => Err(envelope),
            Err(Rejected::Full(envelope)) => {
                envelope.refuse(faults::overloaded());
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Takes an envelope: a call runs here and now if the actor is idle and the action does not await, else in its
    /// turn.
    pub(super) fn try_post(self: &Arc<Self>, envelope: Envelope<A>) -> Result<(), Rejected<Envelope<A>>> {
        let envelope = match envelope {
            Envelope::Call(call) => match self.take_directly(call) {
                Some(call) => Envelope::Call(call),
                None => return Ok(()),
            },
            other => other,
        };
        match &envelope {
            Envelope::Disconnect(_) | Envelope::Alarms(_) => self.mailbox.push_always(envelope),
            _ => self.mailbox.push(envelope),
        }
    }

    /// Posts to the actor of this cell, which is woken as often as it takes. Gives the cell that took it.
    pub(super) async fn post_awake(self: &Arc<Self>, mut envelope: Envelope<A>) -> Result<Arc<Self>, Fault> {
        let mut cell = Arc::clone(self);
        while let Err(refused) = cell.post(envelope) {
            envelope = refused;
            cell = self.kind.awake(&self.key, &Reach::Get).await?.0;
        }
        Ok(cell)
    }

    /// Deals with a call that needs no turn of its own, if it is one.
    fn take_directly(self: &Arc<Self>, call: Call<A>) -> Option<Call<A>> {
        let info = call.action.info();
        if info.needs_conn && call.caller.is_none() {
            call.refuse(faults::connection_required(info.name));
            return None;
        }
        let call = self.take_if_circular(call)?;
        self.run_if_idle(call)
    }

    /// Opens a connection; `socket` is that of a raw one. Gives the cell that it is open to, which may be a later one.
    pub(super) async fn join(
        self: &Arc<Self>,
        guest: Guest,
        peer: Peer<A>,
        socket: Option<RawSocket>,
    ) -> Result<(Arc<Self>, Conn<A>), Fault> {
        let (opened, open) = oneshot::channel();
        let span = Span::current();
        let connect = Box::new(Connect { guest, peer, socket, opened, span });
        let cell = self.post_awake(Envelope::Connect(connect)).await?;
        let conn = open.await.unwrap_or_else(|_| Err(unanswered()))?;
        Ok((cell, conn))
    }

    /// Lets somebody in from the network who comes for one call, if there is anything to judge; before anything else, for
    /// who may not come in learns nothing of what there is.
    pub(super) async fn judged(
        self: &Arc<Self>,
        guest: Guest,
    ) -> Result<(Arc<Self>, Option<Conn<A>>), Fault> {
        if guest.params.is_none() && A::HOOKS.before_connect.is_none() {
            return Ok((Arc::clone(self), None));
        }
        let (cell, caller) = self.join_for_call(guest).await?;
        Ok((cell, Some(caller)))
    }

    /// Opens a connection that lasts for one call.
    pub(super) async fn join_for_call(self: &Arc<Self>, guest: Guest) -> Result<(Arc<Self>, Conn<A>), Fault> {
        self.join(guest, Peer::Call(PhantomData), None).await
    }

    /// One call, and its answer.
    pub(super) async fn call_as(
        self: &Arc<Self>,
        caller: Option<Conn<A>>,
        action: ActionOf<A>,
        chain: Chain,
    ) -> Result<ReplyOf<A>, Fault> {
        let (sender, answer) = oneshot::channel();
        let call = Call::new(self, action, caller, Destination::Task(sender), chain);
        self.post_awake(Envelope::Call(call)).await?;
        answer.await.unwrap_or_else(|_| Err(unanswered()))
    }

    /// A turn for a piece of code. Code that has a turn of the actor already would wait for itself.
    pub(crate) async fn turn<R: Send + 'static>(
        self: &Arc<Self>,
        code: impl FnOnce(&mut A) -> R + Send + 'static,
    ) -> Result<R, Fault> {
        let chain = Chain::current();
        if chain.holds(self.record().id).is_some() {
            return Err(faults::deadlock(&self.link(chain, "turn", None)));
        }
        let (done, result) = oneshot::channel();
        let (cell, span) = (Arc::clone(self), self.hook_span("turn", None));
        let code = move |state: Result<&mut A, Fault>| {
            let _in = span.enter();
            let result = state.and_then(|state| cell.corked(|| guarded(|| code(state))));
            let ended = result.as_ref().map(drop).map_err(Clone::clone);
            // Whoever asked may have gone away.
            let _ = done.send(result);
            ended
        };
        self.post_awake(Envelope::Turn(Box::new(code))).await?;
        result.await.unwrap_or_else(|_| Err(unanswered()))
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
            Self::Request(call) => call.refuse(fault),
            Self::Subscribe(asking) => asking.0.settle(asking.1, Err(fault)),
            Self::Turn(code) => drop(code(Err(fault))),
            // Who waits for them hears that nobody will.
            Self::Disconnect(_) | Self::Alarms(_) => {}
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
        guest: Guest,
    ) -> BoxFuture<'static, Result<Bytes, Fault>> {
        Box::pin(async move {
            let (cell, caller) = self.judged(guest).await?;
            let action = decode_action::<A>(&action, format, &args).inspect_err(|fault| {
                cell.kind.meters().refused(&action, Outcome::of_fault(fault));
            })?;
            let reply = cell.call_as(caller, action, Chain::default()).await?;
            encode_reply::<A>(format, &reply)
        })
    }

    fn connect(
        self: Arc<Self>,
        guest: Guest,
        outbox: Arc<Outbox>,
    ) -> BoxFuture<'static, Result<Arc<dyn HostedConn>, Fault>> {
        Box::pin(async move {
            outbox.count_in(Arc::clone(self.kind.losses()));
            let (cell, conn) = self.join(guest, Peer::Wire(Arc::clone(&outbox)), None).await?;
            Ok(Arc::new(WireConn { line: Line::new(&cell, conn), outbox }) as Arc<dyn HostedConn>)
        })
    }

    fn request(
        self: Arc<Self>,
        request: http::Request<Body>,
        guest: Guest,
    ) -> BoxFuture<'static, Result<http::Response<Body>, Fault>> {
        Box::pin(async move { self.raw_request(request, guest).await })
    }

    fn websocket(
        self: Arc<Self>,
        guest: Guest,
        socket: RawSocket,
    ) -> BoxFuture<'static, Result<HangUp, Fault>> {
        Box::pin(async move { self.raw_socket(guest, socket).await })
    }

    fn send(
        self: Arc<Self>,
        mail: Mail,
        guest: Guest,
    ) -> BoxFuture<'static, Result<Option<Handling>, Fault>> {
        Box::pin(self.take_mail(mail, guest))
    }

    fn destroy(self: Arc<Self>) -> BoxFuture<'static, Result<(), Fault>> {
        Box::pin(self.destroyed())
    }
}

/// A connection of this actor that a gateway holds.
struct WireConn<A: Actor> {
    line: Arc<Line<A>>,
    outbox: Arc<Outbox>,
}

impl<A: Actor> HostedConn for WireConn<A> {
    fn id(&self) -> ConnId {
        self.line.conn().id()
    }

    fn subscribe(&self, event: &str, on: bool) {
        self.line.subscribe_by_name(event, on);
    }

    fn call(&self, id: u64, action: &str, args: &[u8]) {
        let conn = self.line.conn();
        let span = tracing::info_span!(target: "callboard::call", "call", call = id, conn = %conn.id());
        let _in = span.enter();
        // What is one too many is not even decoded.
        let decoded = conn.begin_call(args.len()).and_then(|()| {
            let decoded = decode_action::<A>(action, self.outbox.encoding().format(), args);
            decoded.inspect_err(|_| conn.end_call(args.len()))
        });
        match decoded {
            Ok(action) => self.line.call(id, action, Some(args.len())),
            Err(fault) => {
                self.line.meters().refused(action, Outcome::of_fault(&fault));
                self.outbox.send(&ToClient::Error { action_id: Some(id), fault, actor: None });
            }
        }
    }

    fn hang_up(&self) {
        self.line.hang_up();
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
        Peer::Raw(_) | Peer::Call(_) => {}
    }
}
