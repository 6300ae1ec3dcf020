//! All actors of one type, and which of them are awake.

use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use super::{
    ActorCell, Lookup, Reached, Shared,
    admission::{
        awake_limit::{AwakePermit, Evictable},
        provisional::list::Provisionals,
        stranger::Maker,
    },
    awake_table::{AwakeTable, LockedTable},
    cell::{
        Absent, Awake, Inherited,
        lifecycle::Phase,
        owner::{Owner, TypeResources},
        spawn::{begin, spawn},
        start_backoff::StartBackoff,
        task::{ActorTask, run},
    },
    turn::call_scope,
};
use crate::{
    Action, Actor, ActorId, Contract, Fault, Key,
    actor::{ActionOf, conn::events},
    delivery::drop_counters::DropCounters,
    error::{Code, faults},
    meters::ActorMeters,
    store::ActorRecord,
    util::log,
};

/// An actor type that is registered.
pub(crate) struct ActorType<A: Actor> {
    resources: Arc<TypeResources<ActorCell<A>>>,
    awake: AwakeTable<A>,
    /// Those that would be made for somebody whom they have not let in yet.
    provisionals: Provisionals<A>,
    start_backoff: StartBackoff,
}

/// An actor that is awake from now on, and is to be started: once the table is unlocked, because a tokio runtime that is being
/// shut down drops a task where it is spawned, and this one leaves the table when it is dropped.
#[must_use]
struct Begun<A: Actor> {
    task: ActorTask<A>,
    maker: Option<Maker>,
}

impl<A: Actor> Begun<A> {
    /// Starts it in a task of its own.
    fn spawn(self) {
        let cell = Arc::clone(self.task.cell());
        spawn(&cell, run(self.task, self.maker, cell.spans().wake()));
    }

    /// The same for whoever waits for it: most starts wait for nothing, and end here without a task. But code of the actor is
    /// not to find itself in a call, a span or a request of whoever needs it first, which it would take for its own.
    fn start(self) {
        if A::HOOKS.run || self.maker.is_some() || call_scope::is_in_call() || log::is_in_span() {
            return self.spawn();
        }
        let cell = Arc::clone(self.task.cell());
        begin(&cell, run(self.task, None, cell.spans().wake()));
    }
}

impl<A: Actor> ActorType<A> {
    /// Whether its actors judge who comes, so that some of them are provisional.
    const IS_JUDGE: bool = A::HOOKS.before_connect.is_some();

    pub(super) fn new(shared: Arc<Shared>) -> Arc<Self> {
        let name = A::Contract::NAME;
        let meters = ActorMeters::new(name, ActionOf::<A>::TABLE, events::<A>(), A::Contract::QUEUES);
        let drops = DropCounters::new(name, events::<A>());
        let resources = TypeResources::new(name, shared, A::OPTIONS.sleep_timeout, drops, meters);
        Arc::new(Self {
            awake: AwakeTable::new(resources.meters()),
            resources,
            provisionals: Provisionals::default(),
            start_backoff: StartBackoff::default(),
        })
    }

    pub(super) fn table(&self) -> &AwakeTable<A> {
        &self.awake
    }

    pub(super) fn provisionals(&self) -> &Provisionals<A> {
        &self.provisionals
    }

    pub(super) fn drops(&self) -> &Arc<DropCounters> {
        self.resources.drops()
    }

    pub(super) fn meters(&self) -> &Arc<ActorMeters> {
        self.resources.meters()
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        self.resources.shared()
    }

