// Check that an argument of another type is reported at the argument.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.add("1").await;
}

fn main() {}
