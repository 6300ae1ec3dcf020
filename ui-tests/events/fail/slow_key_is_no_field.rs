// Check that the key of `latest(by = ..)` is a field of the event.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Moved {
    player_id: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Game;

#[actor(events(Moved(slow = latest(by = player))))]
impl Game {
    #[action]
    fn step(&mut self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Moved { player_id: 1 });
    }
}

fn main() {}
