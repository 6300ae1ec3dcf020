// Check that an argument of another type than the contract's is an error at the argument.

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
    fn add(&mut self, amount: u32) -> u64 {
        self.total += u64::from(amount);
        self.total
    }

    async fn total(&self) -> u64 {
        self.total
    }
}

// What clients have is there all the same.
async fn client(counter: CounterHandle) -> Result<u64, CallError> {
    counter.add(1).await
}

fn main() {}
