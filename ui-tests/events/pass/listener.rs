// Check that a listener has a method for every event.

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

#[actor(events(Changed, ScoreChanged, String = "line", game::Move))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

mod game {
    use callboard::prelude::*;

    #[derive(Serialize, Deserialize)]
    pub(crate) struct Move;
}

struct Screen {
    lines: Vec<String>,
}

impl CounterListener for Screen {
    fn changed(&mut self, event: Changed) {
        self.lines.push(event.total.to_string());
    }

    fn score_changed(&mut self, event: ScoreChanged) {
        self.lines.push(event.score.to_string());
    }

    fn string(&mut self, event: String) {
        self.lines.push(event);
    }

    fn r#move(&mut self, _: game::Move) {}
}

fn listen(conn: &CounterConn) {
    conn.listen(Screen { lines: Vec::new() }).unsubscribe();
    conn.on_any(|event| println!("{event:?}"));
}

#[test]
fn runs() {
    let _ = listen;
}
