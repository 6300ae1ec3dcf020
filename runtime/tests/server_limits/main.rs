//! Each limit over a real socket: what is at it passes, what is one past it is refused, and nothing else happens.

mod buffered;
mod connections;
#[path = "../gateway/mod.rs"]
mod gateway;
mod messages;
mod openings;
mod pace;
mod slow_link;
mod told;

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callboard::{Limits, prelude::*, wire::Encoding};
use futures_util::{SinkExt as _, StreamExt as _, future::select_all};
use gateway::{Desk, Reply, Server, UPGRADE, desk, next, next_close, next_json, until};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_websockets::{Message, WebSocketStream};

type Socket = WebSocketStream<TcpStream>;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Red;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Green;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Blue(String);

/// Publishes more events than one may listen to, and is slow to let anybody in.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lamp;

#[actor(events(Red, Green, Blue))]
impl Lamp {
    #[on_before_connect]
    async fn admit(&self, params: Option<u64>) {
        sleep(Duration::from_millis(params.unwrap_or_default())).await;
    }

    /// Whether it could be sent.
    #[action]
    fn shine(&self, ctx: &Ctx<Self>, length: usize) -> Option<String> {
        ctx.broadcast(&Red);
        ctx.broadcast(&Green);
        ctx.try_broadcast(&Blue("x".repeat(length))).err().map(|error| error.to_string())
    }

    /// Any value at all.
    #[action]
    fn keep(&self, _value: Value) -> bool {
        true
    }
}

async fn lamp(limits: Limits) -> Server {
    Server::host(Registry::new().in_memory().register::<Lamp>().register::<Desk>().limits(limits)).await
}

fn address(actor: &str, rest: &str) -> String {
    format!("/gateway/{actor}{rest}?{}", desk("test"))
}

async fn open(server: &Server, actor: &str) -> Socket {
    server.open(&address(actor, "/connect"), "rivet").await.0
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.expect("it is open");
}

fn call(id: u64, name: &str, args: &Value) -> Value {
    json!({ "body": { "tag": "ActionRequest", "val": { "id": id, "name": name, "args": args } } })
}

fn subscribe(event: &str) -> Value {
    json!({ "body": { "tag": "SubscriptionRequest", "val": { "eventName": event, "subscribe": true } } })
}

/// What of a message is of interest.
async fn hear(socket: &mut Socket) -> Value {
    let message = next_json(socket).await;
    let val = &message["body"]["val"];
    match message["body"]["tag"].as_str().expect("a tag") {
        "Error" => json!([val["actionId"][1], val["code"]]),
        "ActionResponse" => json!([val["id"][1], val["output"]]),
        "Event" => val["name"].clone(),
        other => json!(other),
    }
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.error())
}

async fn open_lamp(server: &Server) -> Socket {
    let mut socket = open(server, "lamp").await;
    assert_eq!(hear(&mut socket).await, json!("Init"));
    socket
}

/// A connection to the desk whose frames are written by hand; its first frame is read.
async fn raw(server: &Server) -> TcpStream {
    let mut socket = TcpStream::connect(server.address).await.expect("it listens");
    let head = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\n{UPGRADE}sec-websocket-protocol: rivet, rivet_encoding.bare\r\n\r\n",
        address("desk", "/connect")
    );
    socket.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.expect("it answers"));
    }
    socket.read_u8().await.expect("a frame");
    let length = socket.read_u8().await.expect("its length");
    socket.read_exact(&mut vec![0; usize::from(length)]).await.expect("its payload");
    socket
}

/// What else it says before it ends.
async fn rest_of(mut socket: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    // A reset is an end too.
    let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut said)).await.expect("it ends");
    drop(read);
    said
}
