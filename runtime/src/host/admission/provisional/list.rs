//! Which actors of a type are provisional.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use crate::{Actor, Key, host::ActorCell};

/// The actors of a kind that are provisional. Each belongs to its task.
pub(in crate::host) struct Provisionals<A: Actor>(pub(super) Mutex<HashMap<Key, Vec<Weak<ActorCell<A>>>>>);

impl<A: Actor> Default for Provisionals<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A: Actor> Provisionals<A> {
    /// Those of this key.
    pub(super) fn of(&self, key: &Key) -> Vec<Arc<ActorCell<A>>> {
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
            // A wave leaves nothing behind.
            if all.capacity() > 1024 && all.len() < all.capacity() / 8 {
                all.shrink_to_fit();
            }
        }
        true
    }
}
