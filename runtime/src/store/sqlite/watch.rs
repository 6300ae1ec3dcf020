//! `Watch`: whether an open store is still usable, and what the log says once it is not.

use std::{
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use super::error::Lost;
use crate::{
    store::StoreError,
    util::{log, shown::shown},
};

/// What the threads of a store know of it together. Once it is lost it stays so, even if the files come back: what
/// was told to others meanwhile cannot be known.
#[derive(Debug)]
pub(super) struct Watch {
    path: PathBuf,
    lost: OnceLock<Lost>,
    /// How many transactions were answered.
    answered: AtomicU64,
}

impl Watch {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, lost: OnceLock::new(), answered: AtomicU64::new(0) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails once the store is lost.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.lost.get().map_or(Ok(()), |lost| Err(StoreError::unavailable(lost.clone())))
    }

    /// A transaction is about to be answered with success.
    pub(super) fn answering(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// The store is lost from now on. The first reason is the one that is told.
    pub(super) fn lose(&self, lost: Lost) -> StoreError {
        if self.lost.set(lost.clone()).is_ok() {
            let (path, answered) = (self.path.display(), self.answered.load(Ordering::Relaxed));
            if lost.leaves_files() {
                log::error!(
                    path = shown(&path),
                    reason = shown(&lost),
                    "store unavailable until it is opened again"
                );
            } else {
                log::error!(
                    path = shown(&path),
                    reason = shown(&lost),
                    answered,
                    "store unavailable until it is opened again: its path does not lead any more to the files that \
                     it has open, and the {answered} transactions that were answered since it was opened, and all that \
                     was saved before, are in those files alone"
                );
            }
        }
        StoreError::unavailable(self.lost.get().cloned().unwrap_or(lost))
    }
}
