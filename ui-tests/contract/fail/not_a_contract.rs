// Check that a trait without `#[actor]` is no contract, which is one error, at its name.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

trait Total {
    fn total(&self, ctx: &Ctx<Counter>) -> u64;
}

#[actor]
impl Total for Counter {
    fn total(&self, ctx: &Ctx<Self>) -> u64 {
        let _ = ctx.id();
        self.total
    }

    #[on_wake]
    fn wake(&mut self, ctx: &Ctx<Self>) {
        let _ = ctx.conns().count();
    }
}

fn main() {}
