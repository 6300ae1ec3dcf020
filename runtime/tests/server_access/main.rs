//! Who may reach a server: by which host, from which page, past which proxy.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../capture/mod.rs"]
mod capture;
#[path = "../gateway/mod.rs"]
mod gateway;
mod handshakes;
mod hosts;
mod mistakes;
mod pages;
mod proxies;

use std::{net::SocketAddr, sync::LazyLock};

use axum::routing::get;
use callboard::{Body, RawSocket, prelude::*};
use capture::Capture;
use gateway::{Desk, Server, UPGRADE, desk, next, next_close, next_json};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_websockets::{ClientBuilder, WebSocketStream};

/// One for all tests of this file, which look for hosts of their own.
fn log() -> &'static Capture {
    static LOG: LazyLock<Capture> = LazyLock::new(Capture::install);
    &LOG
}

/// Answers whatever comes, and counts it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Wall {
    asked: u32,
}

#[actor]
impl Wall {
    #[on_request]
    fn answer(&mut self, _request: http::Request<Body>) -> http::Response<String> {
        self.asked += 1;
        http::Response::new("a wall".to_owned())
    }

    #[on_websocket]
    async fn socket(socket: RawSocket) {
        drop(socket);
    }

    #[action]
    fn asked(&self) -> u32 {
        self.asked
    }
}

/// A registry with everything that there is a route to.
fn registry() -> Registry {
    let registry = Registry::new().in_memory().register::<Desk>().register::<Wall>();
    registry.merge(axum::Router::new().route("/own", get(async || "the app's own")))
}

/// A request for each route, with a method and the headers that it needs.
fn requests() -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let id = "00000000000000000000000000000000";
    let named = vec![("x-rivet-target", "actor"), ("x-rivet-actor", id)];
    let preflight = vec![("access-control-request-method", "POST")];
    let key = desk("strange");
    let requests = [
        ("GET /health", vec![]),
        ("HEAD /health", vec![]),
        ("GET /metadata", vec![]),
        ("GET /metrics", vec![]),
        ("GET /actors?name=desk&key=%5B%22strange%22%5D", vec![]),
        ("PUT /actors?namespace=default", vec![]),
        ("POST /actors?namespace=default", vec![]),
        ("DELETE /actors/0?namespace=default", vec![]),
        ("GET /gateway/desk?KEY", vec![]),
        ("GET /gateway/desk/health?KEY", vec![]),
        ("GET /gateway/desk/metadata?KEY", vec![]),
        ("POST /gateway/desk/action/note?KEY", vec![]),
        ("POST /gateway/desk/queue/jobs?KEY", vec![]),
        ("GET /gateway/wall/request/?KEY", vec![]),
        ("POST /gateway/wall/request/x?KEY", vec![]),
        ("GET /gateway/desk/connect?KEY", vec![]),
        ("GET /gateway/wall/websocket/?KEY", vec![]),
        ("GET /connect", named.clone()),
        ("GET /request/x", named.clone()),
        ("GET /websocket/x", named),
        ("OPTIONS /gateway/desk/action/note", preflight),
        ("GET /nowhere", vec![]),
        ("GET /own", vec![]),
    ];
    requests.map(|(request, headers)| (request.replace("KEY", &key), headers)).into()
}

/// Sends bytes and reads the head of the answer.
async fn head_of(address: SocketAddr, request: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.unwrap());
    }
    (socket, String::from_utf8(answer).unwrap())
}

/// The status of the answer to these bytes.
async fn status(address: SocketAddr, request: &str) -> String {
    head_of(address, request).await.1[9..12].to_owned()
}

/// Opens a WebSocket with these headers.
async fn open(address: SocketAddr, path: &str, headers: &str) -> WebSocketStream<TcpStream> {
    let (socket, head) = head_of(address, &format!("GET {path} HTTP/1.1\r\n{headers}{UPGRADE}\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{path}: {head}");
    ClientBuilder::new().take_over(socket)
}

/// The registry's routes in an app of somebody else's, until the test ends.
async fn nested(registry: &Registry) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = registry.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}
