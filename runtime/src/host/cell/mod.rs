//! One awake actor: its state, its mailbox, its gate, its connections.
//!
//! An [`ActorCell`] is one *activation* of an actor: from its start until it sleeps, is destroyed or stops. The next activation
//! is another cell, with the same connections if there are any.
//!
//! ```text
//!   ActorType::awake                                            ActorType::pass_on, forget
//!        │ makes the cell, and its task                                ▲ leaves the list of those awake
//!        ▼                                                             │
//!    Starting ──────▶ Running ──────▶ Closing ──────▶ Sealed ──────▶ Closed
//!    start.rs         task.rs         close.rs, destroy.rs
//! ```
//!
//! - `lifecycle.rs` has the phase, which all else asks.
//! - `task.rs` is the actor's task: it takes what the mailbox brings, fires alarms of its own, and decides when to sleep. An
//!   idle actor needs no task for a call: the caller runs it in place (`host/turn`).
//! - `close.rs` ends the activation, in one order whatever the reason; `destroy.rs` has what a destroy does first.
//! - `work.rs` runs what the actor begins beside its turns; `keep_alive.rs` counts what keeps it awake; `sleep_timer.rs` says when to look at that.
//! - `mailbox.rs` has what waits, in the order of `fair_queue.rs`; `envelope.rs` says what that can be, for any cell.
//! - `start_backoff.rs` holds off actors that fail at every start.
//!
//! Who owns a cell: its task, and whoever has a handle on what runs for it ([`KeepAliveGuard`](keep_alive::KeepAliveGuard),
//! [`Ctx`]). The table of those awake and the sleep timer hold it weakly.

pub(in crate::host) mod close;
pub(in crate::host) mod destroy;
pub(in crate::host) mod envelope;
pub(in crate::host) mod fair_queue;
pub(in crate::host) mod flow;
pub(in crate::host) mod keep_alive;
pub(in crate::host) mod last_use;
pub(in crate::host) mod lifecycle;
pub(in crate::host) mod mailbox;
pub(in crate::host) mod park;
pub(in crate::host) mod parked;
#[cfg(all(test, feature = "client"))]
pub(in crate::host) mod sizes;
pub(in crate::host) mod sleep_timer;
pub(in crate::host) mod slots;
pub(in crate::host) mod spans;
pub(in crate::host) mod start;
pub(in crate::host) mod start_backoff;
pub(in crate::host) mod task;
pub(in crate::host) mod work;

use std::{
    sync::{Arc, OnceLock, atomic::AtomicUsize},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use self::{
    fair_queue::Bounds,
    keep_alive::{KeepAlive, Kept, LifecycleRequest},
    last_use::LastUse,
    lifecycle::{Lifecycle, Phase},
    mailbox::{Mailbox, Rejected},
    parked::Parked,
    sleep_timer::{NextLook, Sleeper},
};
use super::{
    Lookup, Shared, Source,
    actor_type::ActorType,
    admission::awake_limit::{AwakePermit, Evictable},
    connections::Connections,
    durability::durable::Durable,
    pending_output::ActorDurable,
    queues::state::QueueSet,
    turn::{
        call::{Call, Destination, Respond},
        call_chain::{Chain, Link, Reading},
        catch::{guarded_action, guarded_hook},
        panics::Code,
    },
};
use crate::{
    Action as _, Actor, Conn, Contract, Ctx, Fault, Key,
    actor::{ActionOf, ReplyOf},
    error::faults,
    store::ActorRecord,
    util::log::Span,
};

/// An awake actor. Whoever holds it can post to it; its task (`task.rs`) and, when it is idle, its callers run it.
pub(crate) struct ActorCell<A: Actor> {
    kind: Arc<ActorType<A>>,
    key: Key,
    /// What to do if the store has no such actor.
    absent: Absent,
    /// Known before any code of the actor runs.
    identity: OnceLock<ActorRecord>,
    /// How far this activation has come.
    lifecycle: Lifecycle,
    /// What waits for it, and its state while nobody has that.
    mailbox: Mailbox<Core<A>, Envelope<A>>,
    /// What it has to save: its gate, saves, alarms and queues.
    durable: ActorDurable<A>,
    /// What keeps it from sleeping, and what must end before it sleeps.
    keep_alive: KeepAlive,
    /// Its permit to be awake.
    permit: Mutex<Option<AwakePermit>>,
    /// When it was last used past its mailbox.
    last_use: LastUse,
    /// When it looks again whether it can sleep.
    next_look: NextLook,
    /// Name and key, for people: `chatRoom/general`.
    address: OnceLock<Arc<str>>,
    /// How many reads are on their way to a thread.
    starting_reads: AtomicUsize,
    connections: Arc<Connections<A>>,
}

/// What is sent to it.
pub(super) type Envelope<A> = envelope::Envelope<A, ActorCell<A>>;

/// A connection that wants in to it.
pub(super) type Connect<A> = envelope::Connect<A, ActorCell<A>>;

/// An open connection to it.
pub(super) type Opened<A> = envelope::Opened<A, ActorCell<A>>;

/// What became of an envelope that was posted to an actor which is awake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Posted {
    /// It runs, or waits for its turn.
    Taken,
    /// Too much of its flow waits already. Who has sent it was told.
    Refused,
}

