//! Group commit: what all actors want saved meanwhile goes to the store in one batch.

use std::sync::Arc;

use tokio::{sync::mpsc, time::Instant};

use crate::{
    meters::CommitMeters,
    store::{Commit, CommitOutcome, Store, StoreError},
};

/// Where actors leave what they want saved. One task hands it to the store, one batch after the other.
pub(crate) struct Committer {
    jobs: mpsc::UnboundedSender<Job>,
}

/// One commit, and who wants to know about it.
pub(super) struct Job {
    pub(super) commit: Commit,
    pub(super) done: Box<dyn FnOnce(Saved) + Send>,
}

/// What became of a commit; an error is shared by its whole batch.
pub(super) type Saved = Result<CommitOutcome, Arc<StoreError>>;

impl Committer {
    /// How many commits go to the store at once.
    const BATCH: usize = 1024;

    /// Starts the task that serves the store. It ends when the committer is dropped.
    pub(super) fn start(store: Arc<dyn Store>) -> Self {
        let (jobs, mut queue) = mpsc::unbounded_channel();
        let meters = CommitMeters::new();
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while queue.recv_many(&mut batch, Self::BATCH).await > 0 {
                commit(&*store, &mut batch, &meters).await;
            }
        });
        Self { jobs }
    }

    pub(super) fn submit(&self, job: Job) {
        if let Err(refused) = self.jobs.send(job) {
            (refused.0.done)(Err(Arc::new(StoreError::new("the server has stopped"))));
        }
    }
}

async fn commit(store: &dyn Store, batch: &mut Vec<Job>, meters: &CommitMeters) {
    let (commits, waiting): (Vec<_>, Vec<_>) = batch.drain(..).map(|job| (job.commit, job.done)).unzip();
    let began = Instant::now();
    let committed = store.commit(commits).await;
    match &committed {
        Ok(outcomes) => meters.committed(outcomes, began.elapsed()),
        Err(_) => meters.failed(waiting.len(), began.elapsed()),
    }
    match committed {
        Ok(outcomes) if outcomes.len() == waiting.len() => {
            for (done, outcome) in waiting.into_iter().zip(outcomes) {
                done(Ok(outcome));
            }
        }
        Ok(_) => fail(waiting, StoreError::new("the store answered for another batch")),
        Err(error) => fail(waiting, error),
    }
}

fn fail(waiting: Vec<Box<dyn FnOnce(Saved) + Send>>, error: StoreError) {
    let error = Arc::new(error);
    for done in waiting {
        done(Err(Arc::clone(&error)));
    }
}
