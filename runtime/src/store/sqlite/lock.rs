//! The lock that keeps other stores away from a file.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::error::OpenError;

/// Held while the store is open. The operating system lets go of it when the process ends, however it ends.
///
/// SQLite's own exclusive lock also keeps other programs out, but lets nobody in if two come at the same moment, and
/// is taken only after the file was looked at.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the file at `path`, or says at once that it is held.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let io = |reason| OpenError::Io { path: path.to_owned(), reason };
        // A file of its own, for locks of the database file itself may be mistaken for those of SQLite. It is never
        // removed: somebody may be waiting for it, and would then hold the lock of a file that is not there.
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push("-lock");
        let file = File::options().create(true).truncate(false).write(true).open(lock_path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Held { path: path.to_owned() }),
            Err(TryLockError::Error(reason)) => Err(io(reason)),
        }
    }
}
