// Without the feature `client`: everything but the stubs.

#[actor(events(Said))]
impl Chat {
    #[action]
    fn say(&mut self, text: String) -> Result<u64, ChatError> {
        self.say_it(text)
    }

    fn say_it(&mut self, text: String) -> Result<u64, ChatError> {
        unimplemented!()
    }
}
