//! A store that can be looked into.

use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use callboard::{
    ActorId,
    prelude::*,
    store::{
        ActorRecord, AlarmKind, Claim, Commit, CommitOutcome, MemoryStore, MessageId, MessagePage, QueueLoad,
        Store, StoreError,
    },
};

/// A store that shows what it has; one that lies says that it has what it has not.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) store: MemoryStore,
    pub(crate) states: Mutex<HashMap<ActorId, bytes::Bytes>>,
    pub(crate) lies: bool,
}

#[async_trait]
impl Store for Window {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        self.store.find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.store.find_by_id(id).await
    }

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.list(name, after, limit).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        self.store.claim(name, key).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        if self.lies {
            return Ok(vec![CommitOutcome::Done; batch.len()]);
        }
        let outcomes = self.store.commit(batch.clone()).await?;
        for (commit, outcome) in batch.into_iter().zip(&outcomes) {
            if let (Commit::Save { id, state: Some(state), .. }, CommitOutcome::Done) = (commit, outcome) {
                self.states.lock().unwrap().insert(id, state);
            }
        }
        Ok(outcomes)
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.due(kind, until_ms, limit).await
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.store.next_alarm_after(kind, after_ms).await
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.alarms_ahead(kind, now_ms, after, limit).await
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        self.store.messages(actor, queue, from, limit).await
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        self.store.queue_loads(actor).await
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        self.store.messages_there(actor, ids).await
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        self.store.queued_bytes().await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.with_messages(after, limit).await
    }
}
