// Check that an event that is listed at the trait is published by who implements it, and heard by its clients.

use callboard::prelude::*;
use tokio::sync::mpsc;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored(u32);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Reset;

#[actor(events(Scored, Reset))]
pub trait Scoreboard {
    fn score(&mut self, points: u32);

    fn reset(&mut self);
}

#[derive(Default, Serialize, Deserialize)]
struct Stadium {
    points: u32,
}

#[actor]
impl Scoreboard for Stadium {
    fn score(&mut self, ctx: &Ctx<Self>, points: u32) {
        self.points += points;
        ctx.broadcast(&Scored(self.points));
    }

    fn reset(&mut self, ctx: &Ctx<Self>) {
        self.points = 0;
        ctx.broadcast(&Reset);
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Stadium>();
    let board = registry.client().get_or_create::<ScoreboardContract>("final").connect();
    let (heard, mut hears) = mpsc::unbounded_channel();
    board.on(move |_: Reset| heard.send(()).unwrap());
    let mut events = board.events();
    board.score(3).await?;
    board.reset().await?;
    assert!(matches!(events.next().await, Some(ScoreboardEvent::Scored(Scored(3)))));
    assert!(matches!(events.next().await, Some(ScoreboardEvent::Reset(Reset))));
    assert_eq!(hears.recv().await, Some(()));
    registry.stop().await;
    Ok(())
}
