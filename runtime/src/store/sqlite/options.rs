//! `SqliteOptions`: which file a store opens, and whether it checks it.

use std::path::{Path, PathBuf};

/// How to open a [`SqliteStore`](super::SqliteStore).
///
/// ```no_run
/// # use callboard::store::SqliteOptions;
/// let store = SqliteOptions::new("data").file_name("rooms.db").open()?;
/// # Ok::<_, callboard::store::StoreError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    directory: PathBuf,
    file_name: PathBuf,
    check: Option<bool>,
}

impl SqliteOptions {
    /// The file `callboard.db` in this directory.
    pub fn new(directory: impl AsRef<Path>) -> Self {
        Self { directory: directory.as_ref().to_owned(), file_name: "callboard.db".into(), check: None }
    }

    /// Another name for the file.
    #[must_use]
    pub fn file_name(mut self, name: impl AsRef<Path>) -> Self {
        name.as_ref().clone_into(&mut self.file_name);
        self
    }

    /// Whether to read the whole file before using it, and to refuse it if its structure is damaged. By default
    /// that is done while it is quick, for files of up to 64 MiB. Otherwise damage shows as an error once it is
    /// met, which fails the actor that it is about.
    #[must_use]
    pub fn check(mut self, check: bool) -> Self {
        self.check = Some(check);
        self
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.join(&self.file_name)
    }

    /// Measured: a file of 300 MB takes a second from the system's cache, and many from a busy disk.
    pub(super) fn is_checked(&self, size: u64) -> bool {
        self.check.unwrap_or(size <= 64 << 20)
    }
}
