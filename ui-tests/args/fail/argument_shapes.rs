// Check that an argument with the shape of another one is told its own, each of them.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(hibernate = true, events = [Changed], sleep_timeout("5s"), durability)]
impl Counter {
    #[action(name)]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.add(1).await;
}

fn main() {}
