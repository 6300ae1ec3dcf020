// Check that a generic actor is reported at its parameters, with the way out.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter<T> {
    total: T,
}

#[actor]
impl<T: Copy> Counter<T> {
    #[action]
    fn total(&self) -> T {
        self.total
    }
}

fn main() {
    let _ = Counter { total: 0 }.total();
}
