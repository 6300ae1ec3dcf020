// Check that a reply of another type than the contract's is an error at the type, `async` or not.

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
    fn add(&mut self, amount: u64) -> String {
        self.total += amount;
        self.total.to_string()
    }

    async fn total(&self) -> Option<u64> {
        Some(self.total)
    }
}

fn main() {}
