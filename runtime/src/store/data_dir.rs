//! The store of a registry that was given none: SQLite in a directory, opened at the first use.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::{
    ActorRecord, AlarmKind, Claim, Commit, CommitOutcome, MessageId, MessagePage, QueueLoad, SqliteStore,
    Store, StoreError,
};
use crate::{ActorId, Key};

/// A [`SqliteStore`] in this directory, opened when it is first needed: a registry that is only made opens
/// nothing.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    store: Arc<OnceLock<SqliteStore>>,
    /// Held while the store is opened, even if the caller has stopped waiting.
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    MayOpen,
    Closed,
}

impl DataDir {
    /// Where, unless a registry says otherwise: in the directory that the server was started in.
    pub(crate) const DEFAULT: &str = "callboard-data";

    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), store: Arc::default(), state: Arc::new(Mutex::new(State::MayOpen)) }
    }

    /// The store, open. An opening that failed is tried again.
    pub(crate) async fn open(&self) -> Result<&SqliteStore, StoreError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let state = Arc::clone(&self.state).lock_owned().await;
        if *state == State::Closed {
            return Err(StoreError::unavailable(Closed));
        }
        if self.store.get().is_none() {
            let (path, store) = (self.path.clone(), Arc::clone(&self.store));
            let opening = tokio::task::spawn_blocking(move || {
                // Empty, as the state is held.
                let _ = store.set(SqliteStore::open(path)?);
                drop(state);
                Ok(())
            });
            opening.await.map_err(StoreError::new)??;
        }
        self.store.get().ok_or_else(|| StoreError::unavailable(Closed))
    }
}

/// The registry has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
struct Closed;

#[async_trait]
impl Store for DataDir {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        self.open().await?.find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.open().await?.find_by_id(id).await
    }

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.list(name, after, limit).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        self.open().await?.claim(name, key).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        self.open().await?.commit(batch).await
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.due(kind, until_ms, limit).await
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.open().await?.next_alarm_after(kind, after_ms).await
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.alarms_ahead(kind, now_ms, after, limit).await
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        self.open().await?.messages(actor, queue, from, limit).await
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        self.open().await?.queue_loads(actor).await
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        self.open().await?.messages_there(actor, ids).await
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        self.open().await?.queued_bytes().await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.with_messages(after, limit).await
    }

    /// One that is not opened yet has nothing to tell.
    fn health(&self) -> Result<(), StoreError> {
        self.store.get().map_or(Ok(()), Store::health)
    }

    async fn close(&self) {
        *self.state.lock().await = State::Closed;
        if let Some(store) = self.store.get() {
            store.close().await;
        }
    }
}