    pub(super) fn name(&self) -> &'static str {
        self.resources.name()
    }

    /// A cell of this type, which is in no list yet, and runs on the tokio runtime that this is called on.
    pub(super) fn new_cell(
        self: &Arc<Self>,
        key: Key,
        absent: Absent,
        inherited: Inherited<A>,
    ) -> Arc<ActorCell<A>> {
        let owner: Arc<dyn Owner<ActorCell<A>>> = Arc::clone(self) as _;
        let sleep_timer = self.resources.sleep_timers().of(&Handle::current());
        let resources = Arc::clone(&self.resources);
        Arc::new(ActorCell::new(owner, resources, key, absent, inherited, sleep_timer))
    }

    /// The awake actor of this key, and whether this call made it; for who is judged already, or trusted.
    pub(super) async fn awake(
        self: &Arc<Self>,
        key: &Key,
        reach: &Lookup,
    ) -> Result<Reached<ActorCell<A>>, Fault> {
        if Self::IS_JUDGE
            && let Some(cell) = self.provisionals.waits_for_caller(key)
        {
            return Ok((cell, false));
        }
        loop {
            let (cell, mine) = self.cell(key, reach).await?;
            if !mine && cell.waits_for_caller() {
                return Ok((cell, false));
            }
            match cell.lifecycle().wait_started().await {
                Ok(_) if !cell.is_awake() => {
                    // On its way to sleep: the next one starts when this one has let go, unless there is none.
                    let stopping = self.shared().stopping().cancelled();
                    tokio::select! {
                        biased;
                        () = stopping => return Err(faults::service_unavailable()),
                        () = cell.lifecycle().reached(Phase::Closed) => {}
                    }
                }
                Ok(created) => {
                    let made = mine && created;
                    if !made && matches!(reach, Lookup::Create { .. }) {
                        return Err(faults::duplicate_key(key, cell.id()));
                    }
                    return Ok((cell, made));
                }
                // Somebody else looked for it and did not find it; this one may make it.
                Err(fault) if !mine && fault.has(Code::ActorNotFound) && !matches!(reach, Lookup::Get) => {}
                // Somebody else has made too many, which says nothing about this one.
                Err(fault) if !mine && faults::is_of_makers(&fault) => {}
                Err(fault) => return Err(fault),
            }
        }
    }

    /// The actor that is awake or about to be; starts it if there is none. Says whether this call did.
    async fn cell(self: &Arc<Self>, key: &Key, reach: &Lookup) -> Result<Reached<ActorCell<A>>, Fault> {
        if let Some(cell) = self.cell_at(key) {
            return Ok((cell, false));
        }
        self.check_backoff(key)?;
        let absent = match reach {
            // Looking up is cheap, starting is not: what does not exist shall cost no task.
            Lookup::Get if self.find_stored(key).await?.is_none() => match self.found_later(key).await? {
                Some(Found::Awake(cell)) => return Ok((cell, false)),
                Some(Found::Stored) => Absent::Fail,
                None => return Err(faults::actor_not_found()),
            },
            Lookup::Get => Absent::Fail,
            Lookup::GetOrCreate { input } | Lookup::Create { input } => Absent::make(input.clone()),
        };
        let (permit, maker) = self.permit(key, &absent).await?;
        let mut awake = self.awake.lock();
        if self.shared().is_stopping() {
            return Err(faults::service_unavailable());
        }
        if let Some(cell) = awake.get(key) {
            return Ok((cell, false));
        }
        let hibernating = awake.take_connections(key);
        let inherited = Inherited::of(hibernating.as_ref());
        let cell = self.new_cell(key.clone(), absent, inherited);
        let begun = self.begin(&mut awake, &cell, permit, maker);
        drop(awake);
        begun.start();
        Ok((cell, true))
    }

    /// What was not found may be about to be made: waits until that is known.
    async fn found_later(&self, key: &Key) -> Result<Option<Found<A>>, Fault> {
        if !Self::IS_JUDGE || !self.provisionals.decided(key).await {
            return Ok(None);
        }
        if let Some(cell) = self.cell_at(key) {
            return Ok(Some(Found::Awake(cell)));
        }
        Ok(self.find_stored(key).await?.map(|_| Found::Stored))
    }

    pub(super) fn check_backoff(&self, key: &Key) -> Result<(), Fault> {
        self.start_backoff.check(key, self.shared().clock().elapsed_ms())
    }

    /// The actor is awake with this permit from now on.
    pub(super) fn assign_permit(&self, cell: &Arc<ActorCell<A>>, permit: AwakePermit) {
        let weak: Weak<dyn Evictable> = Arc::downgrade(cell) as _;
        permit.assign(weak);
        cell.set_awake(Some(Awake::new(permit, self.shared())));
    }

    /// The actor is awake from now on.
    fn begin(
        &self,
        awake: &mut LockedTable<'_, A>,
        cell: &Arc<ActorCell<A>>,
        permit: AwakePermit,
        maker: Option<Maker>,
    ) -> Begun<A> {
        self.assign_permit(cell, permit);
        awake.insert(cell);
        Begun { task: ActorTask::new(cell), maker }
    }

    /// The actor of this key, if it is awake or about to be.
    pub(super) fn cell_at(&self, key: &Key) -> Option<Arc<ActorCell<A>>> {
        self.awake.get(key)
    }

    /// Who the awake actor of this key is. Of one that ends, only the store knows whether it still exists.
    pub(super) fn record_at(&self, key: &Key) -> Option<ActorRecord> {
        let cell = self.cell_at(key)?;
        let is_there = cell.is_awake() && matches!(cell.lifecycle().started(), Some(Ok(_)));
        is_there.then(|| cell.record())
    }

    /// The same by its id.
    pub(super) fn record_of(&self, id: ActorId) -> Option<ActorRecord> {
        let key = self.awake.key_of(id)?;
        self.record_at(&key).filter(|record| record.id == id)
    }

    pub(super) async fn find_stored(&self, key: &Key) -> Result<Option<ActorRecord>, Fault> {
        if A::EPHEMERAL {
            return Ok(None);
        }
        self.shared().store().find(self.name(), key).await.map_err(faults::store_failed)
    }
}

