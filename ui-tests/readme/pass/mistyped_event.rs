// Check that README.md's program with its three mistakes mended is one that runs, pinned messages and all.

use callboard::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessagePosted {
    pub from: String,
    pub text: String,
}

#[derive(Serialize, Deserialize)]
pub struct MessagePinned {
    pub id: u64,
}

#[derive(Default, Serialize, Deserialize)]
pub struct ChatRoom {
    messages: Vec<MessagePosted>,
}

#[actor(events(MessagePosted, MessagePinned))]
impl ChatRoom {
    #[action]
    fn post(&mut self, ctx: &Ctx<Self>, from: String, text: String) {
        self.messages.push(MessagePosted { from, text });
        ctx.broadcast(&MessagePinned { id: 7 });
    }

    #[action]
    fn history(&self) -> Vec<MessagePosted> {
        self.messages.clone()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<ChatRoom>();
    let room = registry.client().get_or_create::<ChatRoom>(["general"]).connect();
    let (pin, mut pins) = tokio::sync::mpsc::unbounded_channel();
    room.on(move |pinned: MessagePinned| pin.send(pinned.id).unwrap());
    room.post("ann".into(), "hello".into()).await?;
    assert_eq!(room.history().await?.len(), 1);
    assert_eq!(pins.recv().await, Some(7));
    registry.stop().await;
    Ok(())
}
