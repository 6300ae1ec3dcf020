// Check that `impl Trait` is reported at the type.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn greet(&self, name: impl Into<String>) -> String {
        name.into()
    }

    #[action]
    fn numbers(&self) -> impl Iterator<Item = u64> {
        0..self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
