// Check that a generic action is reported at its parameters.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn greet<T: ToString>(&self, name: T) -> String {
        name.to_string()
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
