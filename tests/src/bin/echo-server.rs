//! Serves a raw socket that echoes, for suites that test `WebSocket` servers, and says where.

use callboard::{RawSocket, prelude::*, raw::RawSendError};
use tokio::net::TcpListener;

#[derive(Default)]
struct Echo;

#[actor(ephemeral)]
impl Echo {
    #[on_websocket]
    async fn echo(mut socket: RawSocket) -> Result<(), RawSendError> {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stop = callboard::server::shutdown_signal();
    #[allow(clippy::print_stdout, reason = "this is how its caller finds it")]
    {
        println!("listening on http://{}", listener.local_addr()?);
    }
    Registry::new().in_memory().register::<Echo>().serve_listener(listener, stop).await
}
