// Mistakes: each is reported, what is right is written all the same, and so are stubs for what is wrong.

#[actor(event(Changed), events(Changed, Changed))]
impl Counter {
    #[acton]
    fn greet(&self, name: String) -> String {
        name
    }

    #[action]
    fn add(&mut self, amount: &u64, ctx: &Ctx<Self>) -> Result<u64, CounterError> {
        self.total += amount;
    }

    #[action]
    fn connect(&self) {}

    #[on_connect]
    fn joined(self) {}
}
