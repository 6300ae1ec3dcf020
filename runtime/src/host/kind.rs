//! A kind: all actors of one type, and which of them are awake.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{Cell, Hosted, HostedActor, Reach, Runtime, turn};
use crate::{Actor, ActorId, Fault, Key, faults, store::ActorRecord};

/// A registered kind of actor.
pub(crate) struct Kind<A: Actor> {
    runtime: Arc<Runtime>,
    awake: Mutex<HashMap<Key, Arc<Cell<A>>>>,
    /// The keys of those that are awake and have their identity.
    ids: Mutex<HashMap<ActorId, Key>>,
}

impl<A: Actor> Kind<A> {
    pub(super) fn new(runtime: Arc<Runtime>) -> Arc<Self> {
        Arc::new(Self { runtime, awake: Mutex::default(), ids: Mutex::default() })
    }

    pub(super) fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    pub(super) fn name(&self) -> &'static str {
        <A::Contract as crate::Contract>::NAME
    }

    /// The awake actor of this key, and whether this call made it.
    pub(crate) async fn awake(
        self: &Arc<Self>,
        key: &Key,
        reach: &Reach,
    ) -> Result<(Arc<Cell<A>>, bool), Fault> {
        loop {
            let (cell, mine) = self.cell(key, reach).await?;
            match cell.started.wait().await.clone() {
                Ok(created) => {
                    let made = mine && created;
                    if !made && matches!(reach, Reach::Create { .. }) {
                        return Err(faults::duplicate_key(key, cell.record().id));
                    }
                    return Ok((cell, made));
                }
                // Somebody else looked for it and did not find it; this one may make it.
                Err(fault) if !mine && fault == faults::actor_not_found() && !matches!(reach, Reach::Get) => {
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// The actor that is awake or about to be; starts it if there is none. Says whether this call did.
    async fn cell(self: &Arc<Self>, key: &Key, reach: &Reach) -> Result<(Arc<Cell<A>>, bool), Fault> {
        if let Some(cell) = self.awake.lock().get(key) {
            return Ok((Arc::clone(cell), false));
        }
        let creation = match reach {
            // Looking up is cheap, starting is not: what does not exist shall cost no task.
            Reach::Get if self.find(key).await?.is_none() => return Err(faults::actor_not_found()),
            Reach::Get => None,
            Reach::GetOrCreate { input } | Reach::Create { input } => Some(input.clone()),
        };
        let mut awake = self.awake.lock();
        if self.runtime.is_stopping() {
            return Err(faults::service_unavailable());
        }
        let cell = match awake.entry(key.clone()) {
            Entry::Occupied(entry) => return Ok((Arc::clone(entry.get()), false)),
            Entry::Vacant(entry) => {
                Arc::clone(entry.insert(Arc::new(Cell::new(Arc::clone(self), key.clone(), creation))))
            }
        };
        self.runtime.tasks().spawn(turn::run(Arc::clone(&cell)));
        Ok((cell, true))
    }

    async fn find(&self, key: &Key) -> Result<Option<ActorRecord>, Fault> {
        if A::EPHEMERAL {
            return Ok(None);
        }
        self.runtime.store().find(self.name(), key).await.map_err(|error| Fault::internal(&error))
    }

    /// The actor of this key is known by this id from now on.
    pub(super) fn identify(&self, id: ActorId, key: &Key) {
        self.ids.lock().insert(id, key.clone());
    }

    /// The actor of this cell is not awake any more.
    pub(super) fn forget(&self, cell: &Arc<Cell<A>>) {
        if let Some(record) = cell.identity.get() {
            self.ids.lock().remove(&record.id);
        }
        let mut awake = self.awake.lock();
        if awake.get(&cell.key).is_some_and(|known| Arc::ptr_eq(known, cell)) {
            awake.remove(&cell.key);
        }
    }
}

impl<A: Actor> Hosted for Kind<A> {
    fn name(&self) -> &'static str {
        self.name()
    }

    fn reach(
        self: Arc<Self>,
        key: Key,
        reach: Reach,
    ) -> BoxFuture<'static, Result<(Arc<dyn HostedActor>, bool), Fault>> {
        Box::pin(async move {
            let (cell, made) = self.awake(&key, &reach).await?;
            Ok((cell as Arc<dyn HostedActor>, made))
        })
    }

    fn is_ephemeral(&self) -> bool {
        A::EPHEMERAL
    }

    fn record_at(&self, key: &Key) -> Option<ActorRecord> {
        self.awake.lock().get(key).and_then(|cell| cell.identity.get().cloned())
    }

    fn record_of(&self, id: ActorId) -> Option<ActorRecord> {
        self.ids.lock().get(&id).and_then(|key| self.record_at(key))
    }

    fn records(&self) -> Vec<ActorRecord> {
        self.awake.lock().values().filter_map(|cell| cell.identity.get().cloned()).collect()
    }

    fn stop(&self) {
        let cells = std::mem::take(&mut *self.awake.lock());
        for cell in cells.values() {
            cell.mailbox.close();
        }
    }

    #[cfg(feature = "client")]
    fn local(self: Arc<Self>) -> Box<dyn std::any::Any> {
        Box::new(self as Arc<dyn super::LocalKind<A::Contract>>)
    }
}
