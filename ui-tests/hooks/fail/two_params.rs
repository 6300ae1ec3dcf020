// Check that a second value for `#[on_before_connect]` is reported at it.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_before_connect]
    fn admit(&mut self, name: String, role: String) -> String {
        name + &role
    }
}

fn main() {}
