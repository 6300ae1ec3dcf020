// Check that an error in a body is rustc's, at the place it is at.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amuont;
        self.total()
    }
}

fn main() {}
