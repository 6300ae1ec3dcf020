// Check that an implementation publishes the contract's events, and no others.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
pub struct Changed {
    pub total: u64,
}

#[actor(events(Changed))]
pub trait Counter {
    fn add(&mut self, amount: u64) -> u64;

    async fn total(&self) -> u64;
}

#[derive(Default, Serialize, Deserialize)]
struct Server {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Reset;

#[actor]
impl Counter for Server {
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
        self.total += amount;
        ctx.broadcast(&Reset);
        self.total
    }

    async fn total(&self) -> u64 {
        self.total
    }
}

fn listen(counter: &CounterConn) {
    counter.on(|_: Reset| {});
}

fn main() {}
