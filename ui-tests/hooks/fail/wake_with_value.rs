// Check that a value for `#[on_wake]` is reported.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_wake]
    fn wake(&mut self, amount: u64) {
        self.total += amount;
    }

    #[on_sleep]
    fn sleep(&mut self, conn: &Conn<Self>) {
        let _ = conn.id();
    }
}

fn main() {}
