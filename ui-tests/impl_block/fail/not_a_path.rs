// Check that an actor is a type with a name.

use callboard::prelude::*;

trait Total {}

#[actor]
impl dyn Total {
    #[action]
    fn total(&self) -> u64 {
        0
    }
}

fn main() {}
