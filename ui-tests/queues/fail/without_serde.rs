// Check that messages and responses that serde cannot carry are reported at their types.

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

struct Done;

struct Note;

#[actor(queues(Job -> Done, Note))]
impl Shop {
    #[action]
    fn work(&mut self, ctx: &Ctx<Self>) {
        let _ = ctx.queue::<Job>();
    }
}

fn main() {}
