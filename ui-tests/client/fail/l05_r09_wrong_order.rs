// Check that arguments in the wrong order are reported, and that the context is none of them.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, name: String, amount: u64) -> u64 {
        let _ = (ctx.id(), name);
        self.total += amount;
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.add(1, "ann".to_owned()).await;
}

fn main() {}
