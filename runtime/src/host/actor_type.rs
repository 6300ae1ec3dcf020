//! All actors of one type, and which of them are awake.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{
    ActorCell, AdmissionRequest, Answered, Connected, Denied, Entered, HandledFuture, HangUp, HostedActor,
    HostedType, Lookup, Reached, Shared, WireEnqueue,
    admission::{
        awake_limit::{AwakePermit, Evictable, shrink},
        provisional::list::Provisionals,
        stranger::Maker,
    },
    cell::{
        Absent, Envelope,
        lifecycle::Phase,
        sleep_timer::SleepTimer,
        start_backoff::StartBackoff,
        task::{ActorTask, run},
    },
    connections::Connections,
};
use crate::{
    Action, Actor, ActorId, Body, Contract, EventDrops, Fault, Key, RawSocket,
    actor::{ActionOf, conn::events},
    delivery::{drop_counters::DropCounters, outbox::Outbox},
    error::{Code, faults},
    meters::ActorMeters,
    store::ActorRecord,
    util::{clock::Moment, task},
    wire::Format,
};

/// An actor type that is registered.
pub(crate) struct ActorType<A: Actor> {
    shared: Arc<Shared>,
    /// Each belongs to its task.
    pub(super) awake: Mutex<HashMap<Key, Weak<ActorCell<A>>>>,
    /// The keys of those that are awake and have their identity; `None` until somebody asks for an id, which few do. Locked
    /// after `awake`.
    ids: Mutex<Option<BTreeMap<ActorId, Key>>>,
    /// Who is connected to actors that sleep with their connections open.
    hibernating: Mutex<HashMap<Key, Arc<Connections<A>>>>,
    /// Those that would be made for somebody whom they have not let in yet.
    pub(super) provisionals: Provisionals<A>,
    start_backoff: StartBackoff,
    /// Has them look whether they can sleep.
    sleep_timer: Arc<SleepTimer<ActorCell<A>>>,
    /// What its slow clients do not get.
    drops: Arc<DropCounters>,
    meters: Arc<ActorMeters>,
}

/// An actor that is awake from now on, whose task is to be spawned: once the table is unlocked, because a tokio runtime that
/// is being shut down drops a task where it is spawned, and this one leaves the table when it is dropped.
#[must_use]
struct Begun<A: Actor> {
    task: ActorTask<A>,
    maker: Option<Maker>,
}

impl<A: Actor> Begun<A> {
    fn spawn(self) {
        let cell = Arc::clone(self.task.cell());
        task::spawn_in(cell.shared().tasks(), run(self.task, self.maker, cell.wake_span()));
    }
}

impl<A: Actor> ActorType<A> {
    /// Whether its actors judge who comes, so that some of them are provisional.
    const IS_JUDGE: bool = A::HOOKS.before_connect.is_some();

    pub(super) fn new(shared: Arc<Shared>) -> Arc<Self> {
        let name = A::Contract::NAME;
        let meters = ActorMeters::new(name, ActionOf::<A>::TABLE, events::<A>(), A::Contract::QUEUES);
        Arc::new(Self {
            shared,
            awake: Mutex::default(),
            ids: Mutex::default(),
            hibernating: Mutex::default(),
            provisionals: Provisionals::default(),
            start_backoff: StartBackoff::default(),
            sleep_timer: SleepTimer::new(A::OPTIONS.sleep_timeout),
            drops: Arc::new(DropCounters::new(name, events::<A>())),
            meters: Arc::new(meters),
        })
    }

    pub(super) fn drops(&self) -> &Arc<DropCounters> {
        &self.drops
    }

    pub(super) fn sleep_timer(&self) -> &Arc<SleepTimer<ActorCell<A>>> {
        &self.sleep_timer
    }

