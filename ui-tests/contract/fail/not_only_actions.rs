// Check that a contract has actions, and nothing else.

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

#[actor]
pub trait Limited: Send {
    const LIMIT: u64;

    type Item;

    fn first(&self, name: &str) -> u64;

    fn total() -> u64;

    fn last(&self) -> u64;
}

async fn client(limited: LimitedHandle) -> Result<u64, CallError> {
    limited.last().await
}

fn main() {}
