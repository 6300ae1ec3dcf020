//! `Arc<S>` as a store, which several registries can share one after the other. None of them closes it.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    ActorRecord, AlarmKind, Claim, Commit, CommitOutcome, MessageId, MessagePage, QueueLoad, Store,
    StoreError,
};
use crate::{ActorId, Key};

#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        (**self).find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        (**self).find_by_id(id).await
    }

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        (**self).list(name, after, limit).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        (**self).claim(name, key).await
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        (**self).due(kind, until_ms, limit).await
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        (**self).next_alarm_after(kind, after_ms).await
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        (**self).alarms_ahead(kind, now_ms, after, limit).await
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        (**self).messages(actor, queue, from, limit).await
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        (**self).queue_loads(actor).await
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        (**self).messages_there(actor, ids).await
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        (**self).queued_bytes().await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        (**self).with_messages(after, limit).await
    }

    fn health(&self) -> Result<(), StoreError> {
        (**self).health()
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        (**self).commit(batch).await
    }
}
