// Check that an action cannot be called like the way to a queue.

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
    fn send(&mut self, number: u64) {
        self.done += number;
    }
}

fn main() {}
