//! What stays inside: nothing internal in any byte that a client gets, and nothing of a client's secrets in any line
//! of the log, at any level. Nor can secrets be guessed from the length of what is sent: nothing is compressed.

mod gateway;

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
    time::Duration,
};

use callboard::{prelude::*, wire::Encoding};
use futures_util::{SinkExt as _, StreamExt as _};
use gateway::{Server, UPGRADE, desk};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_websockets::Message;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// In what the actor and its store know, and no client may.
const INSIDE: &str = "CANARY-INSIDE";
/// In what a client passes, and no log may have.
const SECRET: &str = "CANARY-SECRET";

/// Fails in every way there is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mole;

#[actor(events(Overheard), queues(Whisper))]
impl Mole {
    #[on_before_connect]
    fn admit(&self, params: Option<Vec<String>>) -> Result<(), std::io::Error> {
        match params.unwrap_or_default().first().map(String::as_str) {
            Some("panic") => panic!("{INSIDE} in a hook"),
            Some("fail") => Err(std::io::Error::other(format!("no such file: /var/lib/{INSIDE}/key.pem"))),
            _ => Ok(()),
        }
    }

    #[action]
    fn path(&self) -> Result<(), std::io::Error> {
        Err(std::io::Error::other(format!("no such file: /var/lib/{INSIDE}/key.pem")))
    }

    #[action]
    fn sql(&mut self) -> callboard::Result<()> {
        Err(callboard::Error::msg(format!("SELECT password FROM users WHERE name = '{INSIDE}'")))
    }

    #[action]
    fn crash(&self) {
        panic!("{INSIDE} in a read");
    }

    #[action]
    async fn crash_later(&mut self) {
        tokio::task::yield_now().await;
        panic!("{INSIDE} in a write");
    }

    #[action]
    fn keep(&self, secret: String) -> String {
        secret
    }

    /// Does with a secret whatever can be done with one.
    #[action]
    fn spread(&mut self, ctx: &Ctx<Self>, secret: String) -> Result<String, Told> {
        ctx.broadcast(&Overheard { secret: secret.clone() });
        if let Some(conn) = ctx.conn() {
            conn.send(&Overheard { secret: secret.clone() });
        }
        let message = Whisper { secret: secret.clone() };
        let _ = ctx.queue::<Whisper>().send(message);
        let later = MoleAction::Keep { secret: secret.clone() };
        ctx.after(std::time::Duration::ZERO, later).expect("it can be scheduled");
        if secret.ends_with('!') { Err(Told { secret }) } else { Ok(secret) }
    }

    #[on_request]
    async fn answer(&self, request: http::Request<callboard::Body>) -> http::Response<callboard::Body> {
        http::Response::new(request.into_body())
    }

