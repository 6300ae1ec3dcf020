// Check that an unknown argument of `#[actor]` gets the nearest one suggested.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct ScoreChanged {
    score: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(event(Changed))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

fn use_it(counter: CounterHandle) -> Counter {
    let _ = counter.connect();
    Counter { total: 0 }
}

fn main() {}
