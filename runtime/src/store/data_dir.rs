//! The store that a registry has when it is told of none.

use std::path::PathBuf;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::{ActorRecord, Claim, Commit, CommitOutcome, SqliteStore, Store, StoreError};
use crate::{ActorId, Key};

/// A [`SqliteStore`] in this directory, opened when it is first needed: a registry that is only made opens nothing.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    store: OnceCell<SqliteStore>,
}

impl DataDir {
    /// Where, unless a registry says otherwise: in the directory that the server was started in.
    pub(crate) const DEFAULT: &str = "callboard-data";

    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), store: OnceCell::new() }
    }

    /// The store, open. An opening that failed is tried again.
    pub(crate) async fn open(&self) -> Result<&SqliteStore, StoreError> {
        let open = || async {
            let path = self.path.clone();
            let opening = tokio::task::spawn_blocking(move || SqliteStore::open(path));
            opening.await.map_err(StoreError::new)?
        };
        self.store.get_or_try_init(open).await
    }
}

#[async_trait]
impl Store for DataDir {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        self.open().await?.find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.open().await?.find_by_id(id).await
    }

    async fn list(&self, name: &str) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.list(name).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        self.open().await?.claim(name, key).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        self.open().await?.commit(batch).await
    }

    async fn due(&self, until_ms: u64, limit: usize) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.due(until_ms, limit).await
    }

    async fn next_alarm_after(&self, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.open().await?.next_alarm_after(after_ms).await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.open().await?.with_messages(after, limit).await
    }
}
