// Check that a request handler answers with what can be made a response.

use callboard::{Body, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_request]
    fn serve(&self, _request: http::Request<Body>) -> u64 {
        self.total
    }
}

fn main() {}
