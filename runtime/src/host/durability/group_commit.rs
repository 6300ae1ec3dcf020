//! Group commit: what all actors of a process want saved meanwhile goes to the store in one batch.
//!
//! A commit costs the store the same whether it holds one change or a hundred: one transaction and one flush to the disk.
//! So there is one task that commits, and while it waits for the store, everything else that wants to be committed gathers
//! in its channel. The batch that follows holds all of it, 1,024 commits at most. Under load batches grow by themselves, and
//! no timer holds anything back: a commit that comes alone goes alone, and at once.
//!
//! ```text
//! actors ──▶ channel ──▶ [ batch n+1 gathers ]      [ batch n is with the store ]
//!                              │ recv_many                 │ Store::commit(batch)
//!                              ▼                           ▼
//!                        Job::begin: each save        one outcome for each commit,
//!                        is made now                  or one error for all
//! ```
//!
//! - **A save is made late.** An actor puts no commit into the channel but word that it has something to save ([`Saver`]). Its
//!   commit is made when its batch begins, of all that has changed by then: so a busy actor has one save in a batch, however
//!   many turns it has had, and never two saves under way.
//! - **Commits keep their order.** There is one batch at a time, so the commits of an actor reach the store in the order in
//!   which they were handed over.
//! - **An outcome is for one commit, an error for the batch.** The store commits what it can: an actor that was claimed by
//!   another process, or whose row cannot be written, fails alone. An error says that it is not known what the store has of
//!   any of them.
//! - **It counts.** Before the first batch with messages the store is asked how many bytes wait in its queues, because only
//!   here it is certain that nothing is on its way there.

use std::sync::Arc;

use tokio::{sync::mpsc, time::Instant};

use crate::{
    host::queues::queued_bytes::QueuedBytes,
    meters::CommitMeters,
    store::{Commit, CommitOutcome, Store, StoreError},
};

/// Where actors leave what they want committed. One task hands it to the store, one batch after the other.
pub(crate) struct Committer {
    jobs: mpsc::UnboundedSender<Job>,
}

/// What is to be committed.
pub(in crate::host) enum Job {
    /// This; what is called hears what became of it.
    Commit(Commit, Box<dyn FnOnce(Saved) + Send>),
    /// What an actor has to save by then.
    Save(Arc<dyn Saver>),
}

/// An actor whose save is made when its batch begins.
pub(in crate::host) trait Saver: Send + Sync {
    /// `None` if there is nothing to save any more.
    fn begin_save(self: Arc<Self>) -> Option<Commit>;

    /// What became of it.
    fn end_save(self: Arc<Self>, saved: Saved);
}

/// What hears what became of a commit.
enum Waiting {
    Job(Box<dyn FnOnce(Saved) + Send>),
    Saver(Arc<dyn Saver>),
}

/// What became of a commit; an error is shared by its whole batch.
pub(in crate::host) type Saved = Result<CommitOutcome, Arc<StoreError>>;

impl Committer {
    /// How many commits go to the store at once.
    const BATCH: usize = 1024;

    /// Starts the task that serves the store. It ends when the committer is dropped.
    pub(in crate::host) fn start(store: Arc<dyn Store>, queued: Arc<QueuedBytes>) -> Self {
        let (jobs, mut queue) = mpsc::unbounded_channel();
        let meters = CommitMeters::new();
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while queue.recv_many(&mut batch, Self::BATCH).await > 0 {
                commit(&*store, &mut batch, &queued, &meters).await;
            }
        });
        Self { jobs }
    }

    pub(in crate::host) fn submit(&self, job: Job) {
        if let Err(refused) = self.jobs.send(job)
            && let Some((_, waiting)) = refused.0.begin()
        {
            waiting.end(Err(Arc::new(StoreError::new("the server has stopped"))));
        }
    }
}

impl Job {
    fn begin(self) -> Option<(Commit, Waiting)> {
        match self {
            Self::Commit(commit, done) => Some((commit, Waiting::Job(done))),
            Self::Save(saver) => {
                let commit = Arc::clone(&saver).begin_save()?;
                Some((commit, Waiting::Saver(saver)))
            }
        }
    }
}

impl Waiting {
    fn end(self, saved: Saved) {
        match self {
            Self::Job(done) => done(saved),
            Self::Saver(saver) => saver.end_save(saved),
        }
    }
}

async fn commit(store: &dyn Store, batch: &mut Vec<Job>, queued: &QueuedBytes, meters: &CommitMeters) {
    let (commits, waiting): (Vec<_>, Vec<_>) = batch.drain(..).filter_map(Job::begin).unzip();
    if commits.is_empty() {
        return;
    }
    if commits.iter().any(Commit::has_messages) {
        // Here nothing is on its way to the store.
        queued.count(store).await;
    }
    let began = Instant::now();
    let committed = store.commit(commits).await;
    match &committed {
        Ok(outcomes) => meters.committed(outcomes, began.elapsed()),
        Err(_) => meters.failed(waiting.len(), began.elapsed()),
    }
    match committed {
        Ok(outcomes) if outcomes.len() == waiting.len() => {
            for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
                waiting.end(Ok(outcome));
            }
        }
        Ok(_) => fail(waiting, StoreError::new("the store answered for another batch")),
        Err(error) => fail(waiting, error),
    }
}

fn fail(waiting: Vec<Waiting>, error: StoreError) {
    let error = Arc::new(error);
    for waiting in waiting {
        waiting.end(Err(Arc::clone(&error)));
    }
}
