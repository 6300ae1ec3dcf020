// Check that every way with slow consumers compiles, with a name, of a type anywhere, and in a contract that is a trait.
// The way out of `slow_key_is_misspelt`, `slow_key_is_no_field` and `slow_mistakes`.

use callboard::{Event, contract::SlowConsumer, prelude::*};

mod game {
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    pub(crate) struct Moved {
        pub(crate) player_id: String,
    }

    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    pub(crate) struct Of<T>(pub(crate) T);
}

#[derive(Clone, Serialize, Deserialize)]
struct Priced(u32, String);

#[derive(Clone, Serialize, Deserialize)]
struct Ticked;

#[derive(Clone, Serialize, Deserialize)]
struct Said;

#[derive(Default, Serialize, Deserialize)]
struct Game;

#[actor(events(
    game::Moved(slow = latest(by = player_id)),
    Priced(slow = latest(by = 0)) = "price",
    Ticked(slow = drop_oldest),
    game::Of<u8>(slow = latest),
    Said(slow = disconnect),
))]
impl Game {
    #[action]
    fn step(&mut self, ctx: &Ctx<Self>) {
        ctx.broadcast(&game::Moved { player_id: "ann".into() });
    }
}

#[actor(events(Ticked(slow = drop_oldest), Said))]
trait Clock {
    fn read(&self) -> u64;
}

#[test]
fn runs() {
    let slow: Vec<_> = GameEvent::TABLE.iter().map(|info| (info.name, info.slow)).collect();
    assert_eq!(
        slow,
        [
            ("moved", SlowConsumer::LatestBy("player_id")),
            ("price", SlowConsumer::LatestBy("0")),
            ("ticked", SlowConsumer::DropOldest),
            ("of", SlowConsumer::Latest),
            ("said", SlowConsumer::Disconnect),
        ]
    );
    assert_eq!(ClockEvent::TABLE[0].slow, SlowConsumer::DropOldest);
}
