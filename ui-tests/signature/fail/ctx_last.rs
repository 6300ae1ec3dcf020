// Check that a context behind an argument is reported at the parameter.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64, ctx: &Ctx<Self>) -> u64 {
        self.total += amount + ctx.now_ms();
        self.total
    }
}

fn main() {}
