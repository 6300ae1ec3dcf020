// Check that a future that is not `Send` is reported at the name of the action.

use callboard::prelude::*;
use std::rc::Rc;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    async fn add(&mut self, amount: u64) -> u64 {
        let shared = Rc::new(amount);
        pause().await;
        self.total += *shared;
        self.total
    }
}

async fn pause() {}

fn main() {}
