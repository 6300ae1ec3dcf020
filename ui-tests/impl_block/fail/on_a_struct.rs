// Check that `#[actor]` on the struct says where it belongs.

use callboard::prelude::*;

#[actor]
pub struct Counter {
    total: u64,
}

fn main() {
    let _ = Counter { total: 0 };
}
