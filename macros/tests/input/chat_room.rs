// The chat room of the README: hooks, actions of all kinds, two events.

/// A room where people talk.
#[actor(events(MessageReceived, PrivateMessage))]
impl ChatRoom {
    /// Validates a client and makes its connection state.
    #[on_before_connect]
    async fn admit(&mut self, ctx: &Ctx<Self>, params: JoinParams) -> Result<Player, ChatError> {
        admit(ctx, params)
    }

    /// Posts a message to everyone in the room.
    #[action]
    async fn send_message(&mut self, ctx: &Ctx<Self>, user_id: String, text: String) -> MessageReceived {
        post(ctx, user_id, text).await
    }

    #[action]
    async fn send_private_message(&mut self, ctx: &Ctx<Self>, to: String, message: String) -> Result<(), ChatError> {
        whisper(ctx, to, message).await
    }

    /// `&self`: reads may run side by side, and nothing is saved.
    #[action]
    fn get_messages(&self) -> Vec<MessageReceived> {
        self.messages.clone()
    }
}
