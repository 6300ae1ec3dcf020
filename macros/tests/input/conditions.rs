// Conditions, docs and deprecation go to every piece.

#[actor(events(#[cfg(feature = "audit")] Audited, Changed, #[cfg(feature = "audit")] Closed))]
#[cfg(feature = "counter")]
impl Counter {
    /// Says the total.
    #[deprecated(note = "ask for the sum")]
    #[inline]
    #[action]
    fn total(&self) -> u64 {
        self.total
    }

    #[cfg(feature = "audit")]
    #[cfg_attr(docsrs, doc = "Only with the feature.", allow(unused))]
    #[action]
    async fn audit(&mut self, by: Auditor) -> Result<(), AuditError> {
        audit(by).await
    }

    #[cfg(feature = "audit")]
    #[on_connect]
    fn joined(&mut self) {}
}
