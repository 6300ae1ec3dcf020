// An actor whose every action has a condition, so that there may be none.

#[actor]
impl Counter {
    #[cfg(feature = "audit")]
    #[action]
    fn audit(&mut self, by: Auditor) -> u64 {
        audit(by)
    }
}
