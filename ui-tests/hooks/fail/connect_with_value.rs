// Check that a value for `#[on_connect]` is reported, with where to find it.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_connect]
    fn joined(&mut self, conn: &Conn<Self>, name: String) {
        let _ = (conn.id(), name);
    }
}

fn main() {}
