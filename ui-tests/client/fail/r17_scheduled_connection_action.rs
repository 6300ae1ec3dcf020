// Check that an action that takes the calling connection cannot be scheduled.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, conn: &Conn<Self>, amount: u64) -> u64 {
        let _ = conn.id();
        self.total += amount;
        self.total
    }

    #[action]
    fn later(&self, ctx: &Ctx<Self>) {
        let _ = ctx.after(std::time::Duration::from_secs(1), CounterAction::Add { amount: 1 });
    }
}

fn main() {}
