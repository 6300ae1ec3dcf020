// Check that an argument that is a pattern is reported at the pattern.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn area(&self, (width, height): (u64, u64)) -> u64 {
        width * height
    }
}

fn main() {}
