// Check that `#[run]` with `self` or without `async` is reported there.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[run]
    fn tick(&mut self, ctx: &Ctx<Self>) {
        self.total += ctx.now_ms();
    }
}

fn main() {}
