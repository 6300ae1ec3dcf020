// Check that an action that takes its actor is reported at `self`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn greet(self, name: String) -> String {
        name
    }

    #[action]
    fn finish(self: Box<Self>) -> u64 {
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
