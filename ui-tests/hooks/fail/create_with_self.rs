// Check that `#[on_create]` with `self` is reported at `self`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_create]
    fn create(&mut self, total: u64) -> Self {
        Self { total }
    }
}

fn main() {}
