// Check that README.md's program with its three mistakes mended is one that runs, pinned messages and all.

use callboard::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessagePosted(pub usize, pub String);

#[derive(Serialize, Deserialize)]
pub struct MessagePinned(pub u64);

#[derive(Default, Serialize, Deserialize)]
pub struct ChatRoom(Vec<String>);

#[actor(events(MessagePosted, MessagePinned))]
impl ChatRoom {
    #[action]
    fn post(&mut self, ctx: &Ctx<Self>, text: String) {
        self.0.push(text.clone());
        ctx.broadcast(&MessagePosted(self.0.len(), text));
        ctx.broadcast(&MessagePinned(7));
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<ChatRoom>();
    let room = registry.client().get_or_create::<ChatRoom>("general").connect();
    let (pin, mut pins) = tokio::sync::mpsc::unbounded_channel();
    room.on(move |pinned: MessagePinned| pin.send(pinned.0).unwrap());
    room.post("hello".into()).await?;
    assert_eq!(pins.recv().await, Some(7));
    registry.stop().await;
    Ok(())
}
