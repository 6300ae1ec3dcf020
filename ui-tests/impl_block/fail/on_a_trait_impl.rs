// Check that `#[actor]` on the implementation of a trait says where it belongs.

use callboard::prelude::*;

struct Counter {
    total: u64,
}

trait Total {
    fn total(&self) -> u64;
}

#[actor]
impl Total for Counter {
    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

fn main() {
    let _ = Counter { total: 0 }.total();
}
