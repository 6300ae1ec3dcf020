// Check that the handler of a socket borrows no state for as long as its socket lasts.

use callboard::{RawSocket, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_websocket]
    async fn socket(&mut self, mut socket: RawSocket) {
        while socket.recv().await.is_some() {
            self.total += 1;
        }
    }
}

fn main() {}
