// Check that an actor cannot take messages that it does not list.

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

#[actor(queues(Job))]
impl Shop {
    #[action]
    fn work(&mut self, ctx: &Ctx<Self>) {
        if let Some(mail) = ctx.queue::<Mail>().try_next() {
            self.done += 1;
        }
    }
}

fn main() {}