    pub(super) fn meters(&self) -> &Arc<ActorMeters> {
        &self.meters
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    #[expect(clippy::unused_self, reason = "a kind has a name, and it happens to be its type's")]
    pub(super) fn name(&self) -> &'static str {
        A::Contract::NAME
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
                    let stopping = self.shared.stopping().cancelled();
                    tokio::select! {
                        biased;
                        () = stopping => return Err(faults::service_unavailable()),
                        () = cell.lifecycle().reached(Phase::Closed) => {}
                    }
                }
                Ok(created) => {
                    let made = mine && created;
                    if !made && matches!(reach, Lookup::Create { .. }) {
                        return Err(faults::duplicate_key(key, cell.record().id));
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
            Lookup::GetOrCreate { input } | Lookup::Create { input } => Absent::Make(input.clone()),
        };
        let (permit, maker) = self.permit(key, &absent).await?;
        let mut awake = self.awake.lock();
        if self.shared.is_stopping() {
            return Err(faults::service_unavailable());
        }
        if let Some(cell) = awake.get(key).and_then(Weak::upgrade) {
            return Ok((cell, false));
        }
        let hibernating = self.hibernating.lock().remove(key);
        let connections = hibernating.unwrap_or_else(|| Arc::new(Connections::new(&self.meters)));
        let cell = Arc::new(ActorCell::new(Arc::clone(self), key.clone(), absent, connections));
        let begun = self.begin(&mut awake, &cell, permit, maker);
        drop(awake);
        begun.spawn();
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
        self.start_backoff.check(key, self.shared.clock().elapsed_ms())
    }

    pub(super) fn add_awake(&self, awake: &mut HashMap<Key, Weak<ActorCell<A>>>, cell: &Arc<ActorCell<A>>) {
        awake.insert(cell.key().clone(), Arc::downgrade(cell));
        self.count(awake);
    }

    /// The actor is awake with this permit from now on.
    pub(super) fn assign_permit(&self, cell: &Arc<ActorCell<A>>, permit: AwakePermit) {
        let weak: Weak<dyn Evictable> = Arc::downgrade(cell) as _;
        permit.assign(weak, self.shared.clock().elapsed_ms());
        cell.set_permit(permit);
    }

    /// The actor is awake from now on.
    fn begin(
        &self,
        awake: &mut HashMap<Key, Weak<ActorCell<A>>>,
        cell: &Arc<ActorCell<A>>,
        permit: AwakePermit,
        maker: Option<Maker>,
    ) -> Begun<A> {
        self.assign_permit(cell, permit);
        self.add_awake(awake, cell);
        Begun { task: ActorTask::new(cell), maker }
    }

    /// The actor of this key, if it is awake or about to be.
    pub(super) fn cell_at(&self, key: &Key) -> Option<Arc<ActorCell<A>>> {
        self.awake.lock().get(key).and_then(Weak::upgrade)
    }

    pub(super) async fn find_stored(&self, key: &Key) -> Result<Option<ActorRecord>, Fault> {
        if A::EPHEMERAL {
            return Ok(None);
        }
        self.shared.store().find(self.name(), key).await.map_err(faults::store_failed)
    }

    /// Whether the actor of this id is awake or in the store.
    pub(super) async fn exists(&self, id: ActorId) -> Result<bool, Fault> {
        if self.record_of(id).is_some() {
            return Ok(true);
        }
        let found = self.shared.store().find_by_id(id).await.map_err(faults::store_failed)?;
        Ok(found.is_some())
    }

    /// The actor of this key is known by this id from now on.
    pub(super) fn identify(&self, id: ActorId, key: &Key) {
        if let Some(ids) = &mut *self.ids.lock() {
            ids.insert(id, key.clone());
        }
    }

    /// Looks something up by id.
    fn with_ids<T>(&self, look_up: impl FnOnce(&BTreeMap<ActorId, Key>) -> T) -> T {
        // Kept until the locks are free: the last of a cell may be dropped with it.
        let mut cells = Vec::new();
        let awake = self.awake.lock();
        let mut ids = self.ids.lock();
        let ids = ids.get_or_insert_with(|| {
            // Whoever gets its identity meanwhile adds itself after this, or is found here.
            cells.extend(awake.values().filter_map(Weak::upgrade));
            let known = cells.iter().filter_map(|cell| Some((cell.identity()?.id, cell.key().clone())));
            known.collect()
        });
        drop(awake);
        look_up(ids)
    }