/// What to do if the store has no such actor.
#[derive(Clone)]
pub(super) enum Absent {
    /// Say so.
    Fail,
    /// Make it, from this input (CBOR).
    Make(Option<Bytes>),
}

/// What a turn has to itself.
pub(super) struct Core<A> {
    /// `None` before the start, while a void state is being replaced, and in sleep. Boxed as soon as it is made, so that
    /// a large one is in no future.
    pub(super) state: Option<Box<A>>,
}

impl<A: Actor> ActorCell<A> {
    pub(super) fn new(
        kind: Arc<ActorType<A>>,
        key: Key,
        absent: Absent,
        connections: Arc<Connections<A>>,
    ) -> Self {
        let mailbox = Mailbox::new(Bounds::of(kind.shared().limits()), Core { state: None });
        let (table, meters) = (<A::Contract as Contract>::QUEUES, kind.meters().queues());
        let queues = QueueSet::new(table, meters, kind.shared().queued(), A::EPHEMERAL);
        Self {
            kind,
            key,
            absent,
            identity: OnceLock::new(),
            lifecycle: Lifecycle::default(),
            mailbox,
            durable: Durable::new(connections.gate().clone(), queues),
            keep_alive: KeepAlive::default(),
            permit: Mutex::default(),
            last_use: LastUse::default(),
            next_look: NextLook::default(),
            address: OnceLock::new(),
            starting_reads: AtomicUsize::new(0),
            connections,
        }
    }

