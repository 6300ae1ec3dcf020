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
//!    start, wake.rs   task.rs         close.rs, destroy.rs
//! ```
//!
//! - `lifecycle.rs` has the phase, which all else asks.
//! - `sender.rs` is the way in. An idle actor needs no task for a call: the caller runs it in place (`host/turn`).
//! - `task.rs` is the actor's task; in its `steps.rs` it takes what the mailbox brings, fires alarms of its own, and decides when
//!   to sleep.
//! - `close.rs` ends the activation, in one order whatever the reason; `destroy.rs` has what a destroy does first.
//! - `spawn.rs`: a start runs where the actor is needed first, and gets a task where it waits.
//! - `dormant.rs`: an actor that has nothing to do needs no task either.
//! - `work.rs` runs what the actor begins beside its turns; `keep_alive.rs` counts what keeps it awake; `sleep_timer.rs` says
//!   when to look at that.
//! - `owner.rs` says what a cell has of its actor type.
//! - `mailbox.rs` has what waits, in the order of `envelope_queue.rs` and `fair_queue.rs`; `envelope.rs` says what that can be,
//!   for any cell.
//! - `start_backoff.rs` holds off actors that fail at every start.
//!
//! A cell is what its parts meet in: it has the fields, and the few methods that many need. What is done with it is written in
//! types of their own, for one purpose each, that have the cell: [`Sender`](sender::Sender), [`Starting`](start::Starting),
//! [`ActorTask`](task::ActorTask), [`Closing`](close::Closing), [`Turns`](super::turn::turns::Turns).
//!
//! Who owns a cell: its task, or itself while it is dormant, and whoever has a handle on what runs for it
//! ([`KeepAliveGuard`](keep_alive::KeepAliveGuard), [`Ctx`](crate::Ctx)). The table of those awake and the sleep timer hold it
//! weakly.

pub(in crate::host) mod absent;
pub(in crate::host) mod close;
pub(in crate::host) mod destroy;
pub(in crate::host) mod dormant;
pub(in crate::host) mod envelope;
pub(in crate::host) mod envelope_queue;
pub(in crate::host) mod evict;
pub(in crate::host) mod fair_queue;
pub(in crate::host) mod flow;
pub(in crate::host) mod identity;
mod idle;
pub(in crate::host) mod inherited;
pub(in crate::host) mod input;
pub(in crate::host) mod keep_alive;
pub(in crate::host) mod last_use;
pub(in crate::host) mod lifecycle;
pub(in crate::host) mod mailbox;
pub(in crate::host) mod owner;
pub(in crate::host) mod park;
pub(in crate::host) mod parked;
pub(in crate::host) mod residence;
pub(in crate::host) mod sender;
#[cfg(all(test, feature = "client"))]
pub(in crate::host) mod sizes;
pub(in crate::host) mod sleep_timer;
pub(in crate::host) mod slots;
pub(in crate::host) mod spans;
pub(in crate::host) mod spawn;
pub(in crate::host) mod start;
pub(in crate::host) mod start_backoff;
pub(in crate::host) mod state;
mod steps;
pub(in crate::host) mod task;
pub(in crate::host) mod wake;
pub(in crate::host) mod work;

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

pub(super) use self::{absent::Absent, inherited::Inherited, residence::Awake, state::Core};
use self::{
    fair_queue::Bounds,
    identity::Identity,
    keep_alive::{KeepAlive, LifecycleRequest},
    last_use::LastUse,
    lifecycle::{Lifecycle, Phase},
    mailbox::{Batch, Mailbox},
    owner::{Owner, TypeResources},
    sleep_timer::{NextLook, SleepTimer},
};
use super::{
    Shared,
    connections::Connections,
    durability::durable::Durable,
    pending_output::ActorDurable,
    queues::own_queues::OwnQueues,
    turn::call_chain::{Address, Chain, Hold, Link, Reading},
};
use crate::{Actor, ActorId, Contract, Key, store::ActorRecord};

/// An awake actor. Whoever holds it can post to it; its task (`task.rs`) and, when it is idle, its callers run it.
pub(crate) struct ActorCell<A: Actor> {
    owner: Arc<dyn Owner<Self>>,
    resources: Arc<TypeResources<Self>>,
    key: Key,
    /// What to do if the store has no such actor.
    absent: Absent,
    /// Known before any code of the actor runs.
    identity: OnceLock<Identity>,
    /// How far this activation has come.
    lifecycle: Lifecycle,
    /// What waits for it, and its state while nobody has that.
    mailbox: Mailbox<Core<A>, Envelope<A>>,
    /// What it has to save: its gate, saves, alarms and queues.
    durable: ActorDurable<A>,
    /// What keeps it from sleeping, and what must end before it sleeps.
    keep_alive: KeepAlive,
    /// What lets it be awake.
    awake: Mutex<Option<Awake>>,
    /// That of the tokio runtime that it runs on.
    sleep_timer: Arc<SleepTimer<Self>>,
    /// When it was last used past its mailbox.
    last_use: LastUse,
    /// When it looks again whether it can sleep.
    next_look: NextLook,
    /// Made with the first connection, or by what asks for one.
    connections: OnceLock<Arc<Connections<A>>>,
}

/// What is sent to it.
pub(super) type Envelope<A> = envelope::Envelope<A, ActorCell<A>>;

/// What its task has taken out of its mailbox in one go.
pub(super) type ActorBatch<'a, A> = Batch<'a, Core<A>, Envelope<A>>;

/// A connection that wants in to it.
pub(super) type Connect<A> = envelope::Connect<A, ActorCell<A>>;

/// An open connection to it.
pub(super) type Opened<A> = envelope::Opened<A, ActorCell<A>>;

