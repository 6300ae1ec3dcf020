// Check that an action which is not `Send` is an error at the method.

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

    async fn total(&self) -> u64 {
        let total = std::rc::Rc::new(self.total);
        tokio::task::yield_now().await;
        *total
    }
}

fn main() {}
