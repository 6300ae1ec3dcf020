// Check that every argument of `#[actor]` compiles.

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

#[actor(
    name = "adder",
    events(Changed, ScoreChanged = "score"),
    durability = "relaxed",
    save_interval = "10s",
    sleep_timeout = "500ms",
    action_timeout = "1h",
    hibernate,
    vis = pub(crate),
    crate = ::callboard,
)]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

fn check() {
    assert_eq!(Counter::NAME, "adder");
    assert_eq!(callboard::contract::event_name::<Counter, ScoreChanged>(), "score");
    assert_eq!(Counter::OPTIONS.sleep_timeout, std::time::Duration::from_millis(500));
}

#[test]
fn runs() {
    check();
}
