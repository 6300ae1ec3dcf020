// Check that the errors in README.md are those that rustc prints for its program with three mistakes in it.
use callboard::prelude::*;

/// An event: what the clients of a room hear. JavaScript knows it as `messagePosted`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessagePosted {
    pub from: String,
    pub text: String,
}

/// The actor. Its fields are the state that is saved.
#[derive(Default, Serialize, Deserialize)]
pub struct ChatRoom {
    messages: Vec<MessagePosted>,
}

#[actor(events(MessagePosted))]
impl ChatRoom {
    /// Posts a message, and tells everyone who listens.
    #[action]
    fn post(&mut self, ctx: &Ctx<Self>, from: String, text: String) {
        let message = MessagePosted { from, text };
        ctx.broadcast(&MessagePinned { id: 7 });
        self.messages.push(message);
    }

    /// Every message, oldest first.
    #[action]
    fn history(&self) -> Vec<MessagePosted> {
        self.messages.clone()
    }
}

/// A client. Whether there is a network between it and the room makes no difference to it.
pub async fn say_hello(client: Client) -> callboard::Result<()> {
    let room = client.get_or_create::<ChatRoom>(["general"]).connect();
    room.on(|pinned: MessagePinned| println!("{} is pinned", pinned.id));
    room.psot("ann".into(), "hello".into()).await?;
    println!("{} messages so far", room.history().await?.len());
    Ok(())
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let registry = Registry::new().register::<ChatRoom>();
    say_hello(registry.client()).await?; // elsewhere: `Client::new("http://127.0.0.1:6420")?`
    registry.serve("127.0.0.1:6420").await
}

#[derive(Serialize, Deserialize)]
pub struct MessagePinned {
    pub id: u64,
}
