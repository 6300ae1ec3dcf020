// Check that a response is owned.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Job {
    number: u64,
}

#[derive(Serialize, Deserialize)]
struct Mail {
    text: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Shop {
    done: u64,
}

#[actor(queues(Job -> &'static str))]
impl Shop {
    #[action]
    fn work(&mut self, ctx: &Ctx<Self>) {
        let _ = ctx.queue::<Job>();
    }
}

fn main() {}
