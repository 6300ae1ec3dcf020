//! The errors of users over HTTP and sockets: their groups, codes and statuses.

mod gateway;

use callboard::{Body, Registry, prelude::*, wire::Encoding};
use gateway::{Server, next_close, next_json};
use http::{Request, StatusCode};
use serde_json::json;

#[derive(Debug, thiserror::Error, ActorError)]
#[actor_error(status = 409)]
enum VaultError {
    #[error("the vault is locked")]
    Locked,
    #[error("there is no box {number}")]
    #[actor_error(status = 404)]
    NoBox { number: u32 },
    #[error("the hinge: {0}")]
    #[actor_error(internal)]
    Hinge(String),
}

#[derive(Debug, thiserror::Error, ActorError)]
enum PlainError {
    #[error("no")]
    No,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Opened;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Vault;

/// What is wished for.
fn fault(wish: &str) -> Fault {
    match wish {
        "forbidden" => Fault::new("auth", "forbidden", "not for you"),
        "metadata" => Fault::new("app", "taken", "it is taken")
            .with_metadata(json!({ "by": ["$x", 7] }))
            .with_status(StatusCode::CONFLICT),
        "no error" => Fault::new("app", "fine", "it is fine").with_status(StatusCode::OK),
        other => Fault::new("app", "unknown", other.to_owned()),
    }
}

#[actor(name = "vault", events(Opened), queues(Opened = "opened"))]
impl Vault {
    #[on_before_connect]
    fn admit(&self, wish: Option<String>) -> Result<(), Fault> {
        wish.map_or(Ok(()), |wish| Err(fault(&wish)))
    }

    #[on_subscribe(Opened)]
    fn may_hear(&self) -> Result<(), Fault> {
        Err(fault("forbidden"))
    }

    #[action]
    fn open(&self, wish: String) -> Result<(), Fault> {
        Err(fault(&wish))
    }

    /// Passes on what it met elsewhere.
    #[action]
    async fn pass_on(&self, ctx: &Ctx<Self>, key: String) -> Result<(), Fault> {
        match ctx.client().get::<Self>(key).open("forbidden".to_owned()).await {
            Err(CallError::Fault(fault)) => Err(fault),
            other => panic!("{other:?}"),
        }
    }

    #[action]
    fn declared(&self, number: u32) -> Result<(), VaultError> {
        Err(match number {
            0 => VaultError::Locked,
            1 => VaultError::Hinge("SECRET".to_owned()),
            number => VaultError::NoBox { number },
        })
    }

    #[action]
    fn plain(&self) -> Result<(), PlainError> {
        Err(PlainError::No)
    }

    #[on_request]
    fn serve(&self, request: Request<Body>) -> Result<String, Fault> {
        Err(fault(request.headers()["x-wish"].to_str().expect("it is text")))
    }

    #[on_websocket]
    async fn socket(_ctx: Ctx<Self>, socket: callboard::RawSocket) -> Result<(), Fault> {
        Err(fault(socket.path().trim_start_matches('/')))
    }
}

async fn serve() -> Server {
    Server::host(Registry::new().in_memory().register::<Vault>()).await
}

fn at(path: &str) -> String {
    format!("/gateway/vault/{path}?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=test")
}

async fn call(server: &Server, action: &str, args: &str) -> (u16, String, serde_json::Value) {
    let body = format!("{{\"args\":{args}}}");
    let reply = server.http(&format!("POST {}", at(&format!("action/{action}"))), &[], body.as_bytes()).await;
    (reply.status, reply.error(), reply.json())
}

#[tokio::test]
async fn a_fault_of_a_user_reaches_clients_as_it_is() {
    let server = serve().await;
    for (wish, status, name, message, metadata) in [
        ("forbidden", 403, "auth.forbidden", "not for you", json!(null)),
        ("metadata", 409, "app.taken", "it is taken", json!({ "by": ["$$x", 7] })),
        ("no error", 500, "app.fine", "it is fine", json!(null)),
        ("else", 400, "app.unknown", "else", json!(null)),
    ] {
        let (called, error, body) = call(&server, "open", &json!([wish]).to_string()).await;
        assert_eq!((called, error.as_str()), (status, name), "{wish}");
        assert_eq!((&body["message"], &body["metadata"]), (&json!(message), &metadata), "{wish}");
        let params = json!(wish).to_string();
        let headers = [("x-rivet-conn-params", params.as_str())];
        let refused = server.http(&format!("POST {}", at("action/plain")), &headers, b"{}").await;
        assert_eq!((refused.status, refused.error().as_str()), (status, name), "before it connects: {wish}");
        let raw = server.http(&format!("GET {}", at("request/as-wished")), &[("x-wish", wish)], b"").await;
        assert_eq!((raw.status, raw.error().as_str()), (status, name), "a raw request: {wish}");
        assert_eq!(raw.json()["actor"]["key"], "test");
    }
}

#[tokio::test]
async fn a_fault_of_a_user_ends_sockets_with_its_name() {
    let server = serve().await;
    let (mut raw, _) = server.open(&at("websocket/forbidden"), "rivet").await;
    assert_eq!(next_close(&mut raw).await, (1011, "auth.forbidden".to_owned()));
    let params = "%22metadata%22";
    let (mut refused, _) =
        server.open(&at("connect"), &format!("rivet, rivet_encoding.json, rivet_conn_params.{params}")).await;
    let error = next_json(&mut refused).await;
    assert_eq!(error["body"]["val"]["group"], "app");
    assert_eq!(error["body"]["val"]["metadata"], json!({ "by": ["$$x", 7] }));
    assert_eq!(next_close(&mut refused).await, (1011, "app.taken".to_owned()));
}

#[tokio::test]
async fn a_fault_of_the_framework_that_an_action_passes_on_is_internal_to_it() {
    let server = serve().await;
    // At `actor.not_found` clients would send the call again.
    let (status, error, body) = call(&server, "passOn", r#"["nobody"]"#).await;
    assert_eq!((status, error.as_str()), (500, "rivetkit.internal_error"));
    assert!(body["metadata"]["errorId"].is_string(), "{body}");
    assert_eq!(
        server.http(&format!("GET {}", at("health").replace("test", "other")), &[], b"").await.status,
        200
    );
    let (status, error, _) = call(&server, "passOn", r#"["other"]"#).await;
    assert_eq!((status, error.as_str()), (403, "auth.forbidden"));
}

#[tokio::test]
async fn a_declared_error_has_the_status_that_it_says_or_400() {
    let server = serve().await;
    for (action, args, status, name) in [
        ("plain", "[]", 400, "user.no"),
        ("declared", "[0]", 409, "user.locked"),
        ("declared", "[7]", 404, "user.no_box"),
        ("declared", "[1]", 500, "rivetkit.internal_error"),
    ] {
        let (called, error, body) = call(&server, action, args).await;
        assert_eq!((called, error.as_str()), (status, name));
        assert!(!body.to_string().contains("SECRET"), "{body}");
    }
    for (encoding, body) in
        [(Encoding::Cbor, &b"\xa1\x64args\x81\x07"[..]), (Encoding::Bare, b"\x04\x00\x02\x81\x07")]
    {
        let headers = [("x-rivet-encoding", encoding.name())];
        let reply = server.http(&format!("POST {}", at("action/declared")), &headers, body).await;
        assert_eq!(reply.status, 404, "{encoding:?}");
    }
}
