// Check that an argument that serde cannot carry is reported at its type.

use callboard::prelude::*;

struct Secret(u64);

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn open(&self, key: Secret) -> bool {
        key.0 == self.total
    }
}

fn main() {}
