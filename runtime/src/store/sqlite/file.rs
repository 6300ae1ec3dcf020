//! The database file: how it is opened, and how any file that is not ours to use is left alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{
    SqliteOptions,
    error::OpenError,
    lock::Lock,
    schema::{self, Format},
};

/// An open file, held for this store alone.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    connection: Option<Connection>,
    /// Let go of last.
    _lock: Lock,
}

impl DatabaseFile {
    pub(super) fn open(options: &SqliteOptions) -> Result<Self, OpenError> {
        let path = options.path();
        create_directory(options.directory())
            .map_err(|reason| OpenError::Io { path: path.clone(), reason })?;
        let lock = Lock::take(&path)?;
        let connection = connect(&path, options.is_checked(size_of(&path)))?;
        Ok(Self { path, connection: Some(connection), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The connection; a new one if the last was thrown away.
    pub(super) fn connection(&mut self) -> Result<&mut Connection, OpenError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.path, false)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Throws the connection away, and with it whatever it had not committed.
    pub(super) fn disconnect(&mut self) {
        self.connection = None;
    }

    /// Brings what the journal has into the file if it can, so that its room can be used again.
    pub(super) fn empty_journal(&self) {
        if let Some(db) = &self.connection {
            // What keeps it from that will show in the next commit, if that still matters then.
            let _ = settle(db);
        }
    }
}

/// Opens the file and sees that it is ours, and sound; only then changes anything about it.
fn connect(path: &Path, check: bool) -> Result<Connection, OpenError> {
    let refused = |reason| refusal(path, reason);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(refused)?;
    let found = inspect(&db, path)?;
    if check {
        examine(&db, path)?;
    }
    prepare(&db).map_err(refused)?;
    match found {
        None => schema::create(&db).map_err(refused)?,
        Some(schema::VERSION) => {}
        Some(earlier) => {
            schema::upgrade(&db, earlier).map_err(refused)?;
            tracing::info!(path = %path.display(), from = earlier, to = schema::VERSION, "a store was upgraded");
        }
    }
    settle(&db).map_err(refused)?;
    Ok(db)
}

/// Locks the file and sees whose it is. Says which version its tables have; `None`: it is still empty.
fn inspect(db: &Connection, path: &Path) -> Result<Option<i64>, OpenError> {
    let refused = |reason| refusal(path, reason);
    // A file that is refused keeps even its journal as it was.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(refused)?;
    db.busy_timeout(Duration::ZERO).map_err(refused)?;
    // Held from the first read until the connection is closed.
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE").map_err(refused)?;
    let path = path.to_owned();
    match Format::of(db).map_err(refused)? {
        Format::Empty => Ok(None),
        Format::Version(found) if found <= schema::VERSION => {
            schema::verify(db, found).map(|()| Some(found)).map_err(refused)
        }
        Format::Version(found) => Err(OpenError::Newer { path, found, known: schema::VERSION }),
        Format::Foreign => Err(OpenError::Foreign { path, found: "it is a database of something else" }),
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

/// Brings what the journal has into the file. After a disk failed to write, what is read from the journal, also by a
/// later process, may be in memory only; by the end of this it is on the disk.
fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
}

fn refusal(path: &Path, reason: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match reason.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse { path },
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { path, found: "it is not a SQLite database" },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, damage: reason.to_string() },
        _ => OpenError::Sqlite { path, reason },
    }
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
        let db = file.connection().unwrap();
        let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        assert_eq!(pragma("synchronous"), Ok(2.into()));
        assert_eq!(pragma("journal_mode"), Ok("wal".to_owned().into()));
        assert_eq!(pragma("locking_mode"), Ok("exclusive".to_owned().into()));
    }

    #[test]
    fn a_connection_that_was_thrown_away_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = DatabaseFile::open(&SqliteOptions::new(&directory)).unwrap();
        file.connection().unwrap().execute_batch("BEGIN; DELETE FROM actors").unwrap();
        file.disconnect();
        let db = file.connection().unwrap();
        assert!(db.is_autocommit());
        assert_eq!(db.query_row("SELECT count(*) FROM actors", [], |row| row.get(0)), Ok(0));
    }
}
