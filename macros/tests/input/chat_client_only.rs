// Without the feature `server`: the contract and the stubs, no block, no `Actor`.

#[actor(events(Said))]
impl Chat {
    #[on_before_connect]
    async fn admit(&mut self, params: JoinParams) -> Result<Player, ChatError> {
        admit(params).await
    }

    #[action]
    fn say(&mut self, text: String) -> Result<u64, ChatError> {
        self.say_it(text)
    }

    fn say_it(&mut self, text: String) -> Result<u64, ChatError> {
        unimplemented!()
    }
}
