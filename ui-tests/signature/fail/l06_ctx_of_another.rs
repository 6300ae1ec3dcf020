// Check that a context of something else is reported at its type.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, ctx: &Ctx, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    #[action]
    fn remove(&mut self, ctx: &mut Ctx<Self>, amount: u64) -> u64 {
        self.total -= amount;
        self.total
    }
}

fn main() {}
