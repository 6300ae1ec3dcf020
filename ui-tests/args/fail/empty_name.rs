// Check that a name must have letters.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(name = "")]
impl Counter {
    #[action(name = "")]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

fn main() {}
