// Check that a request handler without `self` has a context of its own.

use callboard::{Body, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_request]
    async fn serve(ctx: &Ctx<Self>, request: http::Request<Body>) -> http::Response<Body> {
        http::Response::new(request.into_body())
    }
}

fn main() {}
