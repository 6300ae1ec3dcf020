//! Which files a store has open, and whether its path still leads to them.
//!
//! A deleted file can be written for as long as it is open, and what is written to it is gone with the process.
//! SQLite opens its files once and writes to those, whatever is at their path by now: nothing, or the files of
//! another server. Only a look at the path shows it. That costs one system call for each file, and no access to
//! the disk.
//!
//! A program that copies a file over one of them, or truncates it, does not replace it. What SQLite writes then
//! follows a part that is not there any more. The same look shows a file that has become shorter: the database
//! never does, and the journal only by what the store itself does.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
};

use super::error::Lost;

/// The files of an open store, each as it was when it was opened.
#[derive(Debug)]
pub(super) struct Places {
    database: Place,
    journal: Place,
    /// The shared memory of connections, and the lock: without them other programs would not see this store.
    beside: [Place; 2],
}

/// How long the files are that have what was saved, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lengths {
    pub(super) database: u64,
    pub(super) journal: u64,
}

/// A path, and which file it led to.
#[derive(Debug)]
struct Place {
    path: PathBuf,
    file: Identity,
}

impl Places {
    /// The files that are open now, and the one that is locked. Each is there from the first use of the database
    /// on until it is closed.
    pub(super) fn of(path: &Path, lock: &Metadata) -> Result<Self, Lost> {
        let beside = |ending| Place::at(self::beside(path, ending));
        let lock = Place { path: self::beside(path, "-lock"), file: Identity::of(lock) };
        let places = Self {
            database: Place::at(path.to_owned())?,
            journal: beside("-wal")?,
            beside: [beside("-shm")?, lock],
        };
        // The lock is of use only if it is at the path where another store would look for it.
        places.look()?;
        Ok(places)
    }

    /// Fails if one of them is not where it was.
    pub(super) fn look(&self) -> Result<Lengths, Lost> {
        let database = self.database.look()?.len();
        for place in &self.beside {
            place.look()?;
        }
        Ok(Lengths { database, journal: self.journal.look()?.len() })
    }

    /// Looks again, and fails also if a file is shorter than it was. The store has written nothing since that
    /// look.
    pub(super) fn look_again(&self, before: Lengths) -> Result<Lengths, Lost> {
        let now = self.look()?;
        let shortened = |place: &Place| Err(Lost::Shortened { path: place.path.clone() });
        match () {
            () if now.database < before.database => shortened(&self.database),
            () if now.journal < before.journal => shortened(&self.journal),
            () => Ok(now),
        }
    }
}

impl Place {
    fn at(path: PathBuf) -> Result<Self, Lost> {
        let file = Identity::of(&metadata(&path)?);
        Ok(Self { path, file })
    }

    fn look(&self) -> Result<Metadata, Lost> {
        let found = metadata(&self.path)?;
        if Identity::of(&found) == self.file {
            Ok(found)
        } else {
            Err(Lost::Replaced { path: self.path.clone() })
        }
    }
}

/// The path of a file that SQLite keeps beside the database.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// The metadata of whatever is at the path. The file is not opened: closing it would release the locks that SQLite
/// has on it.
fn metadata(path: &Path) -> Result<Metadata, Lost> {
    fs::metadata(path).map_err(|reason| match reason.kind() {
        io::ErrorKind::NotFound => Lost::Gone { path: path.to_owned() },
        kind => Lost::Hidden { path: path.to_owned(), kind },
    })
}

/// Tells one file from another, by its device and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg(unix)]
struct Identity(u64, u64);

#[cfg(unix)]
impl Identity {
    fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(file.dev(), file.ino())
    }
}

/// Elsewhere the system does not let anybody delete, move or replace a file that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg(not(unix))]
struct Identity;

#[cfg(not(unix))]
impl Identity {
    fn of(_: &Metadata) -> Self {
        Self
    }
}
