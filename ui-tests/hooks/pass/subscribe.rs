// Check that `#[on_subscribe]` can be written in every form, for a contract that is a trait too.
// The way out of `subscribe_answers_bool`, `subscribe_mistakes` and `subscribe_to_undeclared`.

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
        assert!(ctx.get_conn(conn.id()).is_some());
        Ok(())
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
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
        if self.0.is_empty() { Err(Refused) } else { Ok(()) }
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>().register::<Votes>();
    let counter = registry.client().get_or_create::<Counter>("one").connect();
    let changed = counter.on(|_: Changed| {});
    assert!(changed.refused().await.is_some(), "the total is 0");
    let _ended = counter.on(|_: game::Ended| {});
    while counter.total().await? == 0 {}
    let poll = registry.client().get_or_create::<PollContract>("lunch").connect();
    assert!(poll.on(|_: Changed| {}).refused().await.is_some(), "nobody has voted");
    poll.vote("soup".to_owned()).await?;
    registry.stop().await;
    Ok(())
}
