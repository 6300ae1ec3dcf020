//! Which actors of a type are awake.
//!
//! Locks, in this order: those that are awake; then their ids, or the connections of those that sleep. Nothing is dropped
//! under them that may be the last of a cell.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Arc, Weak},
};

use parking_lot::{Mutex, MutexGuard};

use super::{ActorCell, admission::awake_limit::shrink, connections::Connections};
use crate::{Actor, ActorId, Key, meters::ActorMeters};

/// The actors of a type that are awake, or about to be, and the connections of those that sleep.
pub(super) struct AwakeTable<A: Actor> {
    /// Each belongs to its task, or to itself while it is dormant.
    awake: Mutex<HashMap<Key, Weak<ActorCell<A>>>>,
    /// The keys of those that are awake and have their identity; `None` until somebody asks for an id, which few do.
    ids: Mutex<Option<BTreeMap<ActorId, Key>>>,
    /// Who is connected to actors that sleep with their connections open.
    hibernating: Mutex<HashMap<Key, Arc<Connections<A>>>>,
    meters: Arc<ActorMeters>,
}

/// The table, as long as nobody else wakes an actor or puts one to sleep.
pub(super) struct LockedTable<'a, A: Actor> {
    table: &'a AwakeTable<A>,
    awake: MutexGuard<'a, HashMap<Key, Weak<ActorCell<A>>>>,
}

impl<A: Actor> AwakeTable<A> {
    pub(super) fn new(meters: &Arc<ActorMeters>) -> Self {
        Self {
            awake: Mutex::default(),
            ids: Mutex::default(),
            hibernating: Mutex::default(),
            meters: Arc::clone(meters),
        }
    }

    pub(super) fn lock(&self) -> LockedTable<'_, A> {
        LockedTable { table: self, awake: self.awake.lock() }
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<ActorCell<A>>> {
        self.awake.lock().get(key).and_then(Weak::upgrade)
    }

    pub(super) fn all(&self) -> Vec<Arc<ActorCell<A>>> {
        self.awake.lock().values().filter_map(Weak::upgrade).collect()
    }

    /// The actor of this key is known by this id from now on.
    pub(super) fn identify(&self, id: ActorId, key: &Key) {
        if let Some(ids) = &mut *self.ids.lock() {
            ids.insert(id, key.clone());
        }
    }

    pub(super) fn key_of(&self, id: ActorId) -> Option<Key> {
        self.with_ids(|ids| ids.get(&id).cloned())
    }

    /// The first of those after this one, or of all, in the order of their ids.
    pub(super) fn page(&self, after: Option<ActorId>, limit: usize) -> Vec<(ActorId, Key)> {
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        self.with_ids(|ids| ids.range(from).take(limit).map(|(id, key)| (*id, key.clone())).collect())
    }

    /// A connection of a sleeping actor has gone.
    pub(super) fn forget_connections_if_none(&self, key: &Key) {
        let mut hibernating = self.hibernating.lock();
        if hibernating.get(key).is_some_and(|connections| connections.is_empty()) {
            hibernating.remove(key);
            shrink(&mut hibernating);
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
            let known = cells.iter().filter_map(|cell| Some((cell.known_id()?, cell.key().clone())));
            known.collect()
        });
        drop(awake);
        look_up(ids)
    }
}

impl<A: Actor> LockedTable<'_, A> {
    pub(super) fn get(&self, key: &Key) -> Option<Arc<ActorCell<A>>> {
        self.awake.get(key).and_then(Weak::upgrade)
    }

    pub(super) fn has(&self, key: &Key) -> bool {
        self.awake.get(key).is_some_and(|cell| cell.strong_count() > 0)
    }

    pub(super) fn insert(&mut self, cell: &Arc<ActorCell<A>>) {
        self.awake.insert(cell.key().clone(), Arc::downgrade(cell));
        self.count();
    }

    /// Takes the connections of an actor that sleeps, if it has any.
    pub(super) fn take_connections(&mut self, key: &Key) -> Option<Arc<Connections<A>>> {
        self.table.hibernating.lock().remove(key)
    }

    /// Takes a cell out. Its connections stay, if it has any. Says whether it was there.
    pub(super) fn remove(&mut self, cell: &Arc<ActorCell<A>>) -> bool {
        if let (Some(id), Some(ids)) = (cell.known_id(), &mut *self.table.ids.lock()) {
            ids.remove(&id);
        }
        if self.awake.get(cell.key()).is_none_or(|known| known.as_ptr() != Arc::as_ptr(cell)) {
            return false;
        }
        self.awake.remove(cell.key());
        shrink(&mut self.awake);
        self.count();
        if let Some(connections) = cell.known_connections().filter(|known| !known.is_empty()) {
            self.table.hibernating.lock().insert(cell.key().clone(), Arc::clone(connections));
        }
        true
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not that many actors")]
    fn count(&self) {
        self.table.meters.awake.set(self.awake.len() as f64);
    }
}
