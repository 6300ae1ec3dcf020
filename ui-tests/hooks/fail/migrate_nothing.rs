// Check that `#[on_migrate]` without the older state is reported at its name.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_migrate]
    async fn migrate() -> Self {
        Self { total: 0 }
    }
}

fn main() {}