    /// A start has ended; after one that failed, the next may have to wait.
    pub(super) fn start_ended(&self, cell: &Arc<ActorCell<A>>, failure: Option<&Fault>) {
        let elapsed_ms = self.shared.clock().elapsed_ms();
        match failure {
            None => self.start_backoff.record_start(cell.key(), elapsed_ms),
            Some(fault) => self.start_backoff.record_failure(cell.key(), fault, elapsed_ms),
        }
    }

    /// The actor of this cell is not awake any more. Its connections stay, if it has any.
    pub(super) fn forget(&self, cell: &Arc<ActorCell<A>>) {
        self.replace(cell, |_| None);
    }

    /// The same, and what was posted to it and is not done is for its next time awake, which begins with that.
    pub(super) fn pass_on(self: &Arc<Self>, cell: &Arc<ActorCell<A>>) {
        let mut left = cell.mailbox().drain();
        self.replace(cell, |awake| {
            if left.is_empty() || self.shared.is_stopping() {
                return None;
            }
            let absent = if A::EPHEMERAL { cell.absent().clone() } else { Absent::Fail };
            // The same connections: some of what is left may be theirs.
            let connections = Arc::clone(cell.connections());
            self.hibernating.lock().remove(cell.key());
            let next = Arc::new(ActorCell::new(Arc::clone(self), cell.key().clone(), absent, connections));
            for envelope in left.drain(..) {
                // It is open, as nobody else has it.
                let _ = next.mailbox().push_always(envelope);
            }
            let permit = self.shared.awake_limit().acquire_over_limit(self.shared.clock().elapsed_ms());
            Some(self.begin(awake, &next, permit, None))
        });
        for envelope in left {
            envelope.refuse(faults::service_unavailable());
        }
    }

    /// Takes a cell out of those that are awake; `next` says what comes after it.
    fn replace(
        &self,
        cell: &Arc<ActorCell<A>>,
        next: impl FnOnce(&mut HashMap<Key, Weak<ActorCell<A>>>) -> Option<Begun<A>>,
    ) {
        let mut begun = None;
        let mut awake = self.awake.lock();
        if let (Some(record), Some(ids)) = (cell.identity(), &mut *self.ids.lock()) {
            ids.remove(&record.id);
        }
        if awake.get(cell.key()).is_some_and(|known| known.as_ptr() == Arc::as_ptr(cell)) {
            awake.remove(cell.key());
            shrink(&mut awake);
            self.count(&awake);
            if !cell.connections().is_empty() {
                self.hibernating.lock().insert(cell.key().clone(), Arc::clone(cell.connections()));
            }
            begun = next(&mut awake);
        }
        drop(awake);
        if let Some(begun) = begun {
            begun.spawn();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not that many actors")]
    fn count(&self, awake: &HashMap<Key, Weak<ActorCell<A>>>) {
        self.meters.awake.set(awake.len() as f64);
    }

    /// A connection of a sleeping actor has gone.
    pub(super) fn forget_connections_if_none(&self, key: &Key) {
        let mut hibernating = self.hibernating.lock();
        if hibernating.get(key).is_some_and(|connections| connections.is_empty()) {
            hibernating.remove(key);
            shrink(&mut hibernating);
        }
    }

    async fn fire_alarms_at(self: Arc<Self>, key: Key, until: Moment) -> bool {
        loop {
            let Ok((cell, _)) = self.awake(&key, &Lookup::Get).await else { return false };
            let (done, rung) = oneshot::channel();
            if cell.post(Envelope::Alarms(done)).is_ok() {
                // An error: the actor has stopped, and its alarms are still set.
                let _ = rung.await;
                return cell.schedules().have_fired(until).await;
            }
        }
    }
}

/// Where an actor was found.
enum Found<A: Actor> {
    Awake(Arc<ActorCell<A>>),
    Stored,
}

/// Who an awake actor is. Of one that ends, only the store knows whether it still exists.
fn record<A: Actor>(cell: &Arc<ActorCell<A>>) -> Option<ActorRecord> {
    let is_there = cell.is_awake() && matches!(cell.lifecycle().started(), Some(Ok(_)));
    cell.identity().filter(|_| is_there).cloned()
}

impl<A: Actor> HostedType for ActorType<A> {
    fn name(&self) -> &'static str {
        self.name()
    }

    fn is_ephemeral(&self) -> bool {
        A::EPHEMERAL
    }

    fn takes_navigation(&self) -> bool {
        A::HOOKS.on_request.is_some() && A::HOOKS.navigation
    }

    fn event_drops(&self) -> Vec<EventDrops> {
        self.drops.read().collect()
    }

    fn reach(
        self: Arc<Self>,
        key: Key,
        reach: Lookup,
    ) -> BoxFuture<'static, Result<Reached<dyn HostedActor>, Fault>> {
        Box::pin(async move {
            let (cell, made) = self.awake(&key, &reach).await?;
            Ok((cell as Arc<dyn HostedActor>, made))
        })
    }

