//! A store that forgets: for tests, and for servers whose actors need not outlive them.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use bytes::Bytes;
use indexmap::IndexMap;
use parking_lot::Mutex;

use super::{ActorRecord, Claim, Commit, CommitOutcome, Store, StoreError};
use crate::{ActorId, Key};

/// Keeps actors in this process's memory, as faithfully as it lasts.
#[derive(Default)]
pub struct MemoryStore {
    actors: Mutex<Actors>,
}

#[derive(Default)]
struct Actors {
    rows: IndexMap<ActorId, Row>,
    ids: HashMap<(String, Key), ActorId>,
}

struct Row {
    record: ActorRecord,
    epoch: u64,
    revision: u64,
    state: Bytes,
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        Ok(self.actors.lock().find(name, key).map(|row| row.record.clone()))
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        Ok(self.actors.lock().rows.get(&id).map(|row| row.record.clone()))
    }

    async fn list(&self, name: &str) -> Result<Vec<ActorRecord>, StoreError> {
        let actors = self.actors.lock();
        Ok(actors
            .rows
            .values()
            .map(|row| &row.record)
            .filter(|record| record.name == name)
            .cloned()
            .collect())
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        Ok(self.actors.lock().find(name, key).map(Row::claim))
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        let mut actors = self.actors.lock();
        Ok(batch.into_iter().map(|commit| actors.apply(commit)).collect())
    }
}

impl Actors {
    fn find(&mut self, name: &str, key: &Key) -> Option<&mut Row> {
        let id = self.ids.get(&(name.to_owned(), key.clone()))?;
        self.rows.get_mut(id)
    }

    fn apply(&mut self, commit: Commit) -> CommitOutcome {
        match commit {
            Commit::Create { record, state } => {
                let address = (record.name.clone(), record.key.clone());
                if self.ids.contains_key(&address) {
                    return CommitOutcome::Taken;
                }
                self.ids.insert(address, record.id);
                self.rows.insert(record.id, Row { record, epoch: 1, revision: 1, state });
            }
            Commit::Save { id, epoch, revision, state } => {
                let Some(row) = self.rows.get_mut(&id) else { return CommitOutcome::Fenced };
                if row.epoch != epoch || row.revision >= revision {
                    return CommitOutcome::Fenced;
                }
                row.revision = revision;
                row.state = state;
            }
        }
        CommitOutcome::Done
    }
}

impl Row {
    fn claim(&mut self) -> Claim {
        self.epoch += 1;
        Claim::new(self.record.clone(), self.epoch, self.revision, self.state.clone())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("actors", &self.actors.lock().rows.len()).finish()
    }
}
