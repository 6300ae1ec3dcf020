//! The thread that owns the writing connection: whatever writes were asked for meanwhile become one transaction.
//!
//! Before the first write of a transaction it sees that no other program has committed anything, or cut a file
//! off, and before a transaction is answered it sees that its files are still at their path. Where nobody writes
//! it looks each second.

use std::{
    iter, slice,
    sync::{Arc, mpsc},
    time::Duration,
};

use rusqlite::{ErrorCode, TransactionBehavior};
use tokio::sync::oneshot;

use super::{
    error::{Locked, Lost, WorkError},
    file::{DatabaseFile, Session, data_version},
    job::Job,
    places::Lengths,
    readers::Reading,
    watch::Watch,
};
use crate::{
    store::StoreError,
    util::{log, shown::shown},
};

/// Something asked of the thread.
pub(super) enum Request {
    /// Becomes part of the next transaction.
    Write(Box<dyn Job>),
    /// Closes the file, after what was asked for before.
    Close(oneshot::Sender<()>),
}

pub(super) struct Writer {
    /// Dropped before the file: the last connection that is closed takes the journal away.
    reading: Reading,
    file: DatabaseFile,
    watch: Arc<Watch>,
    /// How long the files were when it was done with them.
    lengths: Lengths,
    /// How long the journal may become until it is made to begin anew.
    longest_journal: u64,
}

/// Why a transaction was not done.
enum Failure {
    /// Whatever it was to do.
    Any(Obstacle),
    /// Perhaps for what one of its jobs was to do.
    Some(StoreError),
}

#[derive(Clone, Copy)]
enum Obstacle {
    /// The store is lost, as its watch knows.
    Lost,
    /// Another program has a transaction open.
    Locked,
}

impl Writer {
    /// How many requests one transaction takes at most: those that come later wait for a disk that is not done.
    const ROUND: usize = 1024;

    /// How often the thread looks at its files while there is nothing to write.
    const LOOKS: Duration = Duration::from_secs(1);

    /// In bytes: four times the length that it has where reads leave gaps.
    const LONG_JOURNAL: u64 = 64 << 20;

    pub(super) fn new(file: DatabaseFile, lengths: Lengths, reading: Reading, watch: Arc<Watch>) -> Self {
        Self { reading, file, watch, lengths, longest_journal: Self::LONG_JOURNAL }
    }

    /// Serves requests until it is asked to close the file, or all senders are gone.
    pub(super) fn run(mut self, requests: mpsc::Receiver<Request>) {
        let mut writes = Vec::new();
        let mut closing = None;
        while closing.is_none() {
            let first = match requests.recv_timeout(Self::LOOKS) {
                Ok(first) => first,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    self.look();
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            };
            for request in iter::once(first).chain(requests.try_iter()).take(Self::ROUND) {
                match request {
                    Request::Write(job) => writes.push(job),
                    Request::Close(closed) => {
                        closing = Some(closed);
                        break;
                    }
                }
            }
            self.write(&mut writes);
        }
        self.look();
        if self.watch.check().is_err() {
            self.file.abandon();
        }
        // The file is closed first. Callers that wait for that are answered after it, or find the channel closed.
        drop(self);
        drop(requests);
        drop(closing);
    }

    /// Sees to it that nothing is done with a store that is lost.
    fn look(&mut self) {
        let looked = self.file.places().look_again(self.lengths);
        if let Err(lost) = looked {
            self.watch.lose(lost);
        } else if let Ok(Session { db, version }) = self.file.session()
            && data_version(db).is_ok_and(|found| found != *version)
        {
            self.watch.lose(Lost::Written { path: self.file.path().to_owned() });
        }
    }

    fn write(&mut self, writes: &mut Vec<Box<dyn Job>>) {
        if writes.is_empty() {
            return;
        }
        match self.attempt(writes) {
            Ok(journal) => {
                writes.drain(..).for_each(|job| job.end(Ok(())));
                self.shorten_journal(journal);
            }
            Err(Failure::Any(obstacle)) => {
                writes.drain(..).for_each(|job| job.end(Err(self.error(obstacle))));
            }
            Err(Failure::Some(_)) => self.write_apart(writes),
        }
    }

