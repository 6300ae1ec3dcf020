//! Changes that the store is not known to have, in order.

/// What has changed since the store was last known to have everything.
pub(super) struct Changes<T> {
    /// The oldest first.
    log: Vec<T>,
    /// How many of them are on their way to the store.
    submitted: usize,
    /// How many changes there were before these.
    settled: u64,
}

impl<T: Clone> Changes<T> {
    pub(super) fn push(&mut self, change: T) {
        self.log.push(change);
    }

    /// Whether there are any.
    pub(super) fn any(&self) -> bool {
        !self.log.is_empty()
    }

    /// Those that are not even on their way to the store.
    pub(super) fn unsubmitted(&self) -> &[T] {
        self.log.get(self.submitted..).unwrap_or_default()
    }

    /// The changes for the store, and what to tell [`saved`](Self::saved). Those that are on their way are among them:
    /// if that way fails and this one does not, the store must not have the state of a turn without what belongs to it.
    pub(super) fn submit(&mut self) -> (Vec<T>, u64) {
        self.submitted = self.log.len();
        (self.log.clone(), self.settled + self.submitted as u64)
    }

    /// The store has the changes up to here; which these were.
    pub(super) fn saved(&mut self, until: u64) -> impl Iterator<Item = T> + use<'_, T> {
        let saved = usize::try_from(until.saturating_sub(self.settled)).unwrap_or(usize::MAX);
        let saved = saved.min(self.log.len());
        self.settled += saved as u64;
        self.submitted = self.submitted.saturating_sub(saved);
        self.log.drain(..saved)
    }

    /// Nothing is on its way to the store any more.
    pub(super) fn not_saved(&mut self) {
        self.submitted = 0;
    }

    /// Nobody waits for the changes any more.
    pub(super) fn settle(&mut self) -> impl Iterator<Item = T> + use<'_, T> {
        self.saved(u64::MAX)
    }
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { log: Vec::new(), submitted: 0, settled: 0 }
    }
}
