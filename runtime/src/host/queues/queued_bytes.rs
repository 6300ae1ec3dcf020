//! How many bytes wait in the queues of all actors of a process, and how many of these are in memory.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tokio::sync::OnceCell;

use crate::{
    store::Store,
    util::{log, shown::shown},
};

/// Counts what waits in all queues, against a limit.
pub(crate) struct QueuedBytes {
    /// How many bytes may wait.
    limit: u64,
    /// What is in the store, on its way there, or in the queues of actors that are in no store. Before the store has counted
    /// what it had at the start, it is what has come and gone since.
    bytes: AtomicI64,
    counted: OnceCell<()>,
    /// What is in memory of what is in the store.
    loaded: AtomicU64,
}

impl QueuedBytes {
    /// How much of what is in the store may be in memory, beyond the first message of each queue.
    pub(in crate::host) const LOADED: u64 = 32 << 20;

    pub(in crate::host) fn new(limit: u64) -> Self {
        Self { limit, bytes: AtomicI64::new(0), counted: OnceCell::new(), loaded: AtomicU64::new(0) }
    }

    pub(in crate::host) fn limit(&self) -> u64 {
        self.limit
    }

    /// Has the store count what it has, unless it has done so. Nothing may be on its way there that changes it.
    pub(in crate::host) async fn count(&self, store: &dyn Store) {
        let counting = || async {
            match store.queued_bytes().await {
                Ok(bytes) => {
                    self.bytes.fetch_add(signed(bytes), Ordering::AcqRel);
                    Ok(())
                }
                // Nothing was counted: the next message asks again.
                Err(error) if error.is_unavailable() => Err(()),
                Err(error) => {
                    log::error!(
                        error = shown(&error),
                        "cannot count the bytes in queues; the limit applies to new messages only"
                    );
                    Ok(())
                }
            }
        };
        let _ = self.counted.get_or_try_init(counting).await;
    }

    /// Asks for room for this many bytes, to be [released](Self::release) when they are gone.
    pub(in crate::host) fn admit(&self, size: u64) -> bool {
        let fits = |bytes: i64| {
            let bytes = bytes.saturating_add(signed(size));
            (bytes <= signed(self.limit)).then_some(bytes)
        };
        self.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok()
    }

    pub(in crate::host) fn release(&self, size: u64) {
        self.bytes.fetch_sub(signed(size), Ordering::AcqRel);
    }

    /// The store was found to have another number of bytes of an actor than was known.
    pub(in crate::host) fn correct(&self, known: u64, found: u64) {
        self.bytes.fetch_add(signed(found) - signed(known), Ordering::AcqRel);
    }

    /// Whether more may be in memory than the first message of each queue.
    pub(in crate::host) fn may_load(&self) -> bool {
        self.loaded.load(Ordering::Relaxed) < Self::LOADED
    }

    pub(in crate::host) fn loaded(&self, size: u64) {
        self.loaded.fetch_add(size, Ordering::Relaxed);
    }

    pub(in crate::host) fn unloaded(&self, size: u64) {
        self.loaded.fetch_sub(size, Ordering::Relaxed);
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX / 4)
}
