// Check that a `Result` of yes or no is no answer of an `#[on_subscribe]`: `Ok(false)` would let everybody in.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed;

#[derive(Debug, thiserror::Error, ActorError)]
#[error("not for you")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed))]
impl Counter {
    #[on_subscribe(Changed)]
    fn may_watch(&self) -> Result<bool, Refused> {
        Ok(self.total > 0)
    }
}

fn main() {}
