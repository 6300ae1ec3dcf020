//! What a cell has of its actor type.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;

use super::sleep_timer::{SleepTimers, Sleeper};
use crate::{
    ActorId, Fault, Key,
    delivery::drop_counters::DropCounters,
    host::{Lookup, Reached, Shared},
    meters::ActorMeters,
};

/// What all actors of one type use.
pub(in crate::host) struct TypeResources<C> {
    name: &'static str,
    shared: Arc<Shared>,
    /// Has them look whether they can sleep.
    sleep_timers: SleepTimers<C>,
    /// What its slow clients do not get.
    drops: Arc<DropCounters>,
    meters: Arc<ActorMeters>,
}

impl<C: Sleeper> TypeResources<C> {
    pub(in crate::host) fn new(
        name: &'static str,
        shared: Arc<Shared>,
        sleep_timeout: Duration,
        drops: DropCounters,
        meters: ActorMeters,
    ) -> Arc<Self> {
        let (drops, meters) = (Arc::new(drops), Arc::new(meters));
        Arc::new(Self { name, shared, sleep_timers: SleepTimers::new(sleep_timeout), drops, meters })
    }
}

impl<C> TypeResources<C> {
    pub(in crate::host) fn name(&self) -> &'static str {
        self.name
    }

    pub(in crate::host) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(in crate::host) fn sleep_timers(&self) -> &SleepTimers<C> {
        &self.sleep_timers
    }

    pub(in crate::host) fn drops(&self) -> &Arc<DropCounters> {
        &self.drops
    }

    pub(in crate::host) fn meters(&self) -> &Arc<ActorMeters> {
        &self.meters
    }
}

/// What keeps the cells of one actor type: the only one that makes and finds them.
pub(in crate::host) trait Owner<C>: Send + Sync + 'static {
    /// The awake actor of this key, and whether this call made it; for who is judged already, or trusted.
    fn wake(self: Arc<Self>, key: Key, lookup: Lookup) -> BoxFuture<'static, Result<Reached<C>, Fault>>;

    /// Whether the actor of this id is awake or in the store.
    fn exists(&self, id: ActorId) -> BoxFuture<'_, Result<bool, Fault>>;

    /// The actor of this key is known by this id from now on.
    fn identify(&self, id: ActorId, key: &Key);

    /// A start has ended; after one that failed, the next may have to wait.
    fn start_ended(&self, cell: &Arc<C>, failure: Option<&Fault>);

    /// The actor of this cell is not awake any more. Its connections stay, if it has any.
    fn forget(&self, cell: &Arc<C>);

    /// The same, and what was posted to it and is not done is for its next time awake, which begins with that.
    fn pass_on(self: Arc<Self>, cell: &Arc<C>);

    /// Nobody is posted to the provisional actor any more.
    fn forget_provisional(&self, cell: &Arc<C>);

    /// A connection of a sleeping actor has gone.
    fn forget_connections_if_none(&self, key: &Key);
}
