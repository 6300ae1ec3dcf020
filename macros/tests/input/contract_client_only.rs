// A contract that is a trait, for those who call it.

/// A poll.
#[actor(events(Voted), params = Voter, input = NewPoll)]
pub trait Poll {
    /// Votes for one of the options.
    #[action(name = "cast")]
    async fn vote(&mut self, conn: &Conn<Self>, option: String) -> Result<u32, PollError>;

    fn tally(&self) -> Vec<u32>;

    /// Whether there is an option of this name.
    #[cfg(feature = "options")]
    fn has(&self, ctx: &Ctx<Self>, option: String) -> bool {
        false
    }
}
