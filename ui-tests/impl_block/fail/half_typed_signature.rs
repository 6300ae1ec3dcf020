// Check that a half-typed signature gets rustc's errors alone.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: ) -> u64 {
        self.total
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.total().await;
}

fn main() {}
