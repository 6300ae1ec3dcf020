//! The store of a server: one SQLite file, one thread that writes it, and two threads that read it.
//!
//! # Threads
//!
//! SQLite blocks the thread that calls it until the disk is done, so no thread of tokio ever does. A caller sends
//! a [`Job`] (`job.rs`) to one of three threads, and awaits the answer:
//!
//! ```text
//! claim, commit        ──► callboard-store   `writer.rs`: all jobs that wait become one transaction, so one fsync
//! find, due, messages  ──► look-ups          `readers.rs`: short reads that a call waits for
//! list, alarms_ahead   ──► pages             `readers.rs`: long reads, a page each, so that a look-up never waits for one
//! ```
//!
//! The file is in WAL mode: readers see the last commit, and neither wait for the writer nor keep it waiting. The
//! writer empties the journal, which it cannot do while a read is under way, so no read may take long.
//!
//! # Files
//!
//! | file | what it is |
//! |---|---|
//! | `callboard.db` | the database |
//! | `callboard.db-wal` | SQLite's journal: commits that are not in the database yet |
//! | `callboard.db-shm` | SQLite's index of the journal, shared memory of all that have the database open |
//! | `callboard.db-lock` | our lock |
//!
//! A file can be deleted or replaced while it is open, and then what is written to it is lost. `places.rs` looks
//! whether each path still leads to the open file, before a transaction is answered and each second.
//!
//! # Locks
//!
//! `lock.rs` holds an exclusive lock of `callboard.db-lock` from opening to closing, which keeps other stores
//! away, in this process or another one. SQLite's own locks are held for one transaction each, and allow other
//! programs to read, and to write: `Session::version` shows the writer that another program has written, and then
//! the store is lost. Locks are taken in this order: ours, then SQLite's; and are released in the reverse order,
//! which is why [`DatabaseFile`] drops its lock last.
//!
//! Once a [`Watch`] knows that the store is lost, every job fails with `store.unavailable` until the store is
//! opened again.

mod column;
mod error;
mod file;
mod job;
mod lock;
mod messages;
mod options;
mod places;
mod readers;
mod reads;
mod schema;
mod store;
mod watch;
mod writer;
mod writes;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use futures_util::future::join_all;
use rusqlite::Connection;
use tokio::sync::oneshot;

pub use options::SqliteOptions;

use super::{Commit, CommitOutcome, StoreError};
use crate::util::{log, shown::shown};
use error::{Closed, OpenError};
use file::DatabaseFile;
use job::{Job, Work};
use readers::{Readers, Reading, StartError};
use watch::Watch;
use writer::{Request, Writer};

/// Keeps actors in one SQLite file, which it holds alone.
///
/// What it calls done is on the disk: it survives the end of the process and of the machine's power, as far as the
/// disk keeps its word. Commits that come together share one transaction, and so one wait for the disk.
///
/// ```no_run
/// # use callboard::{Registry, store::SqliteStore};
/// # fn registry() -> callboard::Result<Registry> {
/// let registry = Registry::new().store(SqliteStore::open("data")?);
/// # Ok(registry)
/// # }
/// ```
///
/// While the store is open, no other store can open its file, in this process or another one; `callboard.db-lock`
/// is locked for that. Any SQLite tool may read the file meanwhile, and copy it with its backup command:
///
/// ```text
/// sqlite3 -readonly callboard.db "SELECT name, key, revision, length(state) FROM actors"
/// ```
///
/// # What makes it unavailable
///
/// From any of these on the store is [unavailable](StoreError::unavailable) until it is opened again, and so says
/// `GET /health`. An error in the log tells which it was.
///
/// - Its files or their directory are deleted, moved or replaced. That is looked at before each commit is
///   answered, and each second where nobody writes. A file that was put in their place is never written.
/// - Another program commits something to the file, or empties its journal. Actors that are awake would not know
///   what was changed, and save over it.
/// - Another program makes one of the files shorter, as it does that truncates it or copies an older one over it.
///   What it does to their bytes otherwise cannot be seen: stop the server before a backup is put in their place.
///
/// One of these files is memory that SQLite maps, `callboard.db-shm`: whoever cuts it short under a running
/// process kills that process (SIGBUS, from within SQLite). What was answered is on the disk by then, and is there
/// at the next start.
///
/// The directory has to be on a local disk: over a network, neither SQLite's journal nor its locks can be relied
/// on.
///
/// # Its tables
///
/// As `.schema` explains them in full:
///
/// | table | columns |
/// |---|---|
/// | `actors` | `id`, `name`, `key` (its parts joined by slashes), `created_at_ms`, `epoch`, `revision`, `state`, `format` |
/// | `alarms` | `actor` (its id), `id`, `due_ms`, `kind` (`wall_clock` or `elapsed`), `period_ms`, `name`, `encoding` (`cbor` or `json`), `payload` |
/// | `messages` | `actor` (its id), `id`, `queue`, `body`, `sent_at_ms`, `attempts`, `not_before_ms`, `dead` |
///
/// Closing the store ([`Store::close`](super::Store::close)) or dropping it ends what it was asked for, and waits for that.
///
/// # Beside other users of SQLite
///
/// One program links one SQLite, so all crates in it that bring SQLite have to agree on a version of
/// `libsqlite3-sys`. callboard takes any rusqlite from 0.32 to 0.43, and Cargo picks the newest that fits. With
/// these in the same program, it picks
///
/// | your dependency | rusqlite | SQLite |
/// |---|---|---|
/// | none of them | 0.43 | 3.54.1 |
/// | `sqlx = { version = "0.9", features = ["sqlite"] }` | 0.39 | 3.51.3 |
/// | `sqlx = { version = "0.8", features = ["sqlite"] }` | 0.32 | 3.46.0 |
/// | `diesel = { version = "2.3", features = ["sqlite"] }` | 0.40 | 3.53.2 |
/// | `sea-orm = { version = "2.0", features = ["sqlx-sqlite"] }` | 0.39 | 3.51.3 |
/// | `sea-orm = { version = "1.1", features = ["sqlx-sqlite"] }` | 0.32 | 3.46.0 |
///
/// The newest is the one that the tests run on; CI compiles the oldest, and resolves each row. If Cargo says that
/// `links = "sqlite3"` is taken twice, ask it for the version in this table: `cargo update -p rusqlite --precise
/// 0.39.0`.
pub struct SqliteStore {
    path: PathBuf,
    watch: Arc<Watch>,
    readers: Readers,
    /// `None` once the store is being dropped. The writing thread ends when this sender is gone.
    requests: Option<mpsc::Sender<Request>>,
    /// The writing thread.
    thread: Option<JoinHandle<()>>,
}

