//! What a SQLite store says when it cannot go on. These texts are read in logs and at start: they name the file.

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
    #[error("the store `{path}` cannot be opened: {reason}")]
    Io { path: PathBuf, reason: io::Error },
}

/// Why something asked of an open store was not done.
#[derive(Debug, thiserror::Error)]
#[error("the store `{path}` failed: {reason}")]
pub(super) struct WorkError {
    pub(super) path: PathBuf,
    pub(super) reason: rusqlite::Error,
}

/// The store's thread has ended: it was asked to close the file, or it panicked, which the log has.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
pub(super) struct Closed;
