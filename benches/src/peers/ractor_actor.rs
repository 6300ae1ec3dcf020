//! ractor: a counter with one message.

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call};

use super::Peer;

pub struct Counter;

pub enum Message {
    Add(Option<RpcReplyPort<u64>>),
}

impl Actor for Counter {
    type Msg = Message;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        Message::Add(reply): Message,
        count: &mut u64,
    ) -> Result<(), ActorProcessingErr> {
        *count += 1;
        if let Some(reply) = reply {
            reply.send(*count)?;
        }
        Ok(())
    }
}

#[derive(Clone)]
pub struct Ractor(ActorRef<Message>);

impl Peer for Ractor {
    const NAME: &str = "ractor";

    type Host = ();

    async fn host() {}

    async fn start((): &(), _: usize) -> Self {
        Self(Actor::spawn(None, Counter, ()).await.unwrap().0)
    }

    async fn ask(&self) -> u64 {
        call!(self.0, |reply| Message::Add(Some(reply))).unwrap()
    }

    async fn tell(&self) {
        self.0.cast(Message::Add(None)).unwrap();
    }
}
