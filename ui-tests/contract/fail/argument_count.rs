// Check that an argument too many is an error at the arguments.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
pub struct Changed {
    pub total: u64,
}

#[actor(events(Changed))]
pub trait Counter {
    fn add(&mut self, amount: u64) -> u64;

    async fn total(&self) -> u64;
}

#[derive(Default, Serialize, Deserialize)]
struct Server {
    total: u64,
}

#[actor]
impl Counter for Server {
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64, times: u64) -> u64 {
        self.total += amount * times;
        ctx.broadcast(&Changed { total: self.total });
        self.total
    }

    async fn total(&self) -> u64 {
        self.total
    }
}

fn main() {}
