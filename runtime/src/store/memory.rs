//! A store that forgets: for tests, and for servers whose actors need not outlive them.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use async_trait::async_trait;
use bytes::Bytes;
use indexmap::IndexMap;
use parking_lot::Mutex;

use super::{ActorRecord, Alarm, AlarmChange, AlarmId, Claim, Commit, CommitOutcome, Store, StoreError};
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
    alarms: BTreeMap<AlarmId, Alarm>,
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

    async fn due(&self, until_ms: u64, limit: usize) -> Result<Vec<ActorRecord>, StoreError> {
        let actors = self.actors.lock();
        let mut due: Vec<_> = actors
            .rows
            .values()
            .filter_map(|row| {
                Some((row.first_alarm_after(None).filter(|due_ms| *due_ms <= until_ms)?, &row.record))
            })
            .collect();
        due.sort_by_key(|(due_ms, _)| *due_ms);
        Ok(due.into_iter().take(limit).map(|(_, record)| record.clone()).collect())
    }

    async fn next_alarm_after(&self, after_ms: u64) -> Result<Option<u64>, StoreError> {
        let actors = self.actors.lock();
        Ok(actors.rows.values().filter_map(|row| row.first_alarm_after(Some(after_ms))).min())
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
            Commit::Create { record, state, alarms } => {
                let address = (record.name.clone(), record.key.clone());
                if self.ids.contains_key(&address) {
                    return CommitOutcome::Taken;
                }
                self.ids.insert(address, record.id);
                let mut row = Row { record, epoch: 1, revision: 1, state, alarms: BTreeMap::new() };
                row.change(alarms);
                self.rows.insert(row.record.id, row);
            }
            Commit::Save { id, epoch, revision, state, alarms } => {
                let Some(row) = self.rows.get_mut(&id) else { return CommitOutcome::Fenced };
                if row.epoch != epoch || row.revision >= revision {
                    return CommitOutcome::Fenced;
                }
                row.revision = revision;
                if let Some(state) = state {
                    row.state = state;
                }
                row.change(alarms);
            }
            Commit::Destroy { id, epoch } => {
                if self.rows.get(&id).is_none_or(|row| row.epoch != epoch) {
                    return CommitOutcome::Fenced;
                }
                if let Some(row) = self.rows.shift_remove(&id) {
                    self.ids.remove(&(row.record.name, row.record.key));
                }
            }
        }
        CommitOutcome::Done
    }
}

impl Row {
    fn claim(&mut self) -> Claim {
        self.epoch += 1;
        let alarms = self.alarms.values().cloned().collect();
        Claim::new(self.record.clone(), self.epoch, self.revision, self.state.clone(), alarms)
    }

    fn change(&mut self, changes: Vec<AlarmChange>) {
        for change in changes {
            match change {
                AlarmChange::Set(alarm) => drop(self.alarms.insert(alarm.id, alarm)),
                AlarmChange::Clear(id) => drop(self.alarms.remove(&id)),
            }
        }
    }

    fn first_alarm_after(&self, after_ms: Option<u64>) -> Option<u64> {
        let due = self.alarms.values().map(|alarm| alarm.due_ms);
        due.filter(|due_ms| after_ms.is_none_or(|after| *due_ms > after)).min()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("actors", &self.actors.lock().rows.len()).finish()
    }
}
