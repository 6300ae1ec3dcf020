// Check that `latest` is told its key with `by`.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Moved {
    player_id: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Game;

#[actor(events(Moved(slow = latest(key = player_id))))]
impl Game {
    #[action]
    fn step(&mut self) {}
}

fn main() {}
