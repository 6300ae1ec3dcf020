//! Reads beside the writer: connections that only read, each on a thread of its own.
//!
//! In WAL mode readers and the writer do not wait for each other, and a read that begins after a commit was
//! answered sees it. The one thing that a reader holds up is the journal: it begins anew only in a moment in which
//! nobody reads what is in it, and with reads that never cease that moment may never come. So each read holds the
//! gate for as long as it takes, and where the journal has become too long the [writer](super::writer) closes the
//! gate for a moment.
//!
//! There are two threads, so no more than two reads run at a time: one for questions about single actors and
//! times, which calls wait for, and one for pages, which whoever lists actors waits for. However many do that,
//! calls wait for none of them.

use std::{
    path::Path,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use parking_lot::{RwLock, RwLockWriteGuard};
use rusqlite::{Connection, OpenFlags};

use super::{error::WorkError, job::Job, watch::Watch};
use crate::{store::StoreError, util::log};

/// Where reads are left to be done.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    lookups: mpsc::Sender<Request>,
    pages: mpsc::Sender<Request>,
}

/// The threads that read. They end when they are told to.
#[derive(Debug)]
pub(super) struct Reading {
    readers: Readers,
    gate: Arc<RwLock<()>>,
    threads: Vec<JoinHandle<()>>,
}

enum Request {
    Read(Box<dyn Job>),
    /// Closes the connection, after what was asked for before.
    Close,
}

impl Readers {
    /// Reads a little, soon. Refused once the store is closed.
    pub(super) fn look_up(&self, job: Box<dyn Job>) -> bool {
        self.lookups.send(Request::Read(job)).is_ok()
    }

    /// Reads a page, after those that were asked for before.
    pub(super) fn page(&self, job: Box<dyn Job>) -> bool {
        self.pages.send(Request::Read(job)).is_ok()
    }
}

impl Reading {
    /// Opens the connections to a database that the writer has open.
    pub(super) fn start(path: &Path, watch: &Arc<Watch>) -> Result<Self, StartError> {
        let gate = Arc::default();
        let (lookups, first) = Reader::start(path, "callboard-lookups", watch, &gate)?;
        let (pages, second) = Reader::start(path, "callboard-pages", watch, &gate)?;
        Ok(Self { readers: Readers { lookups, pages }, gate, threads: vec![first, second] })
    }

    pub(super) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Waits until no read is under way, and keeps new ones from beginning until the returned guard is dropped.
    pub(super) fn pause(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write()
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        for requests in [&self.readers.lookups, &self.readers.pages] {
            // If sending fails, the thread has panicked, which is logged below.
            let _ = requests.send(Request::Close);
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                log::error!("store reader thread panicked");
            }
        }
    }
}

/// Why there is no connection, or no thread for it.
pub(super) enum StartError {
    Sqlite(rusqlite::Error),
    Io(std::io::Error),
}

struct Reader {
    db: Connection,
    watch: Arc<Watch>,
    gate: Arc<RwLock<()>>,
}

type Started = (mpsc::Sender<Request>, JoinHandle<()>);

impl Reader {
    fn start(
        path: &Path,
        name: &str,
        watch: &Arc<Watch>,
        gate: &Arc<RwLock<()>>,
    ) -> Result<Started, StartError> {
        let db = connect(path).map_err(StartError::Sqlite)?;
        let (requests, queue) = mpsc::channel();
        let reader = Self { db, watch: Arc::clone(watch), gate: Arc::clone(gate) };
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || reader.run(&queue)).map_err(StartError::Io)?;
        Ok((requests, thread))
    }

    fn run(self, requests: &mpsc::Receiver<Request>) {
        while let Ok(Request::Read(mut job)) = requests.recv() {
            // The caller may have stopped waiting; then the next one need not wait for this read.
            if job.is_wanted() {
                let ended = self.read(&mut *job);
                job.end(ended);
            }
        }
    }

    fn read(&self, job: &mut dyn Job) -> Result<(), StoreError> {
        self.watch.check()?;
        let _open = self.gate.read();
        let path = self.watch.path();
        job.run(&self.db).map_err(|reason| StoreError::new(WorkError { path: path.to_owned(), reason }))
    }
}

/// A connection that cannot write, and has read once: whatever else it opens, it has open by the end of this.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(Duration::from_secs(1))?;
    db.set_prepared_statement_cache_capacity(32);
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(db)
}
