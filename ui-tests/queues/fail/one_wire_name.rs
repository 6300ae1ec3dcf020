// Check that two queues with one name on the wire are reported where it was written.

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

#[actor(queues(Job, Mail = "job"))]
impl Shop {
    #[action]
    fn work(&mut self, ctx: &Ctx<Self>) {
        while let Some(job) = ctx.queue::<Job>().try_next() {
            self.done += job.body.number;
            job.complete(());
        }
    }
}

fn main() {}
