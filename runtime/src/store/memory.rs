//! A store in memory: for tests, and for servers whose actors need not outlive the process.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    ops::Bound,
};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;

use super::{
    ActorRecord, Alarm, AlarmChange, AlarmId, AlarmKind, Claim, Commit, CommitOutcome, MessageChange,
    MessageId, MessagePage, QueueLoad, Store, StoreError, StoredMessage,
};
use crate::{ActorId, Key};

/// Keeps actors in this process's memory, as faithfully as it lasts.
#[derive(Default)]
pub struct MemoryStore {
    actors: Mutex<Actors>,
}

#[derive(Default)]
struct Actors {
    rows: BTreeMap<ActorId, Row>,
    ids: HashMap<(String, Key), ActorId>,
    /// Those of each name.
    names: HashMap<String, BTreeSet<ActorId>>,
    /// Those that have messages in their queues.
    waiting: BTreeSet<ActorId>,
    /// The alarms of all rows by their kind, earliest first.
    agendas: HashMap<AlarmKind, BTreeSet<(u64, ActorId, AlarmId)>>,
}

struct Row {
    record: ActorRecord,
    epoch: u64,
    revision: u64,
    state: Bytes,
    alarms: BTreeMap<AlarmId, Alarm>,
    messages: BTreeMap<MessageId, StoredMessage>,
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

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        let actors = self.actors.lock();
        let ids = actors.names.get(name).into_iter().flat_map(|ids| ids.range(later(after)));
        Ok(ids.take(limit).filter_map(|id| actors.rows.get(id)).map(|row| row.record.clone()).collect())
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        Ok(self.actors.lock().find(name, key).map(Row::claim))
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        let mut actors = self.actors.lock();
        Ok(batch.into_iter().map(|commit| actors.apply(commit)).collect())
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        let actors = self.actors.lock();
        let mut seen = HashSet::new();
        let due = actors.agenda(kind).take_while(|(due_ms, ..)| *due_ms <= until_ms);
        let ids = due.map(|(_, actor, _)| actor).filter(|actor| seen.insert(**actor));
        Ok(ids.take(limit).filter_map(|id| actors.rows.get(id)).map(|row| row.record.clone()).collect())
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        let actors = self.actors.lock();
        let mut later =
            actors.agenda(kind).map(|(due_ms, ..)| *due_ms).skip_while(|due_ms| *due_ms <= after_ms);
        Ok(later.next())
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        let actors = self.actors.lock();
        let is_ahead = |alarm: &Alarm| alarm.kind == kind && alarm.is_ahead_of(now_ms);
        let rows = actors
            .rows
            .range(later(after))
            .map(|(_, row)| row)
            .filter(|row| row.alarms.values().any(is_ahead));
        Ok(rows.take(limit).map(|row| row.record.clone()).collect())
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        let actors = self.actors.lock();
        let Some(row) = actors.rows.get(&actor) else { return Ok(MessagePage::default()) };
        let from = from.map_or(Bound::Unbounded, Bound::Included);
        let messages = row.messages.range((from, Bound::Unbounded)).map(|(_, message)| message);
        MessagePage::fill(messages.filter(|message| message.queue == queue).cloned().map(Ok), limit)
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        let actors = self.actors.lock();
        let mut loads: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
        for message in actors.rows.get(&actor).into_iter().flat_map(|row| row.messages.values()) {
            let (messages, bytes) = loads.entry(&message.queue).or_default();
            *messages += 1;
            *bytes += message.size();
        }
        Ok(loads
            .into_iter()
            .map(|(queue, (messages, bytes))| QueueLoad::new(queue, messages, bytes))
            .collect())
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        mut ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        let actors = self.actors.lock();
        let row = actors.rows.get(&actor);
        ids.retain(|id| row.is_some_and(|row| row.messages.contains_key(id)));
        Ok(ids)
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        let actors = self.actors.lock();
        let rows = actors.waiting.iter().filter_map(|id| actors.rows.get(id));
        Ok(rows.flat_map(|row| row.messages.values()).map(StoredMessage::size).sum())
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        let actors = self.actors.lock();
        let ids = actors.waiting.range(later(after)).take(limit);
        Ok(ids.filter_map(|id| actors.rows.get(id)).map(|row| row.record.clone()).collect())
    }
}