    #[on_websocket]
    async fn echo(_ctx: Ctx<Self>, mut socket: callboard::RawSocket) {
        while let Some(message) = socket.recv().await {
            let _ = socket.send(message).await;
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Overheard {
    secret: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Whisper {
    secret: String,
}

/// A declared error: its text is for the client.
#[derive(Debug, thiserror::Error, ActorError)]
#[error("it is {secret}")]
struct Told {
    secret: String,
}

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn write(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(format!("{} {} {}", metadata.level(), metadata.target(), metadata.name()));
        record(&mut fields);
        let mut log = self.0.lock().expect("nobody panics with it");
        log.push_str(&fields.0);
        log.push('\n');
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata(), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        self.0.lock().expect("nobody panics with it").push_str(&fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// All that the server says to a client with secrets that does everything wrong, in one encoding.
async fn provoke(server: &Server, encoding: Encoding) -> Vec<u8> {
    let mut said = Vec::new();
    let query = format!("{}&rvt-token={SECRET}", desk("one"));
    let (token, bearer) = (SECRET, format!("Bearer {SECRET}"));
    let (right, wrong) = (format!("[\"{SECRET}\"]"), format!("{{\"{SECRET}\": 1}}"));
    for params in [&right, &wrong, SECRET, r#"["panic"]"#, r#"["fail"]"#] {
        let headers = [
            ("x-rivet-encoding", encoding.name()),
            ("x-rivet-token", token),
            ("authorization", &bearer),
            ("cookie", token),
            ("x-rivet-conn-params", params),
        ];
        for action in ["path", "sql", "crash", "crashLater", "keep", "nope"] {
            let request = format!("POST /gateway/mole/action/{action}?{query}");
            let args: Vec<u8> = match encoding {
                Encoding::Json => br#"{"args":[]}"#.to_vec(),
                Encoding::Cbor => b"\xa1\x64args\x80".to_vec(),
                Encoding::Bare => b"\x04\x00\x01\x80".to_vec(),
            };
            let reply = server.http(&request, &headers, &args).await;
            said.extend(format!("{:?}", reply.headers).bytes());
            said.extend(reply.body);
        }
        let encoded = percent_encoding::percent_encode(params.as_bytes(), percent_encoding::NON_ALPHANUMERIC);
        let protocols = format!(
            "rivet, rivet_encoding.{}, rivet_token.{SECRET}, rivet_conn_params.{encoded}",
            encoding.name()
        );
        let (mut socket, head) = server.open(&format!("/gateway/mole/connect?{query}"), &protocols).await;
        said.extend(head.bytes());
        for (id, action) in ["path", "sql", "crash", "crashLater", "keep", SECRET].into_iter().enumerate() {
            let call = callboard::wire::ToServer::ActionRequest {
                id: id as u64,
                name: action.to_owned(),
                args: if encoding == Encoding::Json { b"[]".to_vec() } else { b"\x80".to_vec() }.into(),
            };
            let call = call.encode(encoding).expect("it can be encoded");
            let message = if encoding.is_text() { Message::text(call) } else { Message::binary(call) };
            // A connection that was refused takes nothing.
            let _ = socket.send(message).await;
        }
        let event = "overheard".to_owned();
        let subscribe = callboard::wire::ToServer::SubscriptionRequest { event, subscribe: true };
        let spread = |id, secret: &str| callboard::wire::ToServer::ActionRequest {
            id,
            name: "spread".to_owned(),
            args: callboard::wire::to_bytes(encoding.format(), &[secret]).expect("it can be encoded"),
        };
        // What fits, and what does not.
        for message in
            [subscribe, spread(10, SECRET), spread(11, &format!("{SECRET}!")), wrong_args(encoding)]
        {
            let message = message.encode(encoding).expect("it can be encoded");
            let _ = socket
                .send(if encoding.is_text() { Message::text(message) } else { Message::binary(message) })
                .await;
        }
        let nonsense = if encoding.is_text() { Message::text(SECRET) } else { Message::binary(SECRET) };
        let _ = socket.send(nonsense).await;
        while let Some(Ok(message)) = socket.next().await {
            said.extend_from_slice(message.as_payload());
        }
    }
    said
}

/// A secret where a number of them is wanted.
fn wrong_args(encoding: Encoding) -> callboard::wire::ToServer {
    let args =
        callboard::wire::to_bytes(encoding.format(), &[Some(SECRET), None]).expect("it can be encoded");
    callboard::wire::ToServer::ActionRequest { id: 12, name: "keep".to_owned(), args }
}

/// Secrets everywhere else that a client can put some: queries, bodies, raw sockets, addresses, inputs.
async fn spread_over_http(server: &Server) {
    let query = format!("{}&rvt-token={SECRET}&password={SECRET}", desk("one"));
    let json = |value: serde_json::Value| value.to_string().into_bytes();
    let args = json(serde_json::json!({ "args": [SECRET] }));
    let reply = server.http(&format!("POST /gateway/mole/action/spread?{query}"), &[], &args).await;
    assert_eq!((reply.status, reply.json()["output"].as_str()), (200, Some(SECRET)));
    let id = reply.headers["x-rivet-actor"].clone();
    let twice = json(serde_json::json!({ "args": [[SECRET], 7] }));
    for (request, body) in [
        (format!("POST /gateway/mole/action/spread?{query}"), &twice),
        (format!("POST /gateway/{id}@{SECRET}/action/spread"), &args),
        (format!("POST /gateway/nobody@{SECRET}/action/spread"), &args),
        (
            format!("POST /gateway/mole/queue/whisper?{query}"),
            &json(serde_json::json!({ "body": { "secret": SECRET } })),
        ),
        (format!("POST /gateway/mole/queue/whisper?{query}"), &json(serde_json::json!({ "body": [SECRET] }))),
        (format!("POST /gateway/mole/request/x?{query}"), &SECRET.as_bytes().to_vec()),
        (format!("GET /health?{SECRET}"), &Vec::new()),
        (format!("GET /nowhere?{SECRET}"), &Vec::new()),
        (
            format!("PUT /actors?token={SECRET}"),
            &json(serde_json::json!({ "name": SECRET, "key": "k", "input": SECRET })),
        ),
        (format!("PUT /actors?token={SECRET}"), &SECRET.as_bytes().to_vec()),
    ] {
        server.http(&request, &[("authorization", SECRET), ("x-rivet-token", SECRET)], body).await;
    }
    let protocols = format!("rivet, rivet_token.{SECRET}, rivet_conn_params.%5B%22{SECRET}%22%5D");
    let (mut socket, _) = server.open(&format!("/gateway/mole/websocket/x?{query}"), &protocols).await;
    socket.send(Message::text(SECRET)).await.expect("it is open");
    assert_eq!(gateway::next(&mut socket).await.as_text(), Some(SECRET));
}

/// And those of clients in this process.
async fn spread_in_this_process(client: Client) {
    let mole = client.get_or_create::<Mole>("two");
    assert_eq!(mole.spread(SECRET.to_owned()).await.expect("it may"), SECRET);
    mole.send(Whisper { secret: SECRET.to_owned() }).await.expect("there is room");
    mole.tell(MoleAction::Keep { secret: SECRET.to_owned() }).await.expect("there is room");
    let conn = mole.connect(Some(vec![SECRET.to_owned()]));
    let heard = conn.on(|_: Overheard| {});
    assert!(conn.spread(format!("{SECRET}!")).await.is_err());
    heard.unsubscribe();
}

#[tokio::test]
async fn nothing_internal_reaches_a_client_and_no_secret_of_a_client_the_log() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).expect("there is no other");
    let registry = Registry::new().in_memory().register::<Mole>();
    let client = registry.client();
    let server = Server::host(registry).await;
    for encoding in [Encoding::Json, Encoding::Cbor, Encoding::Bare] {
        let said = provoke(&server, encoding).await;
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("internal_error"), "it failed, as it was to: {said}");
        for inside in [INSIDE, "/var/lib", "SELECT", "server_secrets.rs", "panicked", "Some details"] {
            assert!(!said.contains(inside), "{inside} in {encoding:?}: {said}");
        }
    }
    spread_over_http(&server).await;
    spread_in_this_process(client).await;
    let log = log.0.lock().expect("nobody panicked with it");
    for of_ours in ["callboard::access", "callboard::request", "callboard::action", "callboard::event"] {
        assert!(log.contains(of_ours), "the log has nothing of {of_ours}");
    }
    assert!(log.contains(INSIDE), "the log has what clients have not:\n{log}");
    assert!(log.contains("DEBUG") || log.contains("TRACE"), "and all levels of it");
    let leaks: Vec<_> = log.lines().filter(|line| line.contains(SECRET)).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[tokio::test]
async fn nothing_is_compressed_in_a_response_whatever_the_client_takes() {
    let server = Server::host(Registry::new().in_memory().register::<Mole>()).await;
    let call = format!("POST /gateway/mole/action/keep?{}", desk("test"));
    let body = format!("{{\"args\":[\"{}\"]}}", "x".repeat(50_000));
    for encodings in ["gzip", "gzip, deflate, br, zstd", "*;q=1", "identity;q=0, gzip"] {
        let with = [("accept-encoding", encodings), ("te", "gzip, trailers")];
        let reply = server.http(&call, &with, body.as_bytes()).await;
        assert_eq!((reply.status, reply.json()["output"].as_str().map(str::len)), (200, Some(50_000)));
        for request in [&call, "GET /metadata", "GET /health", "GET /nope", "PUT /actors?namespace=default"] {
            let reply = server.http(request, &with, b"{").await;
            for header in ["content-encoding", "transfer-encoding"] {
                assert!(!reply.headers.contains_key(header), "{request}: {reply:?}");
            }
            reply.json();
        }
    }
    // Nor is what comes in: a small body could become one that no limit has seen.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xabV*J,\x2fV\xb2\x8aV\x8a\x8d\xad\x05\x00";
    let reply = server.http(&call, &[("content-encoding", "gzip")], gzip).await;
    assert_eq!(reply.status, 415, "{reply:?}");
}

#[tokio::test]
async fn nothing_is_compressed_on_a_connection_whatever_the_client_offers() {
    let server = Server::host(Registry::new().in_memory().register::<Mole>()).await;
    for offer in [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits; server_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate, permessage-bzip2",
    ] {
        let mut socket = TcpStream::connect(server.address).await.expect("it listens");
        let head = format!(
            "GET /gateway/mole/connect?{} HTTP/1.1\r\nhost: localhost\r\n{UPGRADE}sec-websocket-extensions: {offer}\r\n\r\n",
            desk("test")
        );
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(socket.read_u8().await.expect("it answers"));
        }
        let answer = String::from_utf8(answer).expect("a head is text");
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        assert!(!answer.to_lowercase().contains("sec-websocket-extensions"), "{answer}");

        let text = "x".repeat(1000);
        let call = format!(
            r#"{{"body":{{"tag":"ActionRequest","val":{{"id":1,"name":"keep","args":["{text}"]}}}}}}"#
        );
        // A call as it is, then one that claims to be compressed: the first of the reserved bits. Both masked with zeros.
        let length = u16::try_from(call.len()).expect("short").to_be_bytes();
        for first in [0x81, 0xc1] {
            let frame = [&[first, 0xfe][..], &length, &[0; 4], call.as_bytes()].concat();
            socket.write_all(&frame).await.expect("it is open");
        }
        let mut said = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut said)).await;
        read.expect("it ends").expect("it is not reset");
        let (mut rest, mut frames) = (&said[..], Vec::new());
        while let [first, length, after @ ..] = rest {
            let (length, after) = match length {
                126 => (usize::from(u16::from_be_bytes([after[0], after[1]])), &after[2..]),
                length => (usize::from(*length), after),
            };
            frames.push((*first, &after[..length]));
            rest = &after[length..];
        }
        let [(0x81, _init), (0x81, answer), (0x88, close)] = frames[..] else { panic!("{said:?}") };
        assert!(String::from_utf8_lossy(answer).contains(&text));
        assert_eq!(&close[..2], 1002_u16.to_be_bytes(), "a protocol error");
    }
}
