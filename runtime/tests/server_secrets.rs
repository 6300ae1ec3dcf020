//! What stays inside: nothing internal in any byte that a client gets, and nothing of a client's secrets in any line
//! of the log, at any level.

mod gateway;

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use callboard::{prelude::*, wire::Encoding};
use futures_util::{SinkExt as _, StreamExt as _};
use gateway::{Server, desk};
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

#[actor]
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
        let nonsense = if encoding.is_text() { Message::text(SECRET) } else { Message::binary(SECRET) };
        let _ = socket.send(nonsense).await;
        while let Some(Ok(message)) = socket.next().await {
            said.extend_from_slice(message.as_payload());
        }
    }
    said
}

#[tokio::test]
async fn nothing_internal_reaches_a_client_and_no_secret_of_a_client_the_log() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).expect("there is no other");
    let server = Server::host(Registry::new().in_memory().register::<Mole>()).await;
    for encoding in [Encoding::Json, Encoding::Cbor, Encoding::Bare] {
        let said = provoke(&server, encoding).await;
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("internal_error"), "it failed, as it was to: {said}");
        for inside in [INSIDE, "/var/lib", "SELECT", "server_secrets.rs", "panicked", "Some details"] {
            assert!(!said.contains(inside), "{inside} in {encoding:?}: {said}");
        }
    }
    let log = log.0.lock().expect("nobody panicked with it");
    assert!(log.contains(INSIDE), "the log has what clients have not:\n{log}");
    assert!(log.contains("DEBUG") || log.contains("TRACE"), "and all levels of it");
    let leaks: Vec<_> = log.lines().filter(|line| line.contains(SECRET)).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}
