// Check that a hook of the design that is not there yet is named as such.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_request]
    fn serve(&mut self) {
        self.total = 0;
    }
}

fn main() {}
