// Check that the handler of a socket is async, takes the context and the socket, and uses the state in turns.
// The way out of `socket_not_async`, `socket_of_another_type` and `socket_with_self`.

use callboard::{RawSocket, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Telegraph {
    words: usize,
}

#[actor]
impl Telegraph {
    #[on_websocket]
    async fn line(ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), Fault> {
        while let Some(message) = socket.recv().await {
            let words = message.as_text().map_or(0, |text| text.split_whitespace().count());
            ctx.turn(move |this| this.words += words).await?;
        }
        Ok(())
    }

    #[action]
    fn words(&self) -> usize {
        self.words
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Echo;

#[actor]
impl Echo {
    #[on_websocket]
    async fn line(mut socket: RawSocket) {
        while let Some(message) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    }
}

#[test]
fn runs() {
    const { assert!(Telegraph::HOOKS.on_websocket && Echo::HOOKS.on_websocket) };
    let _ = Registry::new().in_memory().register::<Telegraph>().register::<Echo>();
}
