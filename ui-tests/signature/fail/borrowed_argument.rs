// Check that a borrowed argument is reported at its type.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn greet(&self, name: &str) -> String {
        format!("hello {name}")
    }

    #[action]
    fn sum(&self, numbers: &[u64]) -> u64 {
        numbers.iter().sum()
    }

    #[action]
    fn longest(&self, names: Vec<&str>) -> u64 {
        names.len() as u64
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
}

fn main() {}
