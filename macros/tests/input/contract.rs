// A contract that is a trait, and an actor that implements it.

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

#[actor(ephemeral, sleep_timeout = "5m")]
impl shared::Poll for Lunch {
    #[on_create]
    fn open(input: NewPoll) -> Self {
        Self::of(input.options)
    }

    #[on_before_connect]
    async fn admit(&mut self, ctx: &Ctx<Self>, params: Voter) -> Result<Seat, PollError> {
        self.seat(ctx, params).await
    }

    async fn vote(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>, option: String) -> Result<u32, PollError> {
        self.count(ctx, conn, option).await
    }

    fn tally(&self) -> Vec<u32> {
        self.tally.clone()
    }
}
