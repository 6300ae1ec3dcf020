// Check that an actor without a first state is reported at its name.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
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
