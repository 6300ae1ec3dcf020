// Check that a method can be one thing only.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    #[on_connect]
    fn greet(&self, name: String) -> String {
        name
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
