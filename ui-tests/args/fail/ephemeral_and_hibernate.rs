// Check that an actor that is gone when it sleeps is not one that sleeps while its connections stay.

use callboard::prelude::*;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor(hibernate, ephemeral)]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.add(1).await;
}

fn main() {}
