// Check that `#[action]` without `#[actor]` says what is missing.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[action]
fn free() {}

fn main() {
    let _ = Counter { total: 0 }.add(1);
    free();
}
