// Check that finding a connection gives an `Option`: it may be gone.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Whispered(String);

#[derive(Default, Serialize, Deserialize)]
struct Room;

#[actor(events(Whispered))]
impl Room {
    #[action]
    fn whisper(&self, ctx: &Ctx<Self>, to: ConnId, text: String) -> bool {
        ctx.get_conn(to).send(&Whispered(text))
    }
}

fn main() {}
