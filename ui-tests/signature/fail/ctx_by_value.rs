// Check that a context that is not borrowed is reported at its type.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, ctx: Ctx<Self>, amount: u64) -> u64 {
        self.total += amount + ctx.now_ms();
        self.total
    }
}

fn main() {}
