//! The jobs of each method of the store: reads for the readers, and everything else for the writer.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{SqliteStore, messages, reads, writer::Request, writes};
use crate::{
    ActorId, Key,
    store::{
        ActorRecord, AlarmKind, Claim, Commit, CommitOutcome, MessageId, MessagePage, QueueLoad, Store,
        StoreError,
    },
};

#[async_trait]
impl Store for SqliteStore {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        let (name, key) = (name.to_owned(), key.to_string());
        self.read(move |db: &Connection| reads::find(db, &name, &key)).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.read(move |db: &Connection| reads::find_by_id(db, id)).await
    }

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        // In parts, because the journal cannot be emptied while a read is under way.
        let mut records: Vec<ActorRecord> = Vec::new();
        loop {
            let part = reads::PAGE.min(limit - records.len());
            let (name, after) = (name.to_owned(), records.last().map_or(after, |record| Some(record.id)));
            let page = self.read_page(move |db: &Connection| reads::list(db, &name, after, part)).await?;
            let more = page.len() == reads::PAGE;
            records.extend(page);
            if !more {
                return Ok(records);
            }
        }
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        let (name, key) = (name.to_owned(), key.to_string());
        self.write(move |db: &Connection| writes::claim(db, &name, &key)).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        let batch = Arc::new(batch);
        let commits = Arc::clone(&batch);
        let together = self
            .write(move |db: &Connection| commits.iter().map(|commit| writes::apply(db, commit)).collect())
            .await;
        match together {
            Err(_) if batch.len() > 1 => Ok(self.commit_apart(&batch).await),
            together => together,
        }
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.read(move |db: &Connection| reads::due(db, kind, until_ms, limit)).await
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.read(move |db: &Connection| reads::next_alarm_after(db, kind, after_ms)).await
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.read_page(move |db: &Connection| reads::alarms_ahead(db, kind, now_ms, after, limit)).await
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        let queue = queue.to_owned();
        self.read(move |db: &Connection| messages::page(db, actor, &queue, from, limit)).await
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        let part = move |after| move |db: &Connection| messages::loads(db, actor, after);
        // This is all of most queues. The rest of a long one is read as pages, so that no look-up waits for it.
        let (mut loads, mut last) = self.read(part(None)).await?;
        while last.is_some() {
            let (more, next) = self.read_page(part(last)).await?;
            for load in more {
                messages::add(&mut loads, load);
            }
            last = next;
        }
        Ok(loads)
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        self.read(move |db: &Connection| messages::there(db, actor, &ids)).await
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        // Page by page, so that no other read waits for long.
        let (mut bytes, mut after) = (0_u64, None);
        loop {
            let (last, page) = self.read_page(move |db: &Connection| messages::bytes(db, after)).await?;
            bytes = bytes.saturating_add(page);
            if last.is_none() {
                return Ok(bytes);
            }
            after = last;
        }
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.read_page(move |db: &Connection| reads::with_messages(db, after, limit)).await
    }

    fn health(&self) -> Result<(), StoreError> {
        self.watch.check()
    }

    async fn close(&self) {
        let (closing, closed) = oneshot::channel();
        if let Some(requests) = &self.requests {
            // If sending fails, the file is closed already.
            let _ = requests.send(Request::Close(closing));
        }
        // An error means that another request to close came first, and the file is closed.
        let _ = closed.await;
    }
}
