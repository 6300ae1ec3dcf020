// Check that an actor that is never saved has no older state to migrate.

use callboard::prelude::*;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor(ephemeral)]
impl Counter {
    #[on_migrate]
    fn migrate(old: u64) -> Self {
        Self { total: old }
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
