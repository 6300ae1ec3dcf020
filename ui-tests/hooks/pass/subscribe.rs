// Check that `#[on_subscribe]` compiles in every form, for a contract that is a trait too.
#![deny(warnings)]

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed;

#[derive(Clone, Serialize, Deserialize)]
struct Cleared(u64);

mod game {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    pub(crate) struct Ended;
}

#[derive(Debug, thiserror::Error, ActorError)]
#[error("not for you")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed, Cleared, game::Ended = "over"))]
impl Counter {
    #[on_subscribe(Changed)]
    fn may_watch(&self) -> Result<(), Refused> {
        if self.total > 0 { Ok(()) } else { Err(Refused) }
    }

    #[on_subscribe(Cleared, game::Ended)]
    async fn may_see_the_end(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> callboard::Result<()> {
        self.total += 1;
        let _ = (ctx.id(), conn.id());
        Ok(())
    }

    #[cfg(any())]
    #[on_subscribe(Unknown)]
    fn never(&self) -> Result<(), Unknown> {
        Ok(())
    }
}

#[actor(events(Changed))]
trait Poll {
    fn vote(&mut self, option: String);
}

#[derive(Default, Serialize, Deserialize)]
struct Votes(Vec<String>);

#[actor]
impl Poll for Votes {
    fn vote(&mut self, option: String) {
        self.0.push(option);
    }

    #[on_subscribe(Changed)]
    fn may_watch(&self) -> Result<(), Refused> {
        Ok(())
    }
}

fn main() {}
