//! A server for tests of its wire: the actor, and clients that know nothing but bytes.

// Each test file uses a part of it.
#![allow(dead_code, missing_docs, unreachable_pub)]
// Actions take `self` and own their arguments, whether they need to or not.
#![allow(clippy::unused_self, clippy::needless_pass_by_value)]

use std::{
    collections::{BTreeSet, HashMap},
    io,
    net::SocketAddr,
    sync::Mutex,
    time::Duration,
};

use callboard::{Limits, prelude::*, wire::Encoding};
use futures_util::StreamExt as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_websockets::{ClientBuilder, Message, WebSocketStream};

#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    name: String,
}

#[derive(Debug)]
pub struct Visitor {
    name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Noted {
    text: String,
}

#[derive(Debug, thiserror::Error, ActorError)]
pub enum DeskError {
    #[error("{name} may not come in")]
    Banned { name: String },
    #[error("page {page} is missing")]
    PageMissing { page: u32 },
}

/// Takes notes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Desk {
    notes: Vec<String>,
}

#[actor(events(Noted))]
impl Desk {
    #[on_before_connect]
    fn admit(&self, params: Option<Entry>) -> Result<Visitor, DeskError> {
        match params {
            None => Ok(Visitor { name: "nobody".to_owned() }),
            Some(Entry { name }) if name == "banned" => Err(DeskError::Banned { name }),
            Some(Entry { name }) => Ok(Visitor { name }),
        }
    }

    #[action]
    fn note(&mut self, ctx: &Ctx<Self>, text: String) -> usize {
        ctx.broadcast(&Noted { text: text.clone() });
        self.notes.push(text);
        self.notes.len()
    }

    /// Tells everybody, and keeps nothing.
    #[action]
    fn shout(&self, ctx: &Ctx<Self>, text: String) {
        ctx.broadcast(&Noted { text });
    }

    #[action]
    async fn note_slowly(&mut self, ms: u64, text: String) -> usize {
        BEGUN.lock().expect("nobody panics with it").insert(text.clone());
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.notes.push(text);
        self.notes.len()
    }

    #[action]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    #[action]
    fn who(&self, ctx: &Ctx<Self>) -> Option<String> {
        ctx.conn().map(|conn| conn.state().name.clone())
    }

    #[action]
    fn here(&self, ctx: &Ctx<Self>) -> usize {
        ctx.conns().count()
    }

    #[action]
    fn page(&self, page: u32) -> Result<String, DeskError> {
        Err(DeskError::PageMissing { page })
    }

    #[action]
    fn fail(&self) -> Result<(), io::Error> {
        Err(io::Error::other("SECRET: the password is swordfish"))
    }

    #[action]
    fn blank(&self, bytes: usize) -> String {
        " ".repeat(bytes)
    }
}

/// What `note_slowly` was called with, in this process.
static BEGUN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Waits until this is being noted slowly. Each test that waits has a text of its own.
pub async fn begun(text: &str) {
    until(async || BEGUN.lock().expect("nobody panics with it").contains(text)).await;
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(Limits::new()).await
    }

    pub async fn start_with(limits: Limits) -> Self {
        Self::host(Registry::new().in_memory().register::<Desk>().limits(limits)).await
    }

    pub async fn host(registry: Registry) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or(()) };
        let serving = registry.serve_listener(listener, stopped);
        let ended = tokio::spawn(async { serving.await.expect("it serves") });
        Self { address, stop: Some(stop), ended }
    }

    /// The routes of the registry in a server of somebody else's, which is all that stops with it.
    pub async fn nested(registry: &Registry) -> Self {
        Self::behind(registry.router()).await
    }

    /// An app of somebody else's.
    pub async fn behind(app: axum::Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or(()) };
        let serving = axum::serve(listener, app).with_graceful_shutdown(stopped);
        let ended = tokio::spawn(async { serving.await.expect("it serves") });
        Self { address, stop: Some(stop), ended }
    }

    /// Tells the server to stop.
    pub fn stop(&mut self) {
        self.stop.take().expect("it was not told before").send(()).expect("it runs");
    }

    pub async fn ended(self) {
        self.ended.await.expect("it ends without a panic");
    }

    /// Sends a request and reads its answer.
    pub async fn http(&self, request: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut socket = TcpStream::connect(self.address).await.expect("it listens");
        let mut head = vec![format!("{request} HTTP/1.1"), "connection: close".to_owned()];
        if !headers.iter().any(|(name, _)| *name == "host") {
            head.push("host: localhost".to_owned());
        }
        head.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !headers.iter().any(|(name, _)| *name == "transfer-encoding") {
            head.push(format!("content-length: {}", body.len()));
        }
        let head = head.join("\r\n") + "\r\n\r\n";
        socket.write_all(&[head.as_bytes(), body].concat()).await.expect("it reads");
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.expect("it answers");
        Reply::parse(&bytes)
    }

    /// Calls an action of the actor `test` in JSON.
    pub async fn call(&self, action: &str, args: &str) -> Reply {
        let request = format!("POST /gateway/desk/action/{action}?{}", desk("test"));
        self.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await
    }

    /// Opens a WebSocket, and returns the response's head as well.
    pub async fn open(&self, path: &str, protocols: &str) -> (WebSocketStream<TcpStream>, String) {
        let mut socket = TcpStream::connect(self.address).await.expect("it listens");
        let protocols = if protocols.is_empty() {
            String::new()
        } else {
            format!("sec-websocket-protocol: {protocols}\r\n")
        };
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{UPGRADE}{protocols}\r\n");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(socket.read_u8().await.expect("it answers"));
        }
        (ClientBuilder::new().take_over(socket), String::from_utf8(answer).expect("a head is text"))
    }

    /// Connects to the actor `test`.
    pub async fn connect(&self, encoding: Encoding) -> WebSocketStream<TcpStream> {
        let protocols = format!("rivet, rivet_encoding.{}", encoding.name());
        self.open(&format!("/gateway/desk/connect?{}", desk("test")), &protocols).await.0
    }
}

pub const UPGRADE: &str = "connection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The address of the desk of this key, which is made if need be.
pub fn desk(key: &str) -> String {
    format!(
        "rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key={key}&rvt-crash-policy=sleep"
    )
}

/// The answer to a request.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("there is a head");
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.get(9..12)).and_then(|code| code.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.expect("there is a status"),
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// `group.code` of an error in JSON.
    pub fn error(&self) -> String {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        format!("{}.{}", text("group"), text("code"))
    }
}

/// The next message that is not a control frame.
pub async fn next(socket: &mut WebSocketStream<TcpStream>) -> Message {
    let next = async {
        loop {
            let message = socket.next().await.expect("a message").expect("no error");
            if !message.is_ping() {
                return message;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), next).await.expect("a message in time")
}

/// The next message as JSON.
pub async fn next_json(socket: &mut WebSocketStream<TcpStream>) -> serde_json::Value {
    let message = next(socket).await;
    let text = message.as_text().unwrap_or_else(|| panic!("{message:?} is not text"));
    serde_json::from_str(text).expect("it is JSON")
}

/// The close that comes next.
pub async fn next_close(socket: &mut WebSocketStream<TcpStream>) -> (u16, String) {
    let message = next(socket).await;
    let (code, reason) = message.as_close().unwrap_or_else(|| panic!("{message:?} is not a close"));
    (code.into(), reason.to_owned())
}

/// Waits for something to become true.
pub async fn until<F: Future<Output = bool>>(mut what: impl FnMut() -> F) {
    for _ in 0..500 {
        if what().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never happened");
}
