// Check that two events of one name are two once one is imported under another name.

use callboard::prelude::*;

mod chess {
    use callboard::prelude::*;

    #[derive(Serialize, Deserialize)]
    pub(crate) struct Moved(pub(crate) String);
}

mod clock {
    use callboard::prelude::*;

    #[derive(Serialize, Deserialize)]
    pub(crate) struct Moved(pub(crate) u64);
}

use chess::Moved;
use clock::Moved as ClockMoved;

#[derive(Default, Serialize, Deserialize)]
struct Game;

#[actor(events(Moved, ClockMoved))]
impl Game {
    #[action]
    fn play(&self, ctx: &Ctx<Self>, to: String) {
        ctx.broadcast(&Moved(to));
        ctx.broadcast(&ClockMoved(3));
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(callboard::contract::event_name::<Game, clock::Moved>(), "clockMoved");
    let registry = Registry::new().in_memory().register::<Game>();
    let game = registry.client().get_or_create::<Game>("one").connect();
    let mut events = game.events();
    game.play("e4".to_owned()).await?;
    assert!(matches!(events.next().await, Some(GameEvent::Moved(Moved(to))) if to == "e4"));
    assert!(matches!(events.next().await, Some(GameEvent::ClockMoved(ClockMoved(3)))));
    registry.stop().await;
    Ok(())
}
