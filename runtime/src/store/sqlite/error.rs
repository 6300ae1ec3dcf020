//! Errors of a SQLite store. Operators read these texts in the log and at start, so each names the file.

use std::{io, path::PathBuf};

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("the store `{path}` is in use by another process")]
    Held { path: PathBuf },
    #[error("the store `{path}` is in use: this process has opened it already")]
    HeldHere { path: PathBuf },
    #[error("the store `{path}` is in use by another program, such as a `sqlite3` shell")]
    InUse { path: PathBuf },
    #[error("`{path}` is not a store of callboard, it was left as it is: {found}")]
    Foreign { path: PathBuf, found: &'static str },
    #[error(
        "the store `{path}` was written by a newer version of callboard, it was left as it is: \
         its format is {found}, this version knows {known}"
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("the store `{path}` is damaged, it was left as it is: {damage}")]
    Damaged { path: PathBuf, damage: String },
    #[error("the store `{path}` cannot be opened: {reason}")]
    Sqlite { path: PathBuf, reason: rusqlite::Error },
    #[error(
        "the store `{path}` cannot be opened: SQLite cannot make the memory that its connections share: the \
         disk is full, or its file system, such as one over a network, has no such memory; make room, or keep it on a local disk"
    )]
    NoSharedMemory { path: PathBuf },
    #[error("the store cannot be opened: {lost}")]
    Lost { lost: Lost },
    #[error("the store `{path}` cannot be opened: {reason}")]
    Io { path: PathBuf, reason: io::Error },
}

/// Why a store that is open cannot be used any more.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Lost {
    #[error("`{path}` was deleted or moved away while the store was open")]
    Gone { path: PathBuf },
    #[error("`{path}` was replaced by another file while the store was open")]
    Replaced { path: PathBuf },
    #[error("`{path}` cannot be looked at any more: {kind}")]
    Hidden { path: PathBuf, kind: io::ErrorKind },
    #[error(
        "another program made `{path}` shorter while the store was open, and what it has cut off is gone (to put a backup in \
         its place, stop the server)"
    )]
    Shortened { path: PathBuf },
    #[error(
        "another program wrote to `{path}` while the store was open (programs may read it; to write, stop the server)"
    )]
    Written { path: PathBuf },
}

impl Lost {
    /// Whether the store's path still leads to its files.
    pub(super) fn leaves_files(&self) -> bool {
        matches!(self, Self::Written { .. } | Self::Shortened { .. })
    }
}

/// Why something asked of an open store was not done.
#[derive(Debug, thiserror::Error)]
#[error("the store `{path}` failed: {reason}")]
pub(super) struct WorkError {
    pub(super) path: PathBuf,
    pub(super) reason: rusqlite::Error,
}

/// Another program has begun to write, and not ended it.
#[derive(Debug, thiserror::Error)]
#[error("the store `{path}` is locked by another program, which has a transaction open")]
pub(super) struct Locked {
    pub(super) path: PathBuf,
}

/// The store's thread has ended: it was asked to close the file, or it panicked, which the log has.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
pub(super) struct Closed;