    /// Nothing of it was done. It may be the fault of one of them, such as a claim to an actor whose row is
    /// damaged, or of a disk that is full, where the room that the journal takes is often all that they need.
    fn write_apart(&mut self, writes: &mut Vec<Box<dyn Job>>) {
        self.empty_journal();
        for mut job in writes.drain(..) {
            let ended = self.attempt(slice::from_mut(&mut job)).map(drop);
            job.end(ended.map_err(|failure| match failure {
                Failure::Any(obstacle) => self.error(obstacle),
                Failure::Some(error) => error,
            }));
        }
    }

    /// Does all of it or nothing. Says how long the journal is then.
    fn attempt(&mut self, writes: &mut [Box<dyn Job>]) -> Result<u64, Failure> {
        if self.watch.check().is_err() {
            return Err(Failure::Any(Obstacle::Lost));
        }
        if let Err(lost) = self.file.places().look_again(self.lengths) {
            return Err(self.lose(lost));
        }
        let done = self.transact(writes);
        match self.file.places().look() {
            // Whatever became of it, it is not where anybody will look for it.
            Err(lost) => Err(self.lose(lost)),
            Ok(lengths) => {
                self.lengths = lengths;
                done.map(|()| {
                    self.watch.answering();
                    lengths.journal
                })
            }
        }
    }

    fn lose(&self, lost: Lost) -> Failure {
        self.watch.lose(lost);
        Failure::Any(Obstacle::Lost)
    }

    fn transact(&mut self, writes: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        let path = self.file.path().to_owned();
        let session = self.file.session().map_err(|error| Failure::Some(StoreError::new(error)))?;
        match session.transact(writes) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.lose(Lost::Written { path })),
            Err(reason) => {
                let is_locked = reason.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
                // What the program that held it has committed is yet to be found.
                if !is_locked && session.recover().is_err() {
                    // Not even rolling back worked.
                    self.file.disconnect();
                }
                Err(if is_locked {
                    Failure::Any(Obstacle::Locked)
                } else {
                    Failure::Some(StoreError::new(WorkError { path, reason }))
                })
            }
        }
    }

    fn error(&self, obstacle: Obstacle) -> StoreError {
        match (obstacle, self.watch.check()) {
            (Obstacle::Lost, Err(error)) => error,
            _ => StoreError::new(Locked { path: self.file.path().to_owned() }),
        }
    }

    /// Lets the journal begin anew if it has become too long, as it does where somebody reads at any moment.
    fn shorten_journal(&mut self, length: u64) {
        if length <= Self::LONG_JOURNAL {
            self.longest_journal = Self::LONG_JOURNAL;
        } else if length > self.longest_journal && !self.empty_journal() {
            let path = self.file.path().display();
            log::warn!(
                path = shown(&path),
                length,
                "another program keeps reading the store; its journal cannot be emptied and grows"
            );
            self.longest_journal = length + Self::LONG_JOURNAL;
        }
    }

    fn empty_journal(&mut self) -> bool {
        self.lengths.journal = 0;
        let _nobody_reads = self.reading.pause();
        self.file.empty_journal()
    }
}

impl Session {
    /// Does all of it or nothing, in one wait for the disk; `false`: nothing, as another program has committed
    /// something.
    fn transact(&mut self, writes: &mut [Box<dyn Job>]) -> rusqlite::Result<bool> {
        // Dropped without a commit, it rolls back. From here on no other program can write.
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if data_version(&transaction)? != self.version {
            return Ok(false);
        }
        writes.iter_mut().try_for_each(|job| job.run(&transaction))?;
        transaction.commit()?;
        Ok(true)
    }

    /// After a failure, which leaves a number of its own where it was the disk's.
    fn recover(&mut self) -> rusqlite::Result<()> {
        if !self.db.is_autocommit() {
            return Err(rusqlite::Error::InvalidQuery);
        }
        self.version = data_version(&self.db)?;
        Ok(())
    }
}
