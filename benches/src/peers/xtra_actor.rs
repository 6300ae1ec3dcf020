//! xtra: a counter with one message, spawned on tokio. It asks for a mailbox; this one is unbounded, as in its examples.

use xtra::prelude::*;

use super::Peer;

#[derive(Default)]
pub struct Counter {
    count: u64,
}

impl Actor for Counter {
    type Stop = ();

    async fn stopped(self) {}
}

pub struct Add;

impl Handler<Add> for Counter {
    type Return = u64;

    async fn handle(&mut self, _: Add, _: &mut Context<Self>) -> u64 {
        self.count += 1;
        self.count
    }
}

#[derive(Clone)]
pub struct Xtra(Address<Counter>);

impl Peer for Xtra {
    const NAME: &str = "xtra";

    type Host = ();

    async fn host() {}

    async fn start((): &(), _: usize) -> Self {
        Self(xtra::spawn_tokio(Counter::default(), Mailbox::unbounded()))
    }

    async fn ask(&self) -> u64 {
        self.0.send(Add).await.unwrap()
    }

    async fn tell(&self) {
        drop(self.0.send(Add).detach().await.unwrap());
    }
}
