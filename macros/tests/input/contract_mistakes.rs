// What is right is made, what is wrong is reported.

#[actor(ephemeral, vis = pub, events(Voted))]
trait Poll: Send {
    const OPTIONS: usize;

    #[on_create]
    fn open(input: NewPoll) -> Self;

    #[acton]
    fn vote(&mut self, option: &str) -> u32;

    fn tally(&self) -> u32;
}

#[actor(events(Voted), name = "lunch")]
impl Poll for Lunch {
    #[action(name = "cast")]
    fn vote(&mut self, option: String) -> u32 {
        0
    }

    #[on_wake]
    fn wake(self) {}

    fn tally(&self) -> u32 {
        0
    }
}
