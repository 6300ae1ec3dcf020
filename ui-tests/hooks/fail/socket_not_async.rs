// Check that the handler of a socket waits for it, and returns nothing.

use callboard::{RawSocket, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_websocket]
    fn socket(socket: RawSocket) -> u64 {
        socket.path().len() as u64
    }
}

fn main() {}
