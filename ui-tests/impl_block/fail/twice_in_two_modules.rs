// Check that a second `#[actor]` on one type is reported, though it is in another module.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
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

mod more {
    use callboard::prelude::*;

    #[actor]
    impl super::Counter {
        #[action]
        fn add(&mut self, amount: u64) {
            self.total += amount;
        }
    }
}

fn main() {}
