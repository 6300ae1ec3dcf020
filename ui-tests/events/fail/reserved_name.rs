// Check that an event cannot have a name that is callboard's own.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed = "callboard.changed"))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) {
        self.total += amount;
    }
}

fn main() {}
