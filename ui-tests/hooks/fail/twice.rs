// Check that a second hook of one kind is reported at its attribute.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_connect]
    fn joined(&mut self) {
        self.total += 1;
    }

    #[on_connect]
    fn welcome(&mut self, conn: &Conn<Self>) {
        let _ = conn.id();
    }
}

fn main() {}
