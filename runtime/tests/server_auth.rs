//! Who may come in: a layer that knows tokens, the claims it makes of them, and the hook that judges by these.

mod gateway;

use std::{future::Future, net::SocketAddr};

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use callboard::{Client, prelude::*};
use gateway::{Server, desk};
use serde_json::json;
use tokio::net::TcpListener;

/// What the layer knows of who asks.
#[derive(Debug, Clone)]
struct Session {
    user: String,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum Refusal {
    #[error("sign in first")]
    NotSignedIn,
    #[error("{user} may not come in")]
    NotInvited { user: String },
}

/// Keeps secrets from those who have not signed in.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Vault {
    opened: u32,
}

#[actor]
impl Vault {
    #[on_before_connect]
    fn admit(&self, ctx: &Ctx<Self>) -> Result<String, Refusal> {
        let session = ctx.claims::<Session>().ok_or(Refusal::NotSignedIn)?;
        match session.user.as_str() {
            "eve" => Err(Refusal::NotInvited { user: session.user.clone() }),
            user => Ok(user.to_owned()),
        }
    }

    #[action]
    fn open(&mut self, ctx: &Ctx<Self>) -> String {
        self.opened += 1;
        assert!(ctx.claims::<Session>().is_none(), "claims are the hook's");
        ctx.conn().map(|conn| conn.state().to_string()).unwrap_or_default()
    }

    #[action]
    fn count(&self) -> u32 {
        self.opened
    }
}

/// Knows one kind of token, as a layer of any axum app would.
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    match token.map(|token| token.strip_prefix("Bearer token-of-").map(str::to_owned)) {
        None => {}
        Some(Some(user)) => drop(request.extensions_mut().insert(Session { user })),
        Some(None) => return http::StatusCode::UNAUTHORIZED.into_response(),
    }
    next.run(request).await
}

async fn serve() -> (SocketAddr, Registry) {
    let registry = Registry::new().in_memory().register::<Vault>();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = registry.router().layer(from_fn(authenticate));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, registry)
}

fn client(address: SocketAddr, user: Option<&str>) -> VaultHandle {
    let mut builder = Client::builder(format!("http://{address}"));
    if let Some(user) = user {
        builder = builder.header("authorization", format!("Bearer token-of-{user}"));
    }
    builder.build().expect("it is a URL").get_or_create::<Vault>("one")
}

async fn refused<T: std::fmt::Debug>(call: impl Future<Output = Result<T, callboard::CallError>>) -> String {
    let error = call.await.expect_err("it is refused");
    let fault = error.fault().unwrap_or_else(|| panic!("{error}"));
    format!("{}.{}", fault.group(), fault.code())
}

#[tokio::test]
async fn claims_of_a_layer_reach_the_hook_of_calls_and_of_connections() {
    let (address, registry) = serve().await;
    let ann = client(address, Some("ann"));
    assert_eq!(ann.open().await.expect("she may"), "ann");
    let conn = ann.connect();
    assert_eq!(conn.open().await.expect("she may"), "ann");
    for (user, code) in [(None, "user.not_signed_in"), (Some("eve"), "user.not_invited")] {
        let handle = client(address, user);
        assert_eq!(refused(handle.open()).await, code);
        let conn = handle.connect();
        let error = conn.opened().await.expect_err("she may not");
        let fault = error.fault().unwrap_or_else(|| panic!("{error}"));
        assert_eq!(format!("{}.{}", fault.group(), fault.code()), code);
    }
    let inside = registry.client().get_or_create::<Vault>("one");
    assert_eq!(inside.count().await.expect("who is in the same process is trusted"), 2);
}

#[tokio::test]
async fn a_call_does_not_slip_past_the_hook_whatever_it_leaves_out() {
    let registry = Registry::new().in_memory().register::<Vault>().register::<gateway::Desk>();
    let server = Server::host(registry).await;
    let to = |action: &str| format!("POST /gateway/vault/action/{action}?{}", desk("one"));
    for headers in [vec![], vec![("x-rivet-conn-params", "null")], vec![("x-rivet-conn-params", "{}")]] {
        let reply = server.http(&to("open"), &headers, b"{}").await;
        assert_eq!(reply.json()["code"], "not_signed_in", "{headers:?}");
        // Nor does it tell what there is inside.
        for (action, args) in [("nope", &b"{}"[..]), ("open", br#"{"args":[1,2]}"#)] {
            let reply = server.http(&to(action), &headers, args).await;
            assert_eq!(reply.json()["code"], "not_signed_in", "{action}");
        }
    }
    // Where the params are optional, a call without any is judged as a connection without any.
    assert_eq!(server.call("who", "[]").await.json(), json!({ "output": "nobody" }));
    assert_eq!(server.call("here", "[]").await.json(), json!({ "output": 0 }), "and is in no list");
}