impl<A: Actor> ActorCell<A> {
    pub(super) fn new(
        owner: Arc<dyn Owner<Self>>,
        resources: Arc<TypeResources<Self>>,
        key: Key,
        absent: Absent,
        inherited: Inherited<A>,
        sleep_timer: Arc<SleepTimer<Self>>,
    ) -> Self {
        let mailbox = Mailbox::new(Bounds::of(resources.shared().limits()), Core { state: None });
        let (table, meters) = (<A::Contract as Contract>::QUEUES, resources.meters().queues());
        let queues = OwnQueues::new(table, meters, resources.shared().queued(), A::EPHEMERAL);
        let (gate, connections) = inherited.into_parts();
        Self {
            owner,
            resources,
            key,
            absent,
            identity: OnceLock::new(),
            lifecycle: Lifecycle::default(),
            mailbox,
            durable: Durable::new(gate, queues),
            keep_alive: KeepAlive::default(),
            awake: Mutex::default(),
            sleep_timer,
            last_use: LastUse::default(),
            next_look: NextLook::default(),
            connections,
        }
    }

    /// What keeps the cells of its type.
    pub(super) fn owner(&self) -> &Arc<dyn Owner<Self>> {
        &self.owner
    }

    /// What all actors of its type use.
    pub(super) fn resources(&self) -> &Arc<TypeResources<Self>> {
        &self.resources
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        self.resources.shared()
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// What to do if the store has no such actor.
    pub(super) fn absent(&self) -> &Absent {
        &self.absent
    }

    pub(super) fn mailbox(&self) -> &Mailbox<Core<A>, Envelope<A>> {
        &self.mailbox
    }

    /// Its connections, for what is done with one.
    pub(crate) fn connections(&self) -> &Arc<Connections<A>> {
        let make = || Arc::new(Connections::new(self.durable.gate().clone(), self.resources.meters()));
        self.connections.get_or_init(make)
    }

    /// Its connections, if it ever had one.
    pub(super) fn known_connections(&self) -> Option<&Arc<Connections<A>>> {
        self.connections.get()
    }

    pub(in crate::host) fn durable(&self) -> &ActorDurable<A> {
        &self.durable
    }

    /// Who the actor is, once that is known.
    pub(super) fn known_id(&self) -> Option<ActorId> {
        self.identity.get().map(|identity| identity.id)
    }

    /// Set once: an actor keeps its identity.
    pub(super) fn set_identity(&self, identity: Identity) {
        let _ = self.identity.set(identity);
    }

    /// Who the actor is.
    pub(crate) fn id(&self) -> ActorId {
        self.known_id().expect("an actor's identity is known before any code of it runs")
    }

    /// The same, as a store has it.
    pub(crate) fn record(&self) -> ActorRecord {
        let identity = self.identity.get().expect("it is known where an id is");
        identity.record(self.resources.name(), &self.key)
    }

    /// What an action or a hook of this name does here.
    #[inline]
    pub(super) fn link(&self, before: Chain, name: &'static str, reading: Option<Reading>) -> Link {
        let address = Address { name: self.resources.name(), key: self.key.clone() };
        before.with(self.id(), address, name, reading)
    }

    pub(super) fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    pub(super) fn keep_alive(&self) -> &KeepAlive {
        &self.keep_alive
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

    /// It is awake from now on, or no more.
    pub(super) fn set_awake(&self, awake: Option<Awake>) {
        let before = std::mem::replace(&mut *self.awake.lock(), awake);
        drop(before);
    }

    /// That of the tokio runtime that it runs on.
    pub(super) fn sleep_timer(&self) -> &Arc<SleepTimer<Self>> {
        &self.sleep_timer
    }

    /// When it was last used past its mailbox.
    pub(super) fn last_use(&self) -> &LastUse {
        &self.last_use
    }

    #[inline]
    pub(super) fn used(&self) {
        if self.last_use.mark(|| self.shared().clock().elapsed_ms()) {
            self.mailbox.nudge();
        }
    }

    /// Whether a message waits for `#[run]`, which is there to take it.
    pub(super) fn has_messages_to_handle(&self) -> bool {
        self.keep_alive.is_running() && self.durable.has_queued_work()
    }

    /// Whether nothing keeps it awake.
    pub(super) fn is_idle(&self) -> bool {
        let alone = A::OPTIONS.hibernate || self.known_connections().is_none_or(|known| known.is_empty());
        alone && !self.keep_alive.is_held() && !(A::EPHEMERAL && self.durable.has_alarms())
    }

    /// Asks for a change of the actor's own life, beside its turns.
    pub(crate) fn request(&self, request: LifecycleRequest) {
        self.keep_alive.raise_request(request, &self.lifecycle);
        self.mailbox.nudge();
    }

    /// Whether it waits for whoever asks, before it is awake or before its end is over: that one cannot wait for it.
    pub(super) fn waits_for_caller(&self) -> bool {
        let Some(id) = self.known_id() else { return false };
        let chain = Chain::current();
        let starts = self.lifecycle.started().is_none();
        (starts && chain.holds(id).is_some()) || (self.mailbox.is_ending() && chain.is_part_of(id))
    }

    /// Whether its turns, or what is beside them, have asked for its end.
    pub(super) fn is_to_be_destroyed(&self) -> bool {
        self.keep_alive.request() == LifecycleRequest::Destroy || self.durable.is_destroying()
    }

    /// How a call of this chain holds the actor, if it comes back to it.
    #[inline]
    pub(super) fn hold_of(&self, chain: &Chain) -> Option<Hold> {
        if chain.is_empty() { None } else { chain.holds(self.known_id()?) }
    }
}
