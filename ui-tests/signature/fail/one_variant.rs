// Check that two actions that would be one variant are reported at the second.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn get_2d(&self) -> u64 {
        self.total
    }

    #[action(name = "other")]
    fn get2d(&self) -> u64 {
        self.total
    }
}

fn main() {}
