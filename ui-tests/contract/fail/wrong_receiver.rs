// Check that an action borrows its actor as the contract says, which is how it is called.

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
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    async fn total(&mut self) -> u64 {
        self.total += 1;
        self.total
    }
}

fn main() {}
