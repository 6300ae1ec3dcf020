// Check that an actor that is never saved is not given a time between two saves, in an implementation either.

use callboard::prelude::*;

#[actor]
trait Counter {
    fn add(&mut self, amount: u64) -> u64;
}

struct Server {
    total: u64,
}

#[actor(ephemeral, save_interval = "5s")]
impl Counter for Server {
    #[on_create]
    fn create() -> Self {
        Self { total: 0 }
    }

    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.add(1).await;
}

fn main() {}
