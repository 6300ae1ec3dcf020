// Check that params that serde cannot carry are reported at their type.

use callboard::prelude::*;

struct Join {
    number: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_before_connect]
    fn admit(&mut self, params: Join) -> u64 {
        params.number
    }
}

fn main() {}
