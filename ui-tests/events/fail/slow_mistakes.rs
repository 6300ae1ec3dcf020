// Check what an event may say of slow consumers, and that each mistake is reported where it is.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Moved {
    player: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Ticked;

#[derive(Clone, Serialize, Deserialize)]
struct Cleared;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(
    Changed(slow = lastest),
    Moved(slow = drop_oldest(by = player)),
    Ticked(slow = wait),
    Cleared(fast = latest),
))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) {
        self.total += amount;
    }
}

fn main() {}
