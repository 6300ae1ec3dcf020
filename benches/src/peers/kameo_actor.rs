//! kameo: a counter with one message. Its mailbox takes 64 by default; a caller waits while it is full.

use kameo::prelude::*;

use super::Peer;

#[derive(Actor, Default)]
pub struct Counter {
    count: u64,
}

pub struct Add;

impl Message<Add> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Add, _: &mut Context<Self, Self::Reply>) -> u64 {
        self.count += 1;
        self.count
    }
}

#[derive(Clone)]
pub struct Kameo(ActorRef<Counter>);

impl Peer for Kameo {
    const NAME: &str = "kameo";

    type Host = ();

    async fn host() {}

    async fn start((): &(), _: usize) -> Self {
        Self(Counter::spawn(Counter::default()))
    }

    async fn ask(&self) -> u64 {
        self.0.ask(Add).await.unwrap()
    }

    async fn tell(&self) {
        self.0.tell(Add).await.unwrap();
    }
}