    fn enter(self: Arc<Self>, visit: AdmissionRequest) -> BoxFuture<'static, Result<Entered, Denied>> {
        Box::pin(self.enter_visit(visit))
    }

    fn find(
        self: Arc<Self>,
        visit: AdmissionRequest,
    ) -> BoxFuture<'static, Result<Option<ActorRecord>, Denied>> {
        Box::pin(self.find_visit(visit))
    }

    fn call(
        self: Arc<Self>,
        visit: AdmissionRequest,
        action: String,
        format: Format,
        args: Bytes,
    ) -> BoxFuture<'static, Result<Answered<Bytes>, Denied>> {
        Box::pin(self.call_visit(visit, action, format, args))
    }

    fn connect(
        self: Arc<Self>,
        visit: AdmissionRequest,
        outbox: Arc<Outbox>,
    ) -> BoxFuture<'static, Result<Connected, Denied>> {
        Box::pin(self.connect_visit(visit, outbox))
    }

    fn request(
        self: Arc<Self>,
        visit: AdmissionRequest,
        request: http::Request<Body>,
    ) -> BoxFuture<'static, Result<Answered<http::Response<Body>>, Denied>> {
        Box::pin(self.request_visit(visit, request))
    }

    fn websocket(
        self: Arc<Self>,
        visit: AdmissionRequest,
        socket: RawSocket,
    ) -> BoxFuture<'static, Result<(ActorRecord, HangUp), Denied>> {
        Box::pin(self.websocket_visit(visit, socket))
    }

    fn send(
        self: Arc<Self>,
        visit: AdmissionRequest,
        mail: WireEnqueue,
    ) -> BoxFuture<'static, Result<Answered<Option<HandledFuture>>, Denied>> {
        Box::pin(self.send_visit(visit, mail))
    }

    fn fire_alarms(self: Arc<Self>, key: Key, until: Moment) -> BoxFuture<'static, bool> {
        Box::pin(self.fire_alarms_at(key, until))
    }

    fn record_at(&self, key: &Key) -> Option<ActorRecord> {
        record(&self.cell_at(key)?)
    }

    fn record_of(&self, id: ActorId) -> Option<ActorRecord> {
        let key = self.with_ids(|ids| ids.get(&id).cloned())?;
        self.record_at(&key).filter(|record| record.id == id)
    }

    fn records(&self, after: Option<ActorId>, limit: usize) -> Vec<ActorRecord> {
        let (mut records, mut after) = (Vec::new(), after);
        // Some may end meanwhile: others take their places.
        while records.len() < limit {
            let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
            let wanted = limit - records.len();
            let keys: Vec<_> = self
                .with_ids(|ids| ids.range(from).take(wanted).map(|(id, key)| (*id, key.clone())).collect());
            let Some((last, _)) = keys.last() else { break };
            after = Some(*last);
            let found =
                keys.iter().filter_map(|(id, key)| self.record_at(key).filter(|record| record.id == *id));
            records.extend(found);
        }
        records
    }

    fn stop(&self) {
        let awake: Vec<_> = self.awake.lock().values().filter_map(Weak::upgrade).collect();
        awake.into_iter().chain(self.provisionals.all()).for_each(|cell| cell.stop());
    }

    #[cfg(feature = "client")]
    fn local(self: Arc<Self>) -> Box<dyn std::any::Any> {
        Box::new(self as Arc<dyn super::LocalKind<A::Contract>>)
    }
}
