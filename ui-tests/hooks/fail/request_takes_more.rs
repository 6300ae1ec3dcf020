// Check that a request handler takes nothing but the context and the request.

use callboard::{Body, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_request]
    fn serve(&self, conn: &Conn<Self>, request: http::Request<Body>, name: String) -> http::Response<Body> {
        http::Response::new(request.into_body())
    }
}

fn main() {}
