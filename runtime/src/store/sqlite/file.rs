//! The database file: how it is opened, and how any file that is not ours to use is left alone.

use std::{
    fs, io,
    path::{self, Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, ffi};

use super::{
    error::OpenError,
    lock::Lock,
    options::SqliteOptions,
    places::Places,
    schema::{self, Format},
};
use crate::util::{log, shown::shown};

/// How long a commit waits for another program that keeps a transaction open, which it may yet roll back.
const PATIENCE: Duration = Duration::from_secs(1);

/// An open file, and the lock that is held on it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    /// Absolute: the directory of the process may change.
    path: PathBuf,
    session: Option<Session>,
    places: Places,
    /// Let go of last.
    _lock: Lock,
}

/// A connection, and what it knew of commits of others when it was last looked at.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) db: Connection,
    pub(super) version: i64,
}

impl DatabaseFile {
    pub(super) fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let path = options.path();
        let io = |reason| OpenError::Io { path: path.clone(), reason };
        create_directory(options.directory()).map_err(io)?;
        let path = path::absolute(&path).map_err(io)?;
        let lock = Lock::take(&path)?;
        let db = connect(&path, options.is_checked(size_of(&path)))?;
        let session = Session::new(db).map_err(|reason| refusal(&path, reason))?;
        let places = lock
            .metadata()
            .and_then(|lock| Places::of(&path, &lock))
            .map_err(|lost| OpenError::Lost { lost })?;
        Ok(Self { path, session: Some(session), places, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    /// The connection; a new one if the last was thrown away.
    pub(super) fn session(&mut self) -> Result<&mut Session, OpenError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.connect_again()?,
        };
        Ok(self.session.insert(session))
    }

    /// Opens the files that the readers have open still, and no others.
    fn connect_again(&self) -> Result<Session, OpenError> {
        let lost = |lost| OpenError::Lost { lost };
        self.places.look().map_err(lost)?;
        let db = open(&self.path, OpenFlags::empty())
            .and_then(|db| {
                prepare(&db)?;
                checkpoint(&db)?;
                Session::new(db)
            })
            .map_err(|reason| refusal(&self.path, reason))?;
        self.places.look().map_err(lost)?;
        Ok(db)
    }

    /// Throws the connection away, and with it whatever it had not committed.
    pub(super) fn disconnect(&mut self) {
        self.session = None;
    }

    /// Brings what the journal has into the file if it can, so that its room can be used again. Says whether it
    /// could: it cannot while somebody reads.
    pub(super) fn empty_journal(&self) -> bool {
        // What keeps it from that will show in the next commit, if that still matters then.
        self.session.as_ref().is_some_and(|session| checkpoint(&session.db).unwrap_or(false))
    }

    /// Leaves everything at its path as it is when this is closed: that is not ours any more.
    pub(super) fn abandon(&self) {
        if let Some(session) = &self.session {
            // Without it SQLite looks itself, a moment before.
            let _ = session.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

impl Session {
    fn new(db: Connection) -> rusqlite::Result<Self> {
        let version = data_version(&db)?;
        Ok(Self { db, version })
    }
}

/// A number that changes with each commit of another connection, and with none of this one's.
pub(super) fn data_version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

/// Opens the file and sees that it is ours, and sound; only then changes anything about it.
fn connect(path: &Path, check: bool) -> Result<Connection, OpenError> {
    let refused = |reason| refusal(path, reason);
    let is_judged = judge(path, check)?;
    let db = open(path, OpenFlags::SQLITE_OPEN_CREATE).map_err(refused)?;
    let found = inspect(&db, path)?;
    if check && !is_judged {
        examine(&db, path)?;
    }
    prepare(&db).map_err(refused)?;
    if !is_wal(&db).map_err(refused)? {
        return Err(OpenError::NoSharedMemory { path: path.to_owned() });
    }
    match found {
        None => schema::create(&db).map_err(refused)?,
        Some(schema::VERSION) => {}
        Some(earlier) => {
            schema::upgrade(&db, earlier).map_err(refused)?;
            log::info!(
                path = shown(path.display()),
                from = earlier,
                to = schema::VERSION,
                "store upgraded to a new schema version"
            );
        }
    }
    checkpoint(&db).map_err(refused)?;
    Ok(db)
}

fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    // A file that is refused keeps even its journal as it was.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.busy_timeout(Duration::ZERO)?;
    Ok(db)
}

/// Refuses a file that is not ours, or not sound, and leaves nothing beside it: connections that share a journal
/// make a file for that, a connection that has it alone does not. Where another program has the file open, that
/// file is there, and nothing is judged yet.
fn judge(path: &Path, check: bool) -> Result<bool, OpenError> {
    let refused = |reason| refusal(path, reason);
    let db = open(path, OpenFlags::SQLITE_OPEN_CREATE).map_err(refused)?;
    // Held from the first read until the connection is closed.
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE").map_err(refused)?;
    match inspect(&db, path) {
        Err(OpenError::InUse { .. }) => Ok(false),
        Err(error) => Err(error),
        Ok(_) if check => examine(&db, path).map(|()| true),
        Ok(_) => Ok(true),
    }
}

/// Sees whose the file is. Says which version its tables have; `None`: it is still empty.
fn inspect(db: &Connection, path: &Path) -> Result<Option<i64>, OpenError> {
    let refused = |reason| refusal(path, reason);
    match Format::of(db).map_err(refused)? {
        Format::Empty => Ok(None),
        Format::Version(found) if found <= schema::VERSION => {
            schema::verify(db, found).map(|()| Some(found)).map_err(refused)
        }
        Format::Version(found) => {
            Err(OpenError::Newer { path: path.to_owned(), found, known: schema::VERSION })
        }
        Format::Foreign => {
            Err(OpenError::Foreign { path: path.to_owned(), found: "it is a database of something else" })
        }
    }
}

/// Reads all of the file, and refuses it if its structure is damaged.
fn examine(db: &Connection, path: &Path) -> Result<(), OpenError> {
    let found: String = db
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|reason| refusal(path, reason))?;
    if found == "ok" { Ok(()) } else { Err(OpenError::Damaged { path: path.to_owned(), damage: found }) }
}

/// Makes the connection what the store needs.
fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(32);
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         -- A commit returns once the disk has it; on macOS, where that takes another call, too.
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         -- 16 MB: with 100,000 busy actors a fifth less work than SQLite's 4 MB, as more saves of an actor, and of its
         -- neighbours, reach the file as one page. Four times that gained nothing more. Pages of 1 to 8 KiB
         -- did equally well, so they stay at SQLite's 4.
         PRAGMA wal_autocheckpoint = 4000;
         -- What one huge commit made of the journal is given back.
         PRAGMA journal_size_limit = 67108864;
         -- 16 MB; more gained nothing, for the system caches the file as well.
         PRAGMA cache_size = -16384;",
    )
}

