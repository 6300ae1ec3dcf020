// Check that the chat room of the design compiles, at both ends.

use callboard::prelude::*;

/// One posted message, and the event that announces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageReceived {
    pub id: Uuid,
    pub user_id: String,
    pub text: String,
    pub timestamp: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrivateMessage {
    pub from: String,
    pub message: String,
    pub timestamp: u64,
}

/// What a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinParams {
    pub player_id: String,
    pub role: Option<String>,
}

/// What the actor remembers about a connection.
#[derive(Clone, Debug)]
pub struct Player {
    pub player_id: String,
    pub role: String,
}

#[derive(Debug, thiserror::Error, ActorError)]
pub enum ChatError {
    #[error("player {player_id} is not connected")]
    PlayerNotFound { player_id: String },
}

/// The struct is the persisted state.
#[derive(Default, Serialize, Deserialize)]
pub struct ChatRoom {
    messages: Vec<MessageReceived>,
}

#[actor(events(MessageReceived, PrivateMessage))]
impl ChatRoom {
    /// Validates a client and makes its connection state; an error rejects the connection.
    #[on_before_connect]
    async fn admit(&mut self, _ctx: &Ctx<Self>, params: JoinParams) -> Result<Player, ChatError> {
        Ok(Player { player_id: params.player_id, role: params.role.unwrap_or_default() })
    }

    /// Posts a message to everyone in the room.
    #[action]
    async fn send_message(&mut self, ctx: &Ctx<Self>, user_id: String, text: String) -> MessageReceived {
        let message = MessageReceived { id: Uuid::now_v7(), user_id, text, timestamp: ctx.now_ms() };
        self.messages.push(message.clone());
        let _ = ctx.broadcast(&message);
        message
    }

    #[action]
    async fn send_private_message(
        &mut self,
        ctx: &Ctx<Self>,
        to: String,
        message: String,
    ) -> Result<(), ChatError> {
        let target = ctx
            .conns()
            .find(|conn| conn.state().player_id == to)
            .ok_or(ChatError::PlayerNotFound { player_id: to })?;
        let _ = target.send(&PrivateMessage { from: "someone".to_owned(), message, timestamp: ctx.now_ms() });
        Ok(())
    }

    /// `&self`: reads may run side by side, and nothing is saved.
    #[action]
    fn get_messages(&self) -> Vec<MessageReceived> {
        self.messages.clone()
    }
}

pub async fn talk(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    let room = client.get_or_create::<ChatRoom>(["general"]);
    let sent: MessageReceived = room.send_message("alice".into(), "hello".into()).await?;
    let conn = room.connect(JoinParams { player_id: sent.user_id, role: None });
    let sub = conn.on(|message: MessageReceived| println!("{}", message.text));
    conn.once(|_: PrivateMessage| {});
    conn.send_private_message("bob".into(), "psst".into()).await?;
    sub.unsubscribe();
    Ok(())
}

pub fn text(event: ChatRoomEvent) -> String {
    match event {
        ChatRoomEvent::MessageReceived(message) => message.text,
        ChatRoomEvent::PrivateMessage(message) => message.message,
    }
}

#[tokio::test]
async fn runs() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new().in_memory().register::<ChatRoom>();
    let room = registry.client().get_or_create::<ChatRoom>(["general"]);
    let bob = room.connect(JoinParams { player_id: "bob".to_owned(), role: None });
    let mut events = bob.events();
    // What comes after is after the subscription.
    assert!(bob.get_messages().await?.is_empty());
    talk(registry.client()).await?;
    assert_eq!(events.next().await.map(text).as_deref(), Some("hello"));
    assert_eq!(events.next().await.map(text).as_deref(), Some("psst"));
    registry.stop().await;
    Ok(())
}