    pub(super) fn kind(&self) -> &Arc<ActorType<A>> {
        &self.kind
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        self.kind.shared()
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// What to do if the store has no such actor.
    pub(super) fn absent(&self) -> &Absent {
        &self.absent
    }

    pub(super) fn mailbox(&self) -> &Mailbox<Core<A>, Envelope<A>> {
        &self.mailbox
    }

    pub(crate) fn connections(&self) -> &Arc<Connections<A>> {
        &self.connections
    }

    pub(in crate::host) fn durable(&self) -> &ActorDurable<A> {
        &self.durable
    }

    /// Has the actor's task look at what is to be done beside what waits in the mailbox.
    pub(super) fn nudge(&self) {
        self.mailbox.nudge();
    }

    /// Who the actor is, once that is known.
    pub(super) fn identity(&self) -> Option<&ActorRecord> {
        self.identity.get()
    }

    /// Set once: an actor keeps its identity.
    pub(super) fn set_identity(&self, record: ActorRecord) {
        let _ = self.identity.set(record);
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

    /// A piece of the actor's code, for whoever tells of its panics.
    #[inline]
    pub(super) fn code(&self, name: &'static str) -> Code<'_> {
        Code { panics: self.shared().panics(), name: (A::Contract::NAME, name) }
    }

    /// Runs code of the actor, whose events go out together.
    pub(super) fn corked<T>(&self, code: impl FnOnce() -> T) -> T {
        self.connections.broadcasts().corked(code)
    }

    /// Guards code of the actor, whose events go out together where it awaits.
    pub(super) async fn guarded<T>(
        &self,
        name: &'static str,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        self.connections.broadcasts().corked_async(guarded_hook(self.code(name), limit, code)).await
    }

    /// The same in a span, if there is one.
    pub(super) async fn guarded_in<T>(
        &self,
        name: &'static str,
        span: Option<&Span>,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        self.connections.broadcasts().corked_async(guarded_action(self.code(name), span, limit, code)).await
    }

    /// What an action or a hook of this name does here.
    pub(super) fn link(&self, before: Chain, name: &'static str, reading: Option<Reading>) -> Link {
        before.with(self.record().id, self.address(), name, reading)
    }

    /// Name and key, for people.
    pub(super) fn address(&self) -> Arc<str> {
        Arc::clone(self.address.get_or_init(|| format!("{}/{}", self.kind.name(), self.key).into()))
    }

    pub(super) fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    pub(super) fn keep_alive(&self) -> &KeepAlive {
        &self.keep_alive
    }

    /// Waits until its code is to end.
    pub(crate) async fn cancelled(&self) {
        self.lifecycle.told_to_end().await;
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.lifecycle.is_told_to_end()
    }

    /// Whether it takes what is posted to it.
    pub(super) fn is_awake(&self) -> bool {
        self.lifecycle.phase() < Phase::Closing && !self.shared().is_stopping()
    }

    /// Takes nothing more, and ends what was posted: the server stops.
    pub(super) fn stop(&self) {
        self.lifecycle.tell_to_end();
        self.mailbox.close();
    }

    /// It is awake with this permit from now on.
    pub(super) fn set_permit(&self, permit: AwakePermit) {
        *self.permit.lock() = Some(permit);
    }

    /// It needs its permit no longer.
    pub(super) fn release_permit(&self) {
        let permit = self.permit.lock().take();
        drop(permit);
    }

    /// When it was last used past its mailbox.
    pub(super) fn last_use(&self) -> &LastUse {
        &self.last_use
    }

    /// How many reads are on their way to a thread.
    pub(super) fn starting_reads(&self) -> &AtomicUsize {
        &self.starting_reads
    }

    #[inline]
    pub(super) fn used(&self) {
        if self.last_use.mark(|| self.shared().clock().elapsed_ms()) {
            self.mailbox.nudge();
        }
    }

    /// Takes an envelope, or refuses it for want of room. Gives it back if the actor has gone to sleep.
    pub(super) fn post(self: &Arc<Self>, envelope: Envelope<A>) -> Result<Posted, Envelope<A>> {
        match self.try_post(envelope) {
            Err(Rejected::Closed(envelope)) => Err(envelope),
            Err(Rejected::Full(envelope)) => {
                envelope.refuse(faults::overloaded());
                Ok(Posted::Refused)
            }
            Ok(()) => Ok(Posted::Taken),
        }
    }

    /// Takes an envelope: a call runs here and now if the actor is idle and the action does not await, else in its
    /// turn.
    pub(super) fn try_post(self: &Arc<Self>, envelope: Envelope<A>) -> Result<(), Rejected<Envelope<A>>> {
        let envelope = match envelope {
            Envelope::Call(call) => match self.take_directly(call) {
                Ok(()) => return Ok(()),
                Err(call) => Envelope::Call(call),
            },
            other => other,
        };
        self.put(envelope)
    }

    /// Puts an envelope into the mailbox.
    fn put(self: &Arc<Self>, envelope: Envelope<A>) -> Result<(), Rejected<Envelope<A>>> {
        let envelope = Parked::park_if_of_work(self, envelope);
        let pushed = match &envelope {
            Envelope::Disconnect(_) | Envelope::Alarms(_) => self.mailbox.push_always(envelope),
            _ => match self.mailbox.push(envelope) {
                Err(Rejected::Closed(envelope)) if self.belongs_to_end(&envelope) => {
                    self.mailbox.push_late(envelope)
                }
                pushed => pushed,
            },
        };
        match pushed {
            Err(Rejected::Closed(Envelope::Parked(parked))) => {
                // If it was ended meanwhile, it needs nothing more.
                parked.take().map_or(Ok(()), |envelope| Err(Rejected::Closed(envelope)))
            }
            pushed => pushed,
        }
    }

    /// Whether the end of this time awake waits for who posts this.
    fn belongs_to_end(&self, envelope: &Envelope<A>) -> bool {
        let Some(record) = self.identity.get() else { return false };
        match envelope {
            Envelope::Call(call) => call.chain.is_part_of(record.id),
            Envelope::Parked(parked) => parked.chain().is_part_of(record.id),
            Envelope::Turn(..) => Chain::current().is_part_of(record.id),
            _ => false,
        }
    }

    /// Posts to the actor of this cell, which is woken as often as it takes. Gives the cell that took it.
    pub(super) async fn post_awake(self: &Arc<Self>, mut envelope: Envelope<A>) -> Result<Arc<Self>, Fault> {
        let mut cell = Arc::clone(self);
        while let Err(refused) = cell.post(envelope) {
            envelope = refused;
            cell = cell.awake_again().await?;
        }
        Ok(cell)
    }

    /// The same actor, awake, once this time awake is over.
    pub(super) async fn awake_again(self: &Arc<Self>) -> Result<Arc<Self>, Fault> {
        if self.durable.is_dropped() {
            // It was never made.
            return Err(faults::actor_not_found());
        }
        if self.keep_alive.request() == LifecycleRequest::Destroy && A::EPHEMERAL {
            return Err(faults::actor_not_found());
        }
        let (cell, _) = self.kind.awake(&self.key, &self.next_reach()).await?;
        // By now there may be another actor of this key.
        let is_same = A::EPHEMERAL || cell.record().id == self.record().id;
        if is_same { Ok(cell) } else { Err(faults::actor_not_found()) }
    }

    /// How its next time awake is reached. What lives in memory alone is made anew.
    fn next_reach(&self) -> Lookup {
        match &self.absent {
            Absent::Make(input) if A::EPHEMERAL => Lookup::GetOrCreate { input: input.clone() },
            _ => Lookup::Get,
        }
    }

    /// Runs a call here and now, or ends it, if it need not wait. Gives it back if it has to.
    #[inline]
    fn take_directly<R: Respond<A>>(self: &Arc<Self>, call: Call<A, R>) -> Result<R::Asked, Call<A, R>> {
        let info = call.action.info();
        if info.needs_conn && call.caller.is_none() {
            return Ok(call.refuse(faults::connection_required(info.name)));
        }
        match self.hold_of(&call.chain) {
            None => self.run_if_idle(call),
            Some(held) => {
                let (call, asked) = call.send_later();
                self.take_circular(call, held);
                Ok(asked)
            }
        }
    }

    /// Calls an action for a client of this process. Gives the action back if the actor has gone to sleep.
    #[cfg(feature = "client")]
    pub(super) fn ask_here(
        self: &Arc<Self>,
        action: ActionOf<A>,
        chain: Chain,
    ) -> Result<super::Asked<ReplyOf<A>>, ActionOf<A>> {
        let watch = self.watch(action.info(), None);
        let call = match self.take_directly(Call::here(watch, action, chain)) {
            Ok(asked) => return Ok(asked),
            Err(call) => call,
        };
        let (call, asked) = call.send_later();
        match self.put(Envelope::Call(call)) {
            Ok(()) => Ok(asked),
            Err(Rejected::Full(envelope)) => {
                envelope.refuse(faults::overloaded());
                Ok(asked)
            }
            Err(Rejected::Closed(Envelope::Call(call))) => Err(call.action),
            Err(Rejected::Closed(_)) => unreachable!("an actor that is asleep gives back what it was given"),
        }
    }

    /// One call, and its answer.
    pub(super) async fn call_as(
        self: &Arc<Self>,
        caller: Option<Conn<A>>,
        source: Source,
        action: ActionOf<A>,
        chain: Chain,
    ) -> Result<ReplyOf<A>, Fault> {
        let (sender, answer) = oneshot::channel();
        let watch = self.watch(action.info(), caller.as_ref());
        let call = Call::new(watch, action, caller, Destination::Task(sender, source), chain);
        self.post_awake(Envelope::Call(call)).await?;
        answer.await.unwrap_or_else(|_| Err(faults::unanswered()))
    }

    /// Whether a message waits for `#[run]`, which is there to take it.
    pub(super) fn has_messages_to_handle(&self) -> bool {
        self.keep_alive.is_running() && self.durable.has_queued_work()
    }

    /// Whether nothing keeps it awake.
    pub(super) fn is_idle(&self) -> bool {
        let alone = A::OPTIONS.hibernate || self.connections.is_empty();
        alone && !self.keep_alive.is_held() && !(A::EPHEMERAL && self.durable.has_alarms())
    }

    /// Asks for a change of the actor's own life, beside its turns.
    pub(crate) fn request(&self, request: LifecycleRequest) {
        self.raise_request(request);
        self.mailbox.nudge();
    }

    /// The same for a turn, whose end wakes the actor's task.
    pub(super) fn raise_request(&self, request: LifecycleRequest) {
        self.keep_alive.raise_request(request, &self.lifecycle);
    }

    /// Asks the actor to sleep now, if it is idle: others need its place.
    pub(super) fn evict(&self) {
        self.keep_alive.evict();
        self.mailbox.nudge();
    }

    pub(super) fn own_alarm_is_due(&self) -> bool {
        A::EPHEMERAL && self.durable.has_alarm_due(self.shared().clock().now())
    }

    /// Whether it waits for whoever asks, before it is awake or before its end is over: that one cannot wait for it.
    pub(super) fn waits_for_caller(&self) -> bool {
        let Some(record) = self.identity.get() else { return false };
        let chain = Chain::current();
        let starts = self.lifecycle.started().is_none();
        (starts && chain.holds(record.id).is_some())
            || (self.mailbox.is_ending() && chain.is_part_of(record.id))
    }

    /// Whether its turns, or what is beside them, have asked for its end.
    pub(super) fn is_to_be_destroyed(&self) -> bool {
        self.keep_alive.request() == LifecycleRequest::Destroy || self.durable.is_destroying()
    }
}

impl<A: Actor> Evictable for ActorCell<A> {
    fn used_at_ms(&self) -> u64 {
        Sleeper::used_at_ms(self)
    }

    fn can_sleep(&self) -> bool {
        self.lifecycle.phase() == Phase::Running
            && self.is_awake()
            && self.mailbox.is_idle()
            && self.keep_alive.request() == LifecycleRequest::Stay
            && self.is_idle()
            && !self.has_messages_to_handle()
    }

    fn sleep_if_idle(self: Arc<Self>) -> BoxFuture<'static, ()> {
        self.evict();
        Box::pin(async move { self.lifecycle.reached(Phase::Closed).await })
    }
}

impl<A: Actor> Kept for ActorCell<A> {
    fn keep_alive(&self) -> &KeepAlive {
        &self.keep_alive
    }

    fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    fn used(&self) {
        ActorCell::used(self);
    }

    fn nudge(&self) {
        self.mailbox.nudge();
    }
}

impl<A: Actor> Sleeper for ActorCell<A> {
    fn next_look(&self) -> &NextLook {
        &self.next_look
    }

    fn look(&self, now_ms: u64) -> bool {
        self.last_use.look(now_ms)
    }

    fn used_at_ms(&self) -> u64 {
        self.last_use.at_ms(|| self.shared().clock().elapsed_ms())
    }

    fn wake(&self) {
        self.mailbox.wake();
    }
}

impl<A: Actor> Core<A> {
    /// The state, for whoever has a turn.
    pub(super) fn state(&self) -> &A {
        self.state.as_deref().expect("who has a turn has a state that may be used")
    }

    /// The state, for whoever has a turn to change it.
    pub(super) fn state_mut(&mut self) -> &mut A {
        self.state.as_deref_mut().expect("who has a turn has a state that may be used")
    }
}
