// Check that what the contract says is not said again where it is implemented, and the other way round.

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

#[actor(events(Changed), name = "counter", hibernte)]
impl Counter for Server {
    #[action(name = "plus")]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    async fn total(&self) -> u64 {
        self.total
    }
}

#[actor(ephemeral, vis = pub, param = String)]
pub trait Other {
    fn nothing(&self);
}

#[derive(Default, Serialize, Deserialize)]
struct Whole;

#[actor(params = String)]
impl Whole {
    #[action]
    fn nothing(&self) {}
}

fn main() {}
