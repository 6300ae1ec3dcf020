//! The runtime: what has the actor types that are registered, for registries, clients and gateways.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Once, Weak},
    time::Duration,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    ActorType, HostedActor, HostedType, Lookup, Shared, actor_types::ActorTypes,
    queues::recovery::recover_queues, schedules::scheduler_task,
};
use crate::{
    Actor, ActorId, Fault, Key, Limits,
    error::faults,
    meters,
    store::{ActorRecord, Store},
    testing::TestClock,
    util::{clock::Clock, log, uptime::Uptime},
};

/// What hosts the actors of one process.
///
/// The registry, clients, handles and gateways have it, and no actor does: with the last of them it is dropped, which
/// stops it.
pub(crate) struct Runtime {
    kinds: Arc<ActorTypes>,
    shared: Arc<Shared>,
    ticking: Once,
}

/// Makes a kind.
pub(crate) type MakeActorType = fn(&Arc<Shared>) -> Arc<dyn HostedType>;

/// The [`MakeActorType`] of actor `A`.
pub(crate) fn make_actor_type<A: Actor>(shared: &Arc<Shared>) -> Arc<dyn HostedType> {
    ActorType::<A>::new(Arc::clone(shared))
}

impl Runtime {
    /// How long a stop keeps connections open for what actors are doing.
    const ANSWERS: Duration = Duration::from_secs(10);

    /// How long it then waits for them still.
    const OVERTIME: Duration = Duration::from_secs(5);

    /// How long it waits for clients to be told.
    const GOODBYE_TIMEOUT: Duration = Duration::from_secs(5);

    pub(crate) fn new(
        kinds: &BTreeMap<&'static str, MakeActorType>,
        store: Arc<dyn Store>,
        limits: Limits,
        clock: Option<TestClock>,
    ) -> Arc<Self> {
        meters::describe();
        Arc::new_cyclic(|runtime| {
            let shared = Shared::new(Weak::<Self>::clone(runtime), store, limits, Clock::start(clock));
            let kinds = kinds.iter().map(|(name, make)| (*name, make(&shared))).collect();
            Self { kinds: Arc::new(kinds), shared, ticking: Once::new() }
        })
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Arc<dyn HostedType>> {
        self.kinds.values()
    }

    /// The kind of this name.
    pub(crate) fn kind(&self, name: &str) -> Result<Arc<dyn HostedType>, Fault> {
        self.start_ticking();
        let kind = self.kinds.get(name).cloned().ok_or_else(|| faults::not_registered(name))?;
        if !kind.is_ephemeral() {
            // Those that are awake could answer still, from what may be nowhere else by now.
            self.store().health().map_err(faults::store_failed)?;
        }
        Ok(kind)
    }

    /// The runtime that has this, for what actors do with others.
    #[cfg(feature = "client")]
    pub(crate) fn of(shared: &Shared) -> Weak<Self> {
        let runtime = shared.runtime().upgrade().and_then(|runtime| runtime.downcast().ok());
        runtime.map_or_else(Weak::new, |runtime: Arc<Self>| Arc::downgrade(&runtime))
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        self.shared.store()
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
        let (actor, _) = self.kind(&record.name)?.reach(record.key, Lookup::Get).await?;
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
            None => self.shared.store().find_by_id(id).await.map_err(faults::store_failed),
        }
    }

    pub(crate) async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, Fault> {
        match self.kind(name)?.record_at(key) {
            Some(record) => Ok(Some(record)),
            None => self.shared.store().find(name, key).await.map_err(faults::store_failed),
        }
    }

    /// A page of the actors of this name, those of them that have ids after this one: of those in the store, and of
    /// ephemeral ones, which no store has, of those that are awake.
    pub(crate) async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, Fault> {
        let kind = self.kind(name)?;
        if kind.is_ephemeral() {
            return Ok(kind.records(after, limit));
        }
        self.shared.store().list(name, after, limit).await.map_err(faults::store_failed)
    }

    /// Starts what runs by itself: alarms that became due while nobody was there, messages that were left. Does nothing
    /// outside of tokio; whoever reaches the first actor does it then.
    pub(crate) fn start_ticking(&self) {
        if !self.ticking.is_completed() && tokio::runtime::Handle::try_current().is_ok() {
            self.ticking.call_once(|| {
                drop(tokio::spawn(scheduler_task::run(Arc::clone(&self.kinds), Arc::clone(&self.shared))));
                drop(tokio::spawn(beat(Arc::clone(self.shared.uptime()), self.shared.stopping().clone())));
                drop(tokio::spawn(recover_queues(Arc::clone(&self.kinds), Arc::clone(&self.shared))));
            });
        }
    }

    /// What the actors have too.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        self.shared.limits()
    }

    /// When this process has run: what peers are judged by.
    pub(crate) fn uptime(&self) -> &Arc<Uptime> {
        self.shared.uptime()
    }

    /// What gateways have under way, which a stop waits for.
    pub(crate) fn sessions(&self) -> &TaskTracker {
        self.shared.sessions()
    }

    /// Cancelled when a stop begins.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        self.shared.stopping()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.shared.is_stopping()
    }

    /// Cancelled in a stop when connections are to be closed: what was taken is answered, or never will be.
    pub(crate) fn parting(&self) -> &CancellationToken {
        self.shared.parting()
    }

    /// Stops: takes no new calls, lets those that were taken end, and saves what they did.
    pub(crate) async fn stop(&self) {
        self.begin_stop();
        let (tasks, sessions) = (self.shared.tasks(), self.shared.sessions());
        tasks.close();
        let answered = tokio::time::timeout(Self::ANSWERS, tasks.wait()).await.is_ok();
        self.parting().cancel();
        if !answered && tokio::time::timeout(Self::OVERTIME, tasks.wait()).await.is_err() {
            log::warn!(tasks = tasks.len(), "stopped while actors were still busy");
        }
        sessions.close();
        if tokio::time::timeout(Self::GOODBYE_TIMEOUT, sessions.wait()).await.is_err() {
            log::warn!(sessions = sessions.len(), "stopped before every client was told");
        }
        // Clients may be held for longer than this, and must not keep the next process from the file.
        // The store itself: an `Arc` of one leaves it open.
        self.shared.store().as_ref().close().await;
        self.shared.over().cancel();
    }

    fn begin_stop(&self) {
        self.shared.begin_stop();
        self.kinds().for_each(|kind| kind.stop());
    }
}

/// Notes that the process runs, until it stops.
async fn beat(uptime: Arc<Uptime>, stopping: CancellationToken) {
    stopping.run_until_cancelled(uptime.beat()).await;
}

impl Drop for Runtime {
    /// Nobody can reach the actors any more: they end what they were given, and save it, without anybody waiting.
    fn drop(&mut self) {
        self.begin_stop();
        self.shared.over().cancel();
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.kinds().map(|kind| kind.name()).collect();
        f.debug_struct("Runtime").field("actors", &kinds).finish_non_exhaustive()
    }
}
