// Check that a state that serde cannot save is reported at the actor's name.

use callboard::prelude::*;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

fn main() {}
