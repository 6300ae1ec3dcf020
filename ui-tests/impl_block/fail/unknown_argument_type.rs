// Check that a type that does not exist is reported at the type.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: Amuont) -> u64 {
        self.total
    }
}

fn main() {}