/// The ids after this one, or all.
fn later(after: Option<ActorId>) -> (Bound<ActorId>, Bound<ActorId>) {
    (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

impl Actors {
    fn find(&mut self, name: &str, key: &Key) -> Option<&mut Row> {
        let id = self.ids.get(&(name.to_owned(), key.clone()))?;
        self.rows.get_mut(id)
    }

    fn agenda(&self, kind: AlarmKind) -> impl Iterator<Item = &(u64, ActorId, AlarmId)> {
        self.agendas.get(&kind).into_iter().flatten()
    }

    fn apply(&mut self, commit: Commit) -> CommitOutcome {
        match commit {
            Commit::Create { record, state, alarms, messages } => {
                self.create(record, state, alarms, messages)
            }
            Commit::Save { id, epoch, revision, state, alarms, messages } => {
                let Some(row) = self.rows.get_mut(&id) else { return CommitOutcome::Fenced };
                if row.epoch != epoch || row.revision >= revision {
                    return CommitOutcome::Fenced;
                }
                row.revision = revision;
                if let Some(state) = state {
                    row.state = state;
                }
                self.change_messages(id, messages);
                self.change_alarms(id, alarms);
                CommitOutcome::Done
            }
            Commit::Enqueue { id, epoch, message } => {
                if self.rows.get(&id).is_none_or(|row| row.epoch != epoch) {
                    return CommitOutcome::Fenced;
                }
                self.change_messages(id, vec![MessageChange::Add(message)]);
                CommitOutcome::Done
            }
            Commit::Destroy { id, epoch } => self.destroy(id, epoch),
        }
    }

    fn create(
        &mut self,
        record: ActorRecord,
        state: Bytes,
        alarms: Vec<AlarmChange>,
        messages: Vec<MessageChange>,
    ) -> CommitOutcome {
        let id = record.id;
        let address = (record.name.clone(), record.key.clone());
        if self.ids.contains_key(&address) || self.rows.contains_key(&id) {
            return CommitOutcome::Taken;
        }
        self.ids.insert(address, id);
        self.names.entry(record.name.clone()).or_default().insert(id);
        let (alarms_set, messages_sent) = (BTreeMap::new(), BTreeMap::new());
        let row = Row { record, epoch: 1, revision: 1, state, alarms: alarms_set, messages: messages_sent };
        self.rows.insert(id, row);
        self.change_messages(id, messages);
        self.change_alarms(id, alarms);
        CommitOutcome::Done
    }

    fn destroy(&mut self, id: ActorId, epoch: u64) -> CommitOutcome {
        if self.rows.get(&id).is_none_or(|row| row.epoch != epoch) {
            return CommitOutcome::Fenced;
        }
        if let Some(row) = self.rows.remove(&id) {
            if let Some(ids) = self.names.get_mut(&row.record.name) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.names.remove(&row.record.name);
                }
            }
            self.waiting.remove(&id);
            self.ids.remove(&(row.record.name, row.record.key));
            for alarm in row.alarms.values() {
                self.agendas.entry(alarm.kind).or_default().remove(&(alarm.due_ms, id, alarm.id));
            }
        }
        CommitOutcome::Done
    }

    fn change_messages(&mut self, actor: ActorId, changes: Vec<MessageChange>) {
        let Some(row) = self.rows.get_mut(&actor) else { return };
        for change in changes {
            match change {
                MessageChange::Add(message) => drop(row.messages.insert(message.id, message)),
                MessageChange::Remove(id) => drop(row.messages.remove(&id)),
            }
        }
        if row.messages.is_empty() {
            self.waiting.remove(&actor);
        } else {
            self.waiting.insert(actor);
        }
    }

    fn change_alarms(&mut self, actor: ActorId, changes: Vec<AlarmChange>) {
        let Some(row) = self.rows.get_mut(&actor) else { return };
        for change in changes {
            let (AlarmChange::Set(Alarm { id, .. }) | AlarmChange::Clear(id)) = change;
            if let Some(earlier) = row.alarms.remove(&id) {
                self.agendas.entry(earlier.kind).or_default().remove(&(earlier.due_ms, actor, id));
            }
            if let AlarmChange::Set(alarm) = change {
                self.agendas.entry(alarm.kind).or_default().insert((alarm.due_ms, actor, id));
                row.alarms.insert(id, alarm);
            }
        }
    }
}

impl Row {
    fn claim(&mut self) -> Claim {
        self.epoch += 1;
        let mut alarms: Vec<_> = self.alarms.values().cloned().collect();
        alarms.sort_by_key(|alarm| alarm.due_ms);
        Claim::new(self.record.clone(), self.epoch, self.revision, self.state.clone(), alarms)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("actors", &self.actors.lock().rows.len()).finish()
    }
}
