// Check that a condition on an argument is reported.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn greet(&self, #[cfg(all())] name: String) -> String {
        name
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