/// Where an actor was found.
enum Found<A: Actor> {
    Awake(Arc<ActorCell<A>>),
    Stored,
}

impl<A: Actor> Owner<ActorCell<A>> for ActorType<A> {
    fn wake(
        self: Arc<Self>,
        key: Key,
        lookup: Lookup,
    ) -> BoxFuture<'static, Result<Reached<ActorCell<A>>, Fault>> {
        Box::pin(async move { self.awake(&key, &lookup).await })
    }

    fn exists(&self, id: ActorId) -> BoxFuture<'_, Result<bool, Fault>> {
        Box::pin(async move {
            if self.record_of(id).is_some() {
                return Ok(true);
            }
            let found = self.shared().store().find_by_id(id).await.map_err(faults::store_failed)?;
            Ok(found.is_some())
        })
    }

    fn identify(&self, id: ActorId, key: &Key) {
        self.awake.identify(id, key);
    }

    fn start_ended(&self, cell: &Arc<ActorCell<A>>, failure: Option<&Fault>) {
        let elapsed_ms = self.shared().clock().elapsed_ms();
        match failure {
            None => self.start_backoff.record_start(cell.key(), elapsed_ms),
            Some(fault) => self.start_backoff.record_failure(cell.key(), fault, elapsed_ms),
        }
    }

    fn forget(&self, cell: &Arc<ActorCell<A>>) {
        self.awake.lock().remove(cell);
    }

    fn pass_on(self: Arc<Self>, cell: &Arc<ActorCell<A>>) {
        let mut left = cell.mailbox().drain();
        let mut awake = self.awake.lock();
        let goes_on = awake.remove(cell) && !left.is_empty() && !self.shared().is_stopping();
        let begun = goes_on.then(|| {
            let absent = if A::EPHEMERAL { cell.absent().clone() } else { Absent::Fail };
            // The same connections: some of what is left may be theirs.
            let inherited = Inherited::of(cell.known_connections());
            awake.take_connections(cell.key());
            let next = self.new_cell(cell.key().clone(), absent, inherited);
            for envelope in left.drain(..) {
                // It is open, as nobody else has it.
                let _ = next.mailbox().push_always(envelope);
            }
            let permit = self.shared().awake_limit().acquire_over_limit(self.shared().clock().elapsed_ms());
            self.begin(&mut awake, &next, permit, None)
        });
        drop(awake);
        if let Some(begun) = begun {
            begun.spawn();
        }
        for envelope in left {
            envelope.refuse(faults::service_unavailable());
        }
    }

    fn forget_provisional(&self, cell: &Arc<ActorCell<A>>) {
        self.provisionals.remove_if(cell, || true);
    }

    fn forget_connections_if_none(&self, key: &Key) {
        self.awake.forget_connections_if_none(key);
    }
}
