// Check that a listener that misses an event is reported.

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

#[actor(events(Changed, ScoreChanged))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

struct Screen;

impl CounterListener for Screen {
    fn changed(&mut self, event: Changed) {
        println!("{}", event.total);
    }
}

fn listen(conn: &CounterConn) {
    conn.listen(Screen);
}

fn main() {}
