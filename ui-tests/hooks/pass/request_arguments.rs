// Check that `#[on_request(navigation)]` is taken in each form of the handler, with a condition too.

#![deny(warnings)]

use callboard::{
    Body,
    dispatch::{Hooks, RequestTurn},
    prelude::*,
};

#[derive(Default, Serialize, Deserialize)]
struct Reads {}

#[actor]
impl Reads {
    #[on_request(navigation)]
    fn page(&self, _request: http::Request<Body>) -> http::Response<String> {
        http::Response::default()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Beside {}

#[actor]
impl Beside {
    #[on_request(navigation)]
    async fn page(request: http::Request<Body>) -> Body {
        request.into_body()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Closed {}

#[actor]
impl Closed {
    #[on_request()]
    fn page(&mut self, _request: http::Request<Body>) -> http::Response<String> {
        http::Response::default()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Never {}

#[actor]
impl Never {
    #[cfg(any())]
    #[on_request(navigation)]
    fn page(&self, _request: http::Request<Body>) -> http::Response<String> {
        http::Response::default()
    }
}

#[test]
fn runs() {
    let says = |hooks: Hooks| (hooks.on_request, hooks.navigation);
    assert_eq!(says(<Reads as Actor>::HOOKS), (Some(RequestTurn::Read), true));
    assert_eq!(says(<Beside as Actor>::HOOKS), (Some(RequestTurn::Beside), true));
    assert_eq!(says(<Closed as Actor>::HOOKS), (Some(RequestTurn::Write), false));
    assert_eq!(says(<Never as Actor>::HOOKS), (None, false));
}
