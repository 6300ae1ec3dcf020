use callboard::prelude::*; // Check that the errors in README.md are those that rustc prints for its program with three mistakes in it.

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessagePosted(pub usize, pub String); // an event: what clients hear

#[derive(Default, Serialize, Deserialize)]
pub struct ChatRoom(Vec<String>); // the state: on disk before `post` is answered

#[actor(events(MessagePosted))]
impl ChatRoom {
    #[action]
    fn post(&mut self, ctx: &Ctx<Self>, text: String) {
        self.0.push(text.clone());
        ctx.broadcast(&MessagePinned(7));
    }
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let registry = Registry::new().register::<ChatRoom>();
    let room = registry.client().get_or_create::<ChatRoom>("general").connect();
    room.on(|pinned: MessagePinned| println!("{} is pinned", pinned.0));
    room.psot("hello".into()).await?;
    registry.serve("127.0.0.1:6420").await
}

#[derive(Serialize, Deserialize)]
pub struct MessagePinned(pub u64);
