//! Group commit: what all actors want saved meanwhile goes to the store in one batch.

use std::sync::Arc;

use tokio::{sync::mpsc, time::Instant};

use crate::{
    host::queues::queued_bytes::Queued,
    meters::CommitMeters,
    store::{Commit, CommitOutcome, Store, StoreError},
};

/// Where actors leave what they want saved. One task hands it to the store, one batch after the other.
pub(crate) struct Committer {
    jobs: mpsc::UnboundedSender<Job>,
}

/// What somebody wants to be committed.
pub(in crate::host) enum Job {
    /// This, and who wants to know what became of it.
    Commit(Commit, Box<dyn FnOnce(Saved) + Send>),
    /// What an actor has to be saved by then.
    Save(Arc<dyn Saver>),
}

/// Somebody whose save is made when its batch begins: so it has all that was to be saved until then, and there is never
/// more than one of it under way.
pub(in crate::host) trait Saver: Send + Sync {
    /// `None` if there is nothing to save any more.
    fn begin_save(self: Arc<Self>) -> Option<Commit>;

    /// What became of it.
    fn end_save(self: Arc<Self>, saved: Saved);
}

/// Who wants to know what became of a commit.
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
    pub(in crate::host) fn start(store: Arc<dyn Store>, queued: Arc<Queued>) -> Self {
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

async fn commit(store: &dyn Store, batch: &mut Vec<Job>, queued: &Queued, meters: &CommitMeters) {
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
