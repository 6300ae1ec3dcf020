//! Which actors of a type are provisional.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};

use crate::{
    Actor, Key,
    host::{ActorCell, admission::awake_limit::shrink, cell::Absent},
};

/// The actors of a type that are provisional. Each belongs to its task.
pub(in crate::host) struct Provisionals<A: Actor>(Mutex<ByKey<A>>);

/// There may be several of a key, each made from another input.
type ByKey<A> = HashMap<Key, Vec<Weak<ActorCell<A>>>>;

/// The list, as long as nobody else gets into it or out of it.
pub(super) struct LockedProvisionals<'a, A: Actor>(MutexGuard<'a, ByKey<A>>);

impl<A: Actor> Default for Provisionals<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A: Actor> Provisionals<A> {
    pub(super) fn lock(&self) -> LockedProvisionals<'_, A> {
        LockedProvisionals(self.0.lock())
    }

    /// Those of this key.
    fn of(&self, key: &Key) -> Vec<Arc<ActorCell<A>>> {
        self.0.lock().get(key).into_iter().flatten().filter_map(Weak::upgrade).collect()
    }

    /// All of them.
    pub(in crate::host) fn all(&self) -> Vec<Arc<ActorCell<A>>> {
        self.0.lock().values().flatten().filter_map(Weak::upgrade).collect()
    }

    /// The one of this key waits for whoever asks, who cannot wait for it.
    pub(in crate::host) fn waits_for_caller(&self, key: &Key) -> Option<Arc<ActorCell<A>>> {
        self.of(key).into_iter().find(|cell| cell.waits_for_caller())
    }

    /// Waits until it is known what becomes of those of this key. Says whether there were any.
    pub(in crate::host) async fn decided(&self, key: &Key) -> bool {
        let cells = self.of(key);
        for cell in &cells {
            // Whatever becomes of it.
            let _ = cell.lifecycle().wait_started().await;
        }
        !cells.is_empty()
    }

    /// Takes one out of the list, if it is there and this says so.
    pub(in crate::host) fn remove_if(
        &self,
        cell: &Arc<ActorCell<A>>,
        condition: impl FnOnce() -> bool,
    ) -> bool {
        let mut all = self.0.lock();
        let Some(cells) = all.get_mut(cell.key()) else { return false };
        let place = cells.iter().position(|known| known.as_ptr() == Arc::as_ptr(cell));
        let Some(place) = place.filter(|_| condition()) else { return false };
        cells.swap_remove(place);
        if cells.is_empty() {
            all.remove(cell.key());
            shrink(&mut all);
        }
        true
    }
}

impl<A: Actor> LockedProvisionals<'_, A> {
    /// The one of this key that would be made from this input.
    pub(super) fn get(&self, key: &Key, input: Option<&Bytes>) -> Option<Arc<ActorCell<A>>> {
        let mut cells = self.0.get(key).into_iter().flatten().filter_map(Weak::upgrade);
        cells.find(|cell| matches!(cell.absent(), Absent::Make(own) if own.as_deref() == input))
    }

    pub(super) fn insert(&mut self, cell: &Arc<ActorCell<A>>) {
        self.0.entry(cell.key().clone()).or_default().push(Arc::downgrade(cell));
    }
}
