// Check that an `#[on_subscribe]` is only asked about events that the actor lists.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct ScoreChanged {
    score: u64,
}

#[derive(Debug, thiserror::Error, ActorError)]
#[error("not for you")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed))]
impl Counter {
    #[on_subscribe(Changed, ScoreChanged)]
    fn may_watch(&self) -> Result<(), Refused> {
        if self.total > 0 { Ok(()) } else { Err(Refused) }
    }
}

fn main() {}
