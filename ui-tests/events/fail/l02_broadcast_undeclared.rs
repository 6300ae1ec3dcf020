// Check that an event that the actor does not list cannot be broadcast.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct ScoreChanged {
    score: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed))]
impl Counter {
    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64) {
        self.total += amount;
        ctx.broadcast(&ScoreChanged { score: self.total });
    }
}

fn main() {}
