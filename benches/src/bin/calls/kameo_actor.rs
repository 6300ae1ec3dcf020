//! kameo: a counter with one message.

use kameo::prelude::*;

use crate::Contender;

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

pub fn start() -> Kameo {
    Kameo(Counter::spawn(Counter::default()))
}

impl Contender for Kameo {
    async fn ask(&self) -> u64 {
        self.0.ask(Add).await.unwrap()
    }

    async fn tell(&self) {
        self.0.tell(Add).await.unwrap();
    }
}
