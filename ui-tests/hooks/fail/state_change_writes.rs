// Check that `#[on_state_change]` that could change the state is reported at its name.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_state_change]
    fn changed(&mut self) -> u64 {
        self.total
    }
}

fn main() {}
