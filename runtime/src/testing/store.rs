//! `FaultyStore`: a store that fails when a test asks for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::{sync::watch, time};

use crate::{
    ActorId, Key,
    store::{
        ActorRecord, AlarmKind, Claim, Commit, CommitOutcome, MessageId, MessagePage, QueueLoad, Store,
        StoreError,
    },
};

/// Wraps a store, and delays, holds or fails what is committed to it.
///
/// Clones are one store: give one to the registry, and keep one to steer it by. In all of this, a *batch* is one
/// call of [`Store::commit`], which holds what any number of actors had to save.
///
/// ```
/// use callboard::{
///     store::{MemoryStore, Store},
///     testing::FaultyStore,
/// };
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let store = FaultyStore::new(MemoryStore::new());
/// // Registry::new().register::<ChatRoom>().store(store.clone())
/// store.fail_batches(1);
/// assert!(store.commit(vec![]).await.is_err());
/// assert!(store.commit(vec![]).await.is_ok());
/// assert_eq!(store.batches(), 2);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct FaultyStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Box<dyn Store>,
    faults: Mutex<Faults>,
    holds: watch::Sender<usize>,
    counts: watch::Sender<Counts>,
    messages_read: AtomicUsize,
}

/// What is to go wrong.
#[derive(Debug, Default)]
struct Faults {
    delay: Duration,
    failing: usize,
    losing: usize,
    failing_reads: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    batches: usize,
    commits: usize,
}

/// What goes wrong with one batch.
enum Fault {
    None,
    Fail,
    Lose,
}

impl FaultyStore {
    /// A store that behaves like this one until told otherwise.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        let store = Box::new(store);
        let (holds, counts) = (watch::Sender::default(), watch::Sender::default());
        let (faults, messages_read) = (Mutex::default(), AtomicUsize::new(0));
        Self { shared: Arc::new(Shared { store, faults, holds, counts, messages_read }) }
    }

    /// Lets each batch that comes from now on take this much longer, by tokio's clock, which tests can pause.
    pub fn delay_batches(&self, delay: Duration) {
        self.shared.faults.lock().delay = delay;
    }

    /// Keeps nothing of the next `count` batches, and answers with an error.
    pub fn fail_batches(&self, count: usize) {
        self.shared.faults.lock().failing = count;
    }

    /// Keeps the next `count` batches, and yet answers with an error: to whoever asked, that is the same as
    /// [failing](Self::fail_batches), until the next claim. Batches that are to fail come before those.
    pub fn lose_answers(&self, count: usize) {
        self.shared.faults.lock().losing = count;
    }

    /// Answers with an error where it is asked for messages the next `count` times.
    pub fn fail_reads(&self, count: usize) {
        self.shared.faults.lock().failing_reads = count;
    }

    /// Holds every batch that comes from now on before anything is done with it, until what this returns is
    /// dropped.
    #[must_use = "nothing is held any more once this is dropped"]
    pub fn hold_batches(&self) -> Hold {
        self.shared.holds.send_modify(|holds| *holds += 1);
        Hold { shared: Arc::clone(&self.shared) }
    }

    /// How many batches have come so far, those included that were held or failed.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.shared.counts.borrow().batches
    }

    /// How many commits these batches had.
    #[must_use]
    pub fn commits(&self) -> usize {
        self.shared.counts.borrow().commits
    }

    /// How many messages it has handed out so far, those included that it handed out before.
    #[must_use]
    pub fn messages_read(&self) -> usize {
        self.shared.messages_read.load(Ordering::Relaxed)
    }

    /// Waits until that many batches have come in all.
    pub async fn batches_reach(&self, count: usize) {
        let mut counts = self.shared.counts.subscribe();
        // Fails only without a sender, and that is `self`.
        let _ = counts.wait_for(|counts| counts.batches >= count).await;
    }
}

/// Holds the batches of a [`FaultyStore`] until it is dropped.
#[derive(Debug)]
pub struct Hold {
    shared: Arc<Shared>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.holds.send_modify(|holds| *holds -= 1);
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        self.shared.store.find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.shared.store.find_by_id(id).await
    }

    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.shared.store.list(name, after, limit).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        self.shared.store.claim(name, key).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        let (fault, delay) = self.shared.arrived(&batch);
        self.shared.pass_holds().await;
        if !delay.is_zero() {
            time::sleep(delay).await;
        }
        match fault {
            Fault::None => self.shared.store.commit(batch).await,
            Fault::Fail => Err(StoreError::new("a test let this batch fail")),
            Fault::Lose => {
                self.shared.store.commit(batch).await?;
                Err(StoreError::new("a test lost the answer to this batch"))
            }
        }
    }

    async fn due(
        &self,
        kind: AlarmKind,
        until_ms: u64,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.shared.store.due(kind, until_ms, limit).await
    }

    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.shared.store.next_alarm_after(kind, after_ms).await
    }

    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.shared.store.alarms_ahead(kind, now_ms, after, limit).await
    }

    fn health(&self) -> Result<(), StoreError> {
        self.shared.store.health()
    }

    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError> {
        if self.shared.faults.lock().next_read() {
            return Err(StoreError::new("a test let this read fail"));
        }
        let page = self.shared.store.messages(actor, queue, from, limit).await?;
        self.shared.messages_read.fetch_add(page.messages.len(), Ordering::Relaxed);
        Ok(page)
    }

    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError> {
        self.shared.store.queue_loads(actor).await
    }

    async fn messages_there(
        &self,
        actor: ActorId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        self.shared.store.messages_there(actor, ids).await
    }

    async fn queued_bytes(&self) -> Result<u64, StoreError> {
        self.shared.store.queued_bytes().await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.shared.store.with_messages(after, limit).await
    }
}

impl Shared {
    /// Counts a batch, and says what is to become of it.
    fn arrived(&self, batch: &[Commit]) -> (Fault, Duration) {
        let mut faults = self.faults.lock();
        let fault = faults.next();
        self.counts.send_modify(|counts| {
            counts.batches += 1;
            counts.commits += batch.len();
        });
        (fault, faults.delay)
    }

    async fn pass_holds(&self) {
        // Fails only without a sender, and that is `self`.
        let _ = self.holds.subscribe().wait_for(|holds| *holds == 0).await;
    }
}

impl Faults {
    /// Whether the next read is to fail.
    fn next_read(&mut self) -> bool {
        let fails = self.failing_reads > 0;
        self.failing_reads = self.failing_reads.saturating_sub(1);
        fails
    }

    fn next(&mut self) -> Fault {
        if self.failing > 0 {
            self.failing -= 1;
            Fault::Fail
        } else if self.losing > 0 {
            self.losing -= 1;
            Fault::Lose
        } else {
            Fault::None
        }
    }
}
