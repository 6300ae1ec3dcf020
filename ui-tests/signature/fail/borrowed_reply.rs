// Check that a borrowed reply is reported at its type.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn total(&self) -> &u64 {
        &self.total
    }
}

fn main() {}