fn is_wal(db: &Connection) -> rusqlite::Result<bool> {
    Ok(db.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))? == "wal")
}

/// Brings what the journal has into the file. After a disk failed to write, what is read from the journal, also by
/// a later process, may be in memory only; by the end of this it is on the disk. Says whether nobody kept it from
/// that, such as another program that reads.
fn checkpoint(db: &Connection) -> rusqlite::Result<bool> {
    db.busy_timeout(Duration::ZERO)?;
    let done = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0));
    db.busy_timeout(PATIENCE)?;
    done
}

fn refusal(path: &Path, reason: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match reason.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse { path },
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { path, found: "it is not a SQLite database" },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, damage: reason.to_string() },
        _ if lacks_shared_memory(&reason) => OpenError::NoSharedMemory { path },
        _ => OpenError::Sqlite { path, reason },
    }
}

fn lacks_shared_memory(reason: &rusqlite::Error) -> bool {
    let codes = [ffi::SQLITE_IOERR_SHMOPEN, ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_SHMMAP];
    reason.sqlite_error().is_some_and(|error| codes.contains(&error.extended_code))
}

fn size_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Makes the directory, and sees to it that its name is on the disk: SQLite does that for the files in it only.
fn create_directory(directory: &Path) -> io::Result<()> {
    if directory.as_os_str().is_empty() || directory.is_dir() {
        return Ok(());
    }
    let parent = directory.parent().unwrap_or(Path::new(""));
    create_directory(parent)?;
    fs::create_dir(directory).or_else(|error| if directory.is_dir() { Ok(()) } else { Err(error) })?;
    sync_directory(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    fs::File::open(directory)?.sync_all()
}

/// Elsewhere a directory cannot be opened, nor need it.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that is killed cannot show this: what it wrote and did not sync is still there.
    #[test]
    fn a_commit_waits_for_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = DatabaseFile::open(&SqliteOptions::new(&directory)).unwrap();
        let db = &file.session().unwrap().db;
        let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        assert_eq!(pragma("synchronous"), Ok(2.into()));
        assert_eq!(pragma("journal_mode"), Ok("wal".to_owned().into()));
        assert_eq!(pragma("locking_mode"), Ok("normal".to_owned().into()));
    }

    #[test]
    fn a_connection_that_was_thrown_away_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = DatabaseFile::open(&SqliteOptions::new(&directory)).unwrap();
        // What readers have open stays.
        let reader = Connection::open(file.path()).unwrap();
        assert_eq!(reader.query_row("SELECT count(*) FROM actors", [], |row| row.get(0)), Ok(0));
        file.session().unwrap().db.execute_batch("BEGIN; DELETE FROM actors").unwrap();
        file.disconnect();
        let db = &file.session().unwrap().db;
        assert!(db.is_autocommit());
        assert_eq!(db.query_row("SELECT count(*) FROM actors", [], |row| row.get(0)), Ok(0));
    }
}
