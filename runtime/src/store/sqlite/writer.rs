//! The thread that owns the connection: whatever writes were asked for meanwhile become one transaction.

use std::{iter, slice, sync::mpsc};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::{error::WorkError, file::DatabaseFile, job::Job};
use crate::store::StoreError;

/// Something asked of the thread.
pub(super) enum Request {
    /// Sees what was committed last.
    Read(Box<dyn Job>),
    /// Becomes part of the next transaction.
    Write(Box<dyn Job>),
    /// Closes the file, after what was asked for before.
    Close(oneshot::Sender<()>),
}

pub(super) struct Writer {
    file: DatabaseFile,
}

impl Writer {
    /// How many requests one transaction takes at most: those that come later wait for a disk that is not done.
    const ROUND: usize = 1024;

    pub(super) fn new(file: DatabaseFile) -> Self {
        Self { file }
    }

    /// Serves requests until it is told to close the file, or nobody can make any.
    pub(super) fn run(mut self, requests: mpsc::Receiver<Request>) {
        let mut writes = Vec::new();
        let mut closing = None;
        while closing.is_none()
            && let Ok(first) = requests.recv()
        {
            for request in iter::once(first).chain(requests.try_iter()).take(Self::ROUND) {
                match request {
                    // Nobody has been told of these writes: a read that came after them need not see them.
                    Request::Read(job) => self.read(job),
                    Request::Write(job) => writes.push(job),
                    Request::Close(closed) => {
                        closing = Some(closed);
                        break;
                    }
                }
            }
            self.write(&mut writes);
        }
        // The file comes first: whoever waits for it to be closed is told, or finds that nobody takes requests.
        drop(self);
        drop(requests);
        drop(closing);
    }

    fn read(&mut self, mut job: Box<dyn Job>) {
        let ended = self.attempt(|db| job.run(db));
        job.end(ended);
    }

    fn write(&mut self, writes: &mut Vec<Box<dyn Job>>) {
        if writes.is_empty() {
            return;
        }
        if self.attempt(|db| transact(db, writes)).is_ok() {
            return writes.drain(..).for_each(|job| job.end(Ok(())));
        }
        // Nothing of it was done. It may be the fault of one of them, such as a claim to an actor whose row is damaged,
        // or of a disk that is full, where the room that the journal takes is often all that they need.
        self.file.empty_journal();
        for mut job in writes.drain(..) {
            let ended = self.attempt(|db| transact(db, slice::from_mut(&mut job)));
            job.end(ended);
        }
    }

    fn attempt(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let db = self.file.connection().map_err(StoreError::new)?;
        let Err(reason) = work(db) else { return Ok(()) };
        if !db.is_autocommit() {
            // Not even rolling back worked.
            self.file.disconnect();
        }
        Err(StoreError::new(WorkError { path: self.file.path().to_owned(), reason }))
    }
}

/// Does all of it or nothing, in one wait for the disk.
fn transact(db: &mut Connection, writes: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    // Dropped without a commit, it rolls back.
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    writes.iter_mut().try_for_each(|job| job.run(&transaction))?;
    transaction.commit()
}
