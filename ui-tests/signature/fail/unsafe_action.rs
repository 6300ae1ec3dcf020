// Check that an `unsafe` action is reported at the keyword.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    unsafe fn greet(&self, name: String) -> String {
        name
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
