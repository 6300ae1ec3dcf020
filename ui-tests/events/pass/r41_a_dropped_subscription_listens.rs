// Check that a subscription may be dropped, without a warning, and goes on; and that a scoped one may not.

#![deny(warnings)]

use callboard::prelude::*;
use tokio::sync::mpsc;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ticked(u64);

#[derive(Default, Serialize, Deserialize)]
struct Clock(u64);

#[actor(events(Ticked))]
impl Clock {
    #[action]
    fn tick(&mut self, ctx: &Ctx<Self>) -> u64 {
        self.0 += 1;
        ctx.broadcast(&Ticked(self.0));
        self.0
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Clock>();
    let conn = registry.client().get_or_create::<Clock>("one").connect();
    let (all, mut heard) = mpsc::unbounded_channel();
    let (some, mut heard_in_scope) = mpsc::unbounded_channel();
    conn.on(move |tick: Ticked| drop(all.send(tick)));
    {
        let _scope = conn.on(move |tick: Ticked| drop(some.send(tick))).scoped();
        conn.tick().await?;
    }
    conn.tick().await?;
    assert_eq!((heard.recv().await, heard.recv().await), (Some(Ticked(1)), Some(Ticked(2))));
    assert_eq!((heard_in_scope.recv().await, heard_in_scope.recv().await), (Some(Ticked(1)), None));
    registry.stop().await;
    Ok(())
}
