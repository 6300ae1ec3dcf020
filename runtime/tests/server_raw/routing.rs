//! Handlers with an axum router of their own: it sees nothing of the routers in front of the actor, but claims.

use axum::{
    Extension, Router,
    extract::{MatchedPath, NestedPath, OriginalUri, Path},
    routing::get,
};
use tower_service::Service as _;

use super::*;

/// What a layer found out about a request.
#[derive(Debug, Clone)]
struct Session(&'static str);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Directory;

#[actor(name = "directory")]
impl Directory {
    #[on_request]
    async fn serve(&self, request: Request<Body>) -> Response {
        routed(request).await
    }

    #[on_websocket]
    async fn socket(_ctx: Ctx<Self>, mut socket: RawSocket) {
        let request = Request::from_parts(socket.head().clone(), Body::empty());
        let body = to_bytes(routed(request).await.into_body(), 1024).await.expect("it is short");
        let _ = socket.send(String::from_utf8_lossy(&body).into_owned()).await;
    }
}

async fn routed(request: Request<Body>) -> Response {
    let user = async |Path(id): Path<String>,
                      path: MatchedPath,
                      OriginalUri(uri): OriginalUri,
                      nested: Option<Extension<NestedPath>>,
                      session: Option<Extension<Session>>| {
        let session = session.map(|Extension(Session(name))| name);
        format!("{id} by {}, {uri}, {}, {session:?}", path.as_str(), nested.is_some())
    };
    let pages = Router::new()
        .route("/{page}", get(async |Path((area, page)): Path<(u32, String)>| format!("{page} of {area}")));
    let mut router = Router::new().route("/users/{id}", get(user)).nest("/areas/{area}", pages);
    router.call(request).await.unwrap_or_else(|never| match never {})
}

async fn answers(server: &Server, prefix: &str, session: &str) {
    let read = async |path: &str| {
        let raw = format!("{prefix}{}", at("directory", &format!("request{path}")));
        let reply = server.http(&format!("GET {raw}"), &[], b"").await;
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    };
    let expected = format!("ann b by /users/{{id}}, /users/ann%20b, false, {session}");
    assert_eq!(read("/users/ann%20b").await, (200, expected.clone()));
    assert_eq!(read("/areas/7/map").await, (200, "map of 7".to_owned()));
    assert_eq!(read("/nowhere").await.0, 404);
    let address = format!("{prefix}{}", at("directory", "websocket/users/ann%20b"));
    let (mut socket, _) = server.open(&address, "rivet").await;
    assert_eq!(next(&mut socket).await.as_text(), Some(&*expected));
    let headers = [("x-rivet-target", "actor"), ("x-rivet-actor", "none")];
    let unknown = server.http(&format!("GET {prefix}/request/users/ann"), &headers, b"").await;
    assert_eq!(unknown.error(), "actor.not_found", "addressed by headers");
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Directory>()
}

#[tokio::test]
async fn a_router_within_a_handler_sees_its_own_parameters_and_paths_alone() {
    answers(&Server::host(registry()).await, "", "None").await;
}

#[tokio::test]
async fn a_router_within_a_handler_sees_nothing_of_the_app_around_it_but_claims() {
    let registry = registry();
    let claim = || Extension(Session("ann"));
    let nested = Router::new().nest("/api", registry.router()).layer(claim());
    answers(&Server::behind(nested).await, "/api", r#"Some("ann")"#).await;
    let service = Router::new().nest_service("/api", registry.router().layer(claim()));
    answers(&Server::behind(service).await, "/api", r#"Some("ann")"#).await;
}

#[tokio::test]
async fn parameters_of_the_app_around_it_are_not_those_of_a_router_within_a_handler() {
    let registry = registry();
    let nested =
        Router::new().nest("/of/{tenant}/{area}", registry.router().layer(Extension(Session("ann"))));
    answers(&Server::behind(nested).await, "/of/acme/north", r#"Some("ann")"#).await;
    let not_text = Router::new().nest_service("/{tenant}", registry.router());
    answers(&Server::behind(not_text).await, "/%ff", "None").await;
}
