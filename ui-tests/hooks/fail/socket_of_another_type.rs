// Check that the handler of a socket takes a socket.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_websocket]
    async fn socket(ctx: Ctx<Self>, socket: String) {
        let _ = ctx.turn(move |this| this.total += socket.len() as u64).await;
    }
}

fn main() {}
