// Check that an action which does not await in the contract does not await in the actor.

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
impl Counter for Server {
    async fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    async fn total(&self) -> u64 {
        self.total
    }
}

fn main() {}
