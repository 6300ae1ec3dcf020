//! Changes beside the state that the store is not known to have, in order.

/// What has changed since the store was last known to have everything.
pub(in crate::host) struct Changes<T> {
    /// The oldest first.
    log: Vec<T>,
    /// How many of them are on their way to the store.
    submitted: usize,
    /// How many changes the store had before these.
    settled: u64,
}

impl<T> Changes<T> {
    /// Adds a change, and gives its place.
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

    /// All of them are on their way to the store. Gives the place of the last, for [`until`](Self::until) and
    /// [`saved`](Self::saved).
    pub(in crate::host) fn submit(&mut self) -> u64 {
        self.submitted = self.log.len();
        self.settled + self.submitted as u64
    }

    /// The changes up to this place. Those of an earlier save under way are among them: if that save fails and this one does
    /// not, the store must not have the state of a turn without the alarms and messages that belong to it.
    pub(in crate::host) fn until(&self, until: u64) -> &[T] {
        &self.log[..self.count(until)]
    }

    /// All of them.
    pub(in crate::host) fn iter(&self) -> impl Iterator<Item = &T> {
        self.log.iter()
    }

    /// The store has the changes up to this place. Gives them.
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

    /// No save is to hold the changes any more. Gives them.
    pub(in crate::host) fn settle(&mut self) -> impl Iterator<Item = T> + use<'_, T> {
        self.saved(u64::MAX)
    }

    /// How many there are up to this place.
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