impl SqliteOptions {
    /// Opens the store; see [`SqliteStore::open`].
    pub fn open(self) -> Result<SqliteStore, StoreError> {
        SqliteStore::start(&self).map_err(StoreError::unavailable)
    }
}

impl SqliteStore {
    /// Opens `callboard.db` in this directory; makes either if there is none.
    ///
    /// Refuses a file that another store holds, that is [damaged](SqliteOptions::check), that is of a newer
    /// version of callboard, or not of callboard at all; such a file is left as it is.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        SqliteOptions::new(directory).open()
    }

    fn start(options: &SqliteOptions) -> Result<Self, OpenError> {
        let path = options.path();
        let file = DatabaseFile::open(options)?;
        let watch = Arc::new(Watch::new(file.path().to_owned()));
        let reading = Reading::start(file.path(), &watch).map_err(|error| match error {
            StartError::Sqlite(reason) => OpenError::Sqlite { path: path.clone(), reason },
            StartError::Io(reason) => OpenError::Io { path: path.clone(), reason },
        })?;
        // The readers have opened the same files.
        let lengths = file.places().look().map_err(|lost| OpenError::Lost { lost })?;
        let readers = reading.readers().clone();
        let writer = Writer::new(file, lengths, reading, Arc::clone(&watch));
        let (requests, queue) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("callboard-store".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(|reason| OpenError::Io { path: path.clone(), reason })?;
        Ok(Self { path, watch, readers, requests: Some(requests), thread: Some(thread) })
    }

    /// Runs a short read that calls wait for: about one actor, or one time. It sees every commit that was answered
    /// before.
    async fn read<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.ask(work, |job| self.readers.look_up(job)).await
    }

    /// Runs a long read: a page of a list.
    async fn read_page<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.ask(work, |job| self.readers.page(job)).await
    }

    async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        let send =
            |job| self.requests.as_ref().is_some_and(|requests| requests.send(Request::Write(job)).is_ok());
        self.ask(work, send).await
    }

    /// Commits each actor by itself, after all of them together have failed: the cause may be one actor, whose
    /// page is damaged or for which there is no room, and the others must not fail with it.
    async fn commit_apart(&self, batch: &Arc<Vec<Commit>>) -> Vec<CommitOutcome> {
        let commits = (0..batch.len()).map(|n| {
            let batch = Arc::clone(batch);
            self.write(move |db: &Connection| writes::apply(db, &batch[n]))
        });
        let outcome = |outcome: Result<CommitOutcome, StoreError>| {
            outcome.unwrap_or_else(|error| {
                log::error!(error = shown(&error), "failed to save an actor");
                CommitOutcome::Failed
            })
        };
        join_all(commits).await.into_iter().map(outcome).collect()
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        send: impl FnOnce(Box<dyn Job>) -> bool,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        if !send(job::answering(work, reply)) {
            return Err(StoreError::unavailable(Closed));
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::unavailable(Closed)))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!(path = shown(self.path.display()), "store thread panicked");
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}
