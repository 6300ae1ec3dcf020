// Check that `#[on_request]` takes one argument, once, and other hooks take none.

use callboard::{Body, RawSocket, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Misspelt {}

#[actor]
impl Misspelt {
    #[on_request(navigaton)]
    fn page(&self, _request: http::Request<Body>) -> http::Response<String> {
        http::Response::default()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Unknown {}

#[actor]
impl Unknown {
    #[on_request(origins = "any", navigation)]
    fn page(&self, _request: http::Request<Body>) -> http::Response<String> {
        http::Response::default()
    }

    #[on_websocket(navigation)]
    async fn socket(_socket: RawSocket) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Twice {}

#[actor]
impl Twice {
    #[on_request(navigation, navigation)]
    fn page(&self, _request: http::Request<Body>) -> http::Response<String> {
        http::Response::default()
    }

    #[on_wake()]
    fn woke(&mut self) {}
}

fn main() {
    // The items are there all the same.
    let _ = (Misspelt {}, Unknown {}, Twice {});
}
