// Check what an `#[on_subscribe]` must say: which events, each once, and a `Result` of nothing but a refusal.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed;

#[derive(Clone, Serialize, Deserialize)]
struct Cleared;

#[derive(Clone, Serialize, Deserialize)]
struct Ended;

#[derive(Clone, Serialize, Deserialize)]
struct Begun;

#[derive(Debug, thiserror::Error, ActorError)]
#[error("not for you")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed, Cleared, Ended, Begun))]
impl Counter {
    #[on_subscribe]
    fn about_nothing(&self) -> Result<(), Refused> {
        Ok(())
    }

    #[on_subscribe(Changed)]
    fn may_watch(&self) -> Result<(), Refused> {
        Ok(())
    }

    #[on_subscribe(Cleared, Changed)]
    fn may_also_watch(&self) -> Result<(), Refused> {
        Ok(())
    }

    #[on_subscribe(Ended)]
    fn says_yes_or_no(&self) -> bool {
        self.total > 0
    }

    #[on_subscribe(Begun)]
    fn takes_more(&self, conn: &Conn<Self>, name: String) -> Result<(), Refused> {
        let _ = (conn, name);
        Ok(())
    }
}

fn main() {}
