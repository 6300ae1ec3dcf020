//! The lock that keeps other stores away from a file.

use std::{
    collections::HashSet,
    fs::{File, Metadata, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use parking_lot::Mutex;

use super::{
    error::{Lost, OpenError},
    places::beside,
};

/// An exclusive lock, held while the store is open. The operating system releases it when the process ends,
/// however it ends.
///
/// It is what keeps other servers out: SQLite's own locks are held for a transaction each. Other programs may have
/// the database open meanwhile, and read it; see [`Lost::Written`] for what becomes of one that writes.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

/// The paths that this process has locked, to tell them from those that another process has. Locks are taken and
/// released while this mutex is held.
static OURS: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

impl Lock {
    /// Takes the lock of the file at `path`, or says at once that it is held.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let io = |reason| OpenError::Io { path: path.to_owned(), reason };
        // A file of its own, for locks of the database file itself may be mistaken for those of SQLite. It is
        // never removed: another store may wait for it, and would then hold the lock of a deleted file.
        let lock_path = beside(path, "-lock");
        let file = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(io)?;
        // One path for every way to name the file.
        let lock_path = lock_path.canonicalize().map_err(io)?;
        let mut ours = OURS.lock();
        match file.try_lock() {
            Ok(()) => {
                ours.insert(lock_path.clone());
                Ok(Self { file, path: lock_path })
            }
            Err(TryLockError::WouldBlock) => {
                let (is_ours, path) = (ours.contains(&lock_path), path.to_owned());
                Err(if is_ours { OpenError::HeldHere { path } } else { OpenError::Held { path } })
            }
            Err(TryLockError::Error(reason)) => Err(io(reason)),
        }
    }

    /// The metadata of the locked file, which may have been moved or deleted.
    pub(super) fn metadata(&self) -> Result<Metadata, Lost> {
        let hidden = |reason: io::Error| Lost::Hidden { path: self.path.clone(), kind: reason.kind() };
        self.file.metadata().map_err(hidden)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut ours = OURS.lock();
        // If that fails, closing the file releases the lock.
        let _ = self.file.unlock();
        ours.remove(&self.path);
    }
}
