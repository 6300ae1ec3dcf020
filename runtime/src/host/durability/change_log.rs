//! Changes that the store is not known to have, in order.

/// What has changed since the store was last known to have everything.
pub(in crate::host) struct Changes<T> {
    /// The oldest first.
    log: Vec<T>,
    /// How many of them are on their way to the store.
    submitted: usize,
    /// How many changes there were before these.
    settled: u64,
}

impl<T> Changes<T> {
    /// Adds a change, and says where it is.
    pub(in crate::host) fn push(&mut self, change: T) -> u64 {
        self.log.push(change);
        self.settled + self.log.len() as u64
    }

    /// Whether there are any.
    pub(in crate::host) fn any(&self) -> bool {
        !self.log.is_empty()
    }

    /// Whether there are any that are not even on their way to the store.
    pub(in crate::host) fn any_unsubmitted(&self) -> bool {
        self.submitted < self.log.len()
    }

    /// Whether the one at this place is not even on its way to the store.
    pub(in crate::host) fn is_unsubmitted(&self, place: u64) -> bool {
        place > self.settled + self.submitted as u64
    }

    /// All of them are on their way to the store: up to where, which is what to ask [`until`](Self::until) with, and to
    /// tell [`saved`](Self::saved).
    pub(in crate::host) fn submit(&mut self) -> u64 {
        self.submitted = self.log.len();
        self.settled + self.submitted as u64
    }

    /// The changes up to here. Those that were on their way before are among them, unless the store is known to have
    /// them: if that way fails and this one does not, it must not have the state of a turn without what belongs to it.
    pub(in crate::host) fn until(&self, until: u64) -> &[T] {
        &self.log[..self.count(until)]
    }

    /// All of them.
    pub(in crate::host) fn iter(&self) -> impl Iterator<Item = &T> {
        self.log.iter()
    }

    /// The store has the changes up to here; which these were.
    pub(in crate::host) fn saved(&mut self, until: u64) -> impl Iterator<Item = T> + use<'_, T> {
        let saved = self.count(until);
        self.settled += saved as u64;
        self.submitted = self.submitted.saturating_sub(saved);
        self.log.drain(..saved)
    }

    /// Nothing is on its way to the store any more.
    pub(in crate::host) fn not_saved(&mut self) {
        self.submitted = 0;
    }

    /// Nobody waits for the changes any more.
    pub(in crate::host) fn settle(&mut self) -> impl Iterator<Item = T> + use<'_, T> {
        self.saved(u64::MAX)
    }

    /// How many there are up to here.
    fn count(&self, until: u64) -> usize {
        usize::try_from(until.saturating_sub(self.settled))
            .map_or(self.log.len(), |count| count.min(self.log.len()))
    }
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { log: Vec::new(), submitted: 0, settled: 0 }
    }
}
