// Check that raw handlers may take every form: with and without `self`, the context, `async`, a `Result`.

#![deny(warnings)]

use callboard::{Body, RawSocket, prelude::*};

#[derive(Debug, thiserror::Error, ActorError)]
enum PageError {
    #[error("there is no such page")]
    Missing,
}

macro_rules! actor_with {
    ($name:ident, $($block:tt)*) => {
        #[derive(Default, Serialize, Deserialize)]
        pub struct $name {
            total: u64,
        }

        #[actor]
        impl $name {
            #[action]
            fn total(&self) -> u64 {
                self.total
            }

            $($block)*
        }
    };
}

actor_with! { Reads,
    #[on_request]
    fn serve(&self, request: http::Request<Body>) -> http::Response<Body> {
        http::Response::new(request.into_body())
    }

    #[on_websocket]
    async fn socket(mut socket: RawSocket) {
        while let Some(message) = socket.recv().await {
            let _ = socket.send(message).await;
        }
    }
}

actor_with! { Writes,
    #[on_request]
    async fn serve(&mut self, ctx: &Ctx<Self>, _: http::Request<Body>) -> Result<http::Response<String>, PageError> {
        self.total = ctx.now_ms();
        Err(PageError::Missing)
    }

    #[on_websocket]
    async fn socket(ctx: Ctx<Self>, socket: RawSocket) -> Result<(), Fault> {
        ctx.turn(|this| this.total += 1).await?;
        socket.close(1000, "").await;
        Ok(())
    }
}

actor_with! { Beside,
    #[on_request]
    async fn serve(ctx: Ctx<Self>, request: http::Request<Body>) -> Result<Body, Fault> {
        ctx.turn(|this| this.total += 1).await?;
        Ok(request.into_body())
    }
}

actor_with! { AlmostNothing,
    #[on_request]
    fn serve(request: http::Request<Body>) -> String {
        request.uri().to_string()
    }
}

actor_with! { Unnamed,
    #[on_request]
    async fn serve(&self, _: http::Request<Body>) -> impl axum::response::IntoResponse {
        (http::StatusCode::ACCEPTED, self.total.to_string())
    }
}

actor_with! { Never,
    #[cfg(any())]
    #[on_request]
    fn serve(&self, request: NoSuchType) -> NoSuchType {
        request
    }

    #[cfg(any())]
    #[on_websocket]
    async fn socket(socket: NoSuchType) {}
}

#[test]
fn runs() {
    assert!(Reads::HOOKS.on_request.is_some() && Reads::HOOKS.on_websocket);
    assert!(Never::HOOKS.on_request.is_none() && !Never::HOOKS.on_websocket);
    let _ = Registry::new()
        .in_memory()
        .register::<Reads>()
        .register::<Writes>()
        .register::<Beside>()
        .register::<AlmostNothing>()
        .register::<Unnamed>()
        .register::<Never>();
}
