//! ractor: a counter with one message.

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call};

use crate::Contender;

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

pub async fn start() -> Ractor {
    Ractor(Actor::spawn(None, Counter, ()).await.unwrap().0)
}

impl Contender for Ractor {
    async fn ask(&self) -> u64 {
        call!(self.0, |reply| Message::Add(Some(reply))).unwrap()
    }

    async fn tell(&self) {
        self.0.cast(Message::Add(None)).unwrap();
    }
}
