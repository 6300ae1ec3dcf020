// Check that a request handler takes a raw request, and nothing that is made of one.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_request]
    fn serve(&self, _request: String) -> http::Response<String> {
        http::Response::new(self.total.to_string())
    }
}

fn main() {}
