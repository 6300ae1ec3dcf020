// Check that two actions with one name on the wire are reported where it was written, else at the second.

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

    #[action(name = "reset")]
    fn clear(&mut self) {
        self.total = 0;
    }

    #[action]
    fn reset(&mut self) {
        self.total = 0;
    }

    #[action]
    fn total_(&self) -> u64 {
        self.total
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }

    #[action(name = "add")]
    fn plus(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

fn main() {}
