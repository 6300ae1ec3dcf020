// Check that a client cannot wait for what the actor does not publish.

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

#[actor(events(Changed))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

fn listen(conn: &CounterConn) {
    conn.once(|event: ScoreChanged| println!("{}", event.score));
}

fn main() {}
