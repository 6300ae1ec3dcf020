//! A store that counts what it is handed.

use std::sync::atomic::{AtomicUsize, Ordering};

use callboard::{
    ActorId, Key,
    store::{
        ActorRecord, AlarmKind, Claim, Commit, CommitOutcome, MessageId, MessagePage, QueueLoad, StoreError,
    },
};

use super::*;

#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    store: MemoryStore,
    alarm_changes: AtomicUsize,
    states: AtomicUsize,
}

impl Ledger {
    pub(crate) fn alarm_changes(&self) -> usize {
        self.0.alarm_changes.load(Ordering::Relaxed)
    }

    /// How many states it was handed, first ones included.
    pub(crate) fn states(&self) -> usize {
        self.0.states.load(Ordering::Relaxed)
    }
}

#[async_trait::async_trait]
impl Store for Ledger {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        self.0.store.find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.0.store.find_by_id(id).await
    }

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.0.store.list(name, after, limit).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        self.0.store.claim(name, key).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        // A batch takes its time, as it does on a disk.
        tokio::task::yield_now().await;
        for commit in &batch {
            let (states, alarms) = match commit {
                Commit::Create { alarms, .. } => (1, alarms.len()),
                Commit::Save { state, alarms, .. } => (usize::from(state.is_some()), alarms.len()),
                _ => (0, 0),
            };
            self.0.states.fetch_add(states, Ordering::Relaxed);
            self.0.alarm_changes.fetch_add(alarms, Ordering::Relaxed);
        }
        self.0.store.commit(batch).await
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.0.store.due(kind, until_ms, limit).await
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.0.store.next_alarm_after(kind, after_ms).await
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.0.store.alarms_ahead(kind, now_ms, after, limit).await
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        self.0.store.messages(actor, queue, from, limit).await
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        self.0.store.queue_loads(actor).await
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        self.0.store.messages_there(actor, ids).await
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        self.0.store.queued_bytes().await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.0.store.with_messages(after, limit).await
    }
}
