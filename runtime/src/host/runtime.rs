//! The runtime: the kinds that are registered, and what all actors share.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Once, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Hosted, HostedActor, Kind, Reach,
    clockwork::{Clockwork, tick},
    committer::Committer,
    rousing::rouse,
};
use crate::{
    Actor, ActorId, ConnId, Fault, Key, Limits,
    clock::Clock,
    faults, meters,
    store::{ActorRecord, Store},
};

/// What hosts the actors of one process.
pub(crate) struct Runtime {
    kinds: OnceLock<BTreeMap<&'static str, Arc<dyn Hosted>>>,
    store: Arc<dyn Store>,
    limits: Arc<Limits>,
    committer: OnceLock<Committer>,
    clock: Clock,
    clockwork: Clockwork,
    ticking: Once,
    tasks: TaskTracker,
    /// What gateways have under way: the last answers, and the closes of connections.
    sessions: TaskTracker,
    stopping: CancellationToken,
    /// The same, for those who ask often.
    is_stopping: AtomicBool,
    parting: CancellationToken,
    /// Names this process among all that ever gave out connection ids.
    gateway: u64,
    conns: AtomicU64,
}

/// Makes a kind once there is a runtime for it.
pub(crate) type MakeKind = fn(Arc<Runtime>) -> Arc<dyn Hosted>;

/// The [`MakeKind`] of actor `A`.
pub(crate) fn make_kind<A: Actor>(runtime: Arc<Runtime>) -> Arc<dyn Hosted> {
    Kind::<A>::new(runtime)
}

impl Runtime {
    /// How long a stop keeps connections open for what actors are doing.
    const ANSWERS: Duration = Duration::from_secs(10);

    /// How long it then waits for them still.
    const OVERTIME: Duration = Duration::from_secs(5);

    /// How long it waits for clients to be told.
    const GOODBYE_TIMEOUT: Duration = Duration::from_secs(5);

    pub(crate) fn new(
        kinds: &BTreeMap<&'static str, MakeKind>,
        store: Arc<dyn Store>,
        limits: Limits,
    ) -> Arc<Self> {
        meters::describe();
        let runtime = Arc::new(Self {
            kinds: OnceLock::new(),
            store,
            limits: Arc::new(limits),
            committer: OnceLock::new(),
            clock: Clock::start(),
            clockwork: Clockwork::default(),
            ticking: Once::new(),
            tasks: TaskTracker::new(),
            sessions: TaskTracker::new(),
            stopping: CancellationToken::new(),
            is_stopping: AtomicBool::new(false),
            parting: CancellationToken::new(),
            gateway: fastrand::u64(..),
            conns: AtomicU64::new(1),
        });
        let made = kinds.iter().map(|(name, make)| (*name, make(Arc::clone(&runtime)))).collect();
        // Set once, and only here.
        let _ = runtime.kinds.set(made);
        runtime
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Arc<dyn Hosted>> {
        self.kinds.get().into_iter().flat_map(BTreeMap::values)
    }

    /// The kind of this name.
    pub(crate) fn kind(&self, name: &str) -> Result<Arc<dyn Hosted>, Fault> {
        let kind = self.kinds.get().and_then(|kinds| kinds.get(name));
        kind.cloned().ok_or_else(|| faults::not_registered(name))
    }

    /// The kind with this contract.
    #[cfg(feature = "client")]
    pub(crate) fn local_kind<C: crate::Contract>(&self) -> Result<Arc<dyn super::LocalKind<C>>, Fault> {
        let kind = self.kind(C::NAME)?.local().downcast::<Arc<dyn super::LocalKind<C>>>();
        kind.map(|kind| *kind).map_err(|_| faults::not_registered(C::NAME))
    }

    /// The actor of this id, awake.
    pub(crate) async fn by_id(&self, id: ActorId) -> Result<Arc<dyn HostedActor>, Fault> {
        let record = self.find_by_id(id).await?.ok_or_else(faults::actor_not_found)?;
        let (actor, _) = self.kind(&record.name)?.reach(record.key, Reach::Get).await?;
        if actor.record().id == id { Ok(actor) } else { Err(faults::actor_not_found()) }
    }

    /// The key of the actor of this name and id.
    #[cfg(feature = "client")]
    pub(crate) async fn key_of(&self, name: &str, id: ActorId) -> Result<Key, Fault> {
        let record = self.find_by_id(id).await?.filter(|record| record.name == name);
        record.map(|record| record.key).ok_or_else(faults::actor_not_found)
    }

    pub(crate) async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, Fault> {
        let awake = self.kinds().find_map(|kind| kind.record_of(id));
        match awake {
            Some(record) => Ok(Some(record)),
            None => self.store.find_by_id(id).await.map_err(|error| Fault::internal(&error)),
        }
    }

    pub(crate) async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, Fault> {
        match self.kind(name)?.record_at(key) {
            Some(record) => Ok(Some(record)),
            None => self.store.find(name, key).await.map_err(|error| Fault::internal(&error)),
        }
    }

    /// Every actor of this name: those in the store, and the ephemeral ones that are awake.
    pub(crate) async fn list(&self, name: &str) -> Result<Vec<ActorRecord>, Fault> {
        let kind = self.kind(name)?;
        if kind.is_ephemeral() {
            return Ok(kind.records());
        }
        self.store.list(name).await.map_err(|error| Fault::internal(&error))
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Started with the first commit, so that a runtime can be made outside of tokio.
    pub(super) fn committer(&self) -> &Committer {
        self.committer.get_or_init(|| Committer::start(Arc::clone(&self.store)))
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn clockwork(&self) -> &Clockwork {
        &self.clockwork
    }

    /// Starts what runs by itself: alarms that became due while nobody was there, messages that were left. Does nothing outside of tokio; the
    /// first actor that is reached does it then.
    pub(crate) fn start_ticking(self: &Arc<Self>) {
        if tokio::runtime::Handle::try_current().is_ok() {
            self.ticking.call_once(|| {
                drop(tokio::spawn(tick(Arc::downgrade(self))));
                drop(tokio::spawn(rouse(Arc::downgrade(self))));
            });
        }
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    pub(crate) fn sessions(&self) -> &TaskTracker {
        &self.sessions
    }

    pub(crate) fn next_conn_id(&self) -> ConnId {
        ConnId::new(self.gateway, self.conns.fetch_add(1, Ordering::Relaxed))
    }

    /// Cancelled when a stop begins.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    /// Cancelled in a stop when connections are to be closed: what was taken is answered, or never will be.
    pub(crate) fn parting(&self) -> &CancellationToken {
        &self.parting
    }

    /// Stops: takes no new calls, lets those that were taken end, and saves what they did.
    pub(crate) async fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.stopping.cancel();
        self.kinds().for_each(|kind| kind.stop());
        self.tasks.close();
        let answered = tokio::time::timeout(Self::ANSWERS, self.tasks.wait()).await.is_ok();
        self.parting.cancel();
        if !answered && tokio::time::timeout(Self::OVERTIME, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "stopped while actors were still busy");
        }
        self.sessions.close();
        if tokio::time::timeout(Self::GOODBYE_TIMEOUT, self.sessions.wait()).await.is_err() {
            tracing::warn!(sessions = self.sessions.len(), "stopped before every client was told");
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.kinds().map(|kind| kind.name()).collect();
        f.debug_struct("Runtime").field("actors", &kinds).finish_non_exhaustive()
    }
}
