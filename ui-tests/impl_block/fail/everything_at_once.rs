// Check that several mistakes are reported in one compile.

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

#[actor(event(Changed), ephemeral, events(Changed, Changed))]
impl Counter {
    #[acton]
    fn greet(&self, name: String) -> String {
        name
    }

    #[action]
    fn add(&mut self, amount: &u64, ctx: &Ctx<Self>) -> u64 {
        self.total += amount;
        self.total
    }

    #[action(nam = "x")]
    fn reset() {}

    #[on_connect]
    fn joined(&mut self, name: String) {
        let _ = name;
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.greet("you".to_owned()).await;
    let _ = counter.add(1).await;
    let total: Result<u64, CallError> = counter.total().await;
    counter.connect().on(|event: Changed| println!("{}", event.total));
    total.unwrap();
}

fn main() {}
