//! No line of the log is written by a stranger, and nobody fills it: what came from outside is escaped and cut, in the format
//! of text that people read, and panics of one action are summarised.

mod gateway;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use callboard::{Body, RawSocket, prelude::*};
use futures_util::SinkExt as _;
use gateway::{Server, until};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_websockets::Message;

/// Begins a line, moves the cursor up, turns text around, and so on.
const FORGED: &str = "x\r\nFORGED\u{1b}[1A\u{85}FORGED\u{2028}FORGED\u{2029}FORGED\u{202e}FORGED\u{9b}FORGED";

/// Everything that was logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics with it").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panics with it").clone()).expect("it is text")
    }

    fn lines_with(&self, text: &str) -> usize {
        self.text().lines().filter(|line| line.contains(text)).count()
    }
}

fn log() -> &'static Log {
    static LOG: LazyLock<Log> = LazyLock::new(|| {
        let log = Log::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        count_panics();
        log
    });
    &LOG
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    text: String,
}

/// Repeats what it is told, where a log may have it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Parrot {
    heard: u32,
}

fn failure(text: &str) -> Result<(), io::Error> {
    Err(io::Error::other(text.to_owned()))
}

#[actor(events(Said), queues(Said))]
impl Parrot {
    #[on_create]
    fn hatch(_ctx: &Ctx<Self>, input: Option<String>) -> Result<Self, io::Error> {
        if let Some(text) = input {
            failure(&text)?;
        }
        Ok(Self::default())
    }

    #[on_before_connect]
    fn admit(&self, params: Option<String>) -> Result<(), io::Error> {
        params.map_or(Ok(()), |text| failure(&text))
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), io::Error> {
        match ctx.queue::<Said>().next().await {
            Some(said) => failure(&said.body.text),
            None => Ok(()),
        }
    }

    #[on_subscribe(Said)]
    fn may_listen(&self) -> Result<(), io::Error> {
        failure(FORGED)
    }

    #[on_disconnect]
    fn leave(&mut self) {
        panic!("{FORGED}");
    }

    #[action]
    fn fail(&self, text: String) -> Result<(), io::Error> {
        failure(&text)
    }

    #[action]
    async fn fail_later(&mut self, text: String) -> Result<(), io::Error> {
        failure(&text)
    }

    #[action]
    fn pass_on(&self, text: String) -> Result<(), Fault> {
        Err(Fault::new("app", "repeated", text))
    }

    #[action]
    fn burst(&mut self, text: String) {
        panic!("{text}");
    }

    #[action]
    async fn burst_later(&self, text: String) {
        tokio::task::yield_now().await;
        panic!("{text}");
    }

    #[action]
    fn burst_by_schedule(&mut self, ctx: &Ctx<Self>, text: String) {
        ctx.after(Duration::ZERO, ParrotAction::Fail { text }).expect("it can be scheduled");
    }

    #[on_request]
    fn answer(&self, request: http::Request<Body>) -> Result<(), io::Error> {
        failure(&format!("{FORGED} {}", request.uri()))
    }

    #[on_websocket]
    async fn chat(_ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), io::Error> {
        match socket.recv().await {
            Some(message) => failure(message.as_text().unwrap_or_default()),
            None => Ok(()),
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn no_stranger_writes_a_line_of_the_log() {
    let log = log();
    let registry = Registry::new().in_memory().register::<Parrot>().control("0123456789abcdef");
    let server = Server::host(registry).await;
    let text = encoded(FORGED);
    let address = format!("rvt-namespace=default&rvt-method=getOrCreate&rvt-key={text}");
    let args = serde_json::json!({ "args": [FORGED] }).to_string();
    let json_text = serde_json::json!(FORGED).to_string();
    // JSON, whose escapes keep it within a header.
    let params: String = json_text
        .chars()
        .map(|char| match char {
            '\0'..='\u{7f}' => char.to_string(),
            char => format!("\\u{:04x}", u32::from(char)),
        })
        .collect();
    let params = ("x-rivet-conn-params", params.as_str());

    for action in ["fail", "failLater", "passOn", "burst", "burstLater", "burstBySchedule", &text] {
        let request = format!("POST /gateway/parrot/action/{action}?{address}");
        server.http(&request, &[], args.as_bytes()).await;
        server.http(&request, &[params], args.as_bytes()).await;
        server.http(&request, &[], json_text.as_bytes()).await;
    }
    let input = serde_json::json!({ "name": "parrot", "key": FORGED, "input": json_text }).to_string();
    let name = serde_json::json!({ "name": FORGED, "key": FORGED }).to_string();
    let queued = serde_json::json!({ "body": { "text": FORGED }, "name": FORGED }).to_string();
    for (request, body) in [
        (format!("PUT /actors?name={text}"), &input),
        ("PUT /actors".to_owned(), &name),
        ("POST /actors".to_owned(), &input),
        (format!("GET /actors?name=parrot&key={text}"), &args),
        (format!("GET /actors?actor_ids={text}"), &args),
        (format!("GET /actors?name={text}"), &args),
        (format!("DELETE /actors/{text}"), &args),
        (format!("GET /gateway/{text}/health?{address}"), &args),
        (format!("GET /gateway/{text}@{text}/metadata"), &args),
        (format!("POST /gateway/parrot/queue/said?{address}"), &queued),
        (format!("POST /gateway/parrot/queue/{text}?{address}"), &queued),
        (format!("GET /gateway/parrot/request/{text}?{address}&a={text}"), &args),
        (format!("GET /gateway/parrot/{text}?{address}"), &args),
        (format!("GET /{text}"), &args),
        (format!("FORGED-{} /health", "M".repeat(5000)), &args),
        // As it is, for those of its characters that a request's line can carry.
        ("GET /gateway/parrot/request/\u{2028}FORGED\u{202e}".to_owned(), &args),
    ] {
        let hostile = [("x-rivet-token", "FORGED\u{202e}"), ("user-agent", "FORGED\u{2028}")];
        ask(&server, &request, &hostile, body.as_bytes()).await;
    }
    for header in ["origin", "host", "x-rivet-actor", "x-rivet-encoding", "forwarded", "traceparent"] {
        ask(&server, "GET /health", &[(header, "http://x\u{2028}FORGED\u{85}\u{202e}")], b"").await;
    }

    let protocols = "rivet, rivet_encoding.json";
    let (mut conn, _) = server.open(&format!("/gateway/parrot/connect?{address}"), protocols).await;
    for frame in [
        serde_json::json!({ "body": { "tag": "ActionRequest", "val": { "id": 1, "name": FORGED, "args": [] } } }),
        serde_json::json!({ "body": { "tag": "ActionRequest", "val": { "id": 2, "name": "fail", "args": [FORGED] } } }),
        serde_json::json!({ "body": { "tag": "SubscriptionRequest", "val": { "eventName": FORGED, "subscribe": true } } }),
        serde_json::json!({ "body": { "tag": "SubscriptionRequest", "val": { "eventName": "said", "subscribe": true } } }),
        serde_json::json!({ "body": FORGED }),
    ] {
        // What is none ends the connection, and what was asked before is then not asked any more.
        if frame["body"].is_string() {
            until(async || log.text().contains("hook=\"on_subscribe\"")).await;
        }
        let _ = conn.send(Message::text(frame.to_string())).await;
    }
    drop(conn);
    let (mut socket, _) = server.open(&format!("/gateway/parrot/websocket/{text}?{address}"), "rivet").await;
    let _ = socket.send(Message::text(FORGED.to_owned())).await;

    for hook in ["run", "on_disconnect", "on_websocket", "on_subscribe", "on_request", "on_before_connect"] {
        // A hook that nobody waits for is told of a little later.
        let is_told = format!("hook=\"{hook}\"");
        until(async || log.text().contains(&is_told)).await;
    }
    until(async || log.lines_with("schedule=") > 0).await;
    let text = log.text();
    assert!(text.matches("FORGED").count() > 100, "the log tells of it");
    for line in text.lines() {
        let is_ours = line.len() > 28 && line.starts_with("20") && line.as_bytes()[26] == b'Z';
        assert!(is_ours, "a line that nobody of us has written: {line:?}");
        let hidden: Vec<_> = line
            .chars()
            .filter(|char| char.is_control() || "\u{2028}\u{2029}\u{202e}".contains(*char))
            .collect();
        assert!(hidden.is_empty(), "{hidden:?} in {line:?}");
    }
}

#[tokio::test]
async fn a_text_that_is_long_is_cut() {
    let log = log();
    let server = Server::host(Registry::new().in_memory().register::<Parrot>()).await;
    let long = format!("LONG{}", "\n".repeat(20_000));
    let args = serde_json::json!({ "args": [long] }).to_string();
    let address = "rvt-namespace=default&rvt-method=getOrCreate&rvt-key=long";
    for action in ["fail", "passOn", "burst", "burstLater"] {
        server.http(&format!("POST /gateway/parrot/action/{action}?{address}"), &[], args.as_bytes()).await;
    }
    until(async || log.lines_with("LONG") >= 3).await;
    let text = log.text();
    let longest = text.lines().filter(|line| line.contains("LONG")).map(str::len).max();
    assert!(longest < Some(3000), "{longest:?} bytes in a line");
}

/// Hears of panics as the hook of a process does that reports crashes.
static HEARD: AtomicUsize = AtomicUsize::new(0);

/// Before any server has put its own hook before it.
fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str().is_some_and(|text| text.starts_with("COUNTED")) {
            HEARD.fetch_add(1, Ordering::SeqCst);
        } else {
            before(info);
        }
    }));
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Bomb;

#[actor]
impl Bomb {
    #[action]
    fn tick(&mut self) {
        panic!("COUNTED tick");
    }

    #[action]
    async fn tock(&self) {
        tokio::task::yield_now().await;
        panic!("COUNTED tock");
    }
}

#[tokio::test]
async fn panics_of_one_action_are_one_line_and_the_hook_hears_of_the_first() {
    let log = log();
    let server = Server::host(Registry::new().in_memory().register::<Bomb>()).await;
    let address = "rvt-namespace=default&rvt-method=getOrCreate&rvt-key=";
    let mut ids = std::collections::BTreeSet::new();
    for action in ["tick", "tock"] {
        for number in 0..200 {
            // On one actor after the other: it is one action all the same.
            let request = format!("POST /gateway/bomb/action/{action}?{address}{}", number % 10);
            let reply = server.http(&request, &[], b"{\"args\":[]}").await;
            assert_eq!(reply.error(), "rivetkit.internal_error");
            ids.insert(reply.json()["metadata"]["errorId"].as_str().expect("it has one").to_owned());
        }
    }
    let panics: Vec<_> =
        log.text().lines().filter(|line| line.contains("COUNTED")).map(str::to_owned).collect();
    // More only if this takes longer than ten seconds.
    assert!((2..=6).contains(&panics.len()), "{panics:#?}");
    assert_eq!(ids.len(), panics.len());
    for id in ids {
        assert!(panics.iter().any(|line| line.contains(&id)), "every id is in the log");
    }
    assert_eq!(HEARD.load(Ordering::SeqCst), 2, "of each the first");
    let elsewhere = || drop(std::panic::catch_unwind(|| panic!("COUNTED elsewhere")));
    elsewhere();
    elsewhere();
    assert_eq!(HEARD.load(Ordering::SeqCst), 4, "of panics that are no actor's, all");
}

/// Every value that is formatted for the log goes through `shown`: see `runtime/src/util/shown.rs`.
#[test]
fn no_macro_of_the_log_formats_a_value_by_itself() {
    let mut calls = 0;
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&path).expect("it can be read");
        assert!(
            path.ends_with("shown.rs") || !text.contains("field::display"),
            "{}: take `shown`",
            path.display()
        );
        assert!(!text.contains("field::debug"), "{}: take `shown`", path.display());
        for level in ["trace!", "debug!", "info!", "warn!", "error!", "event!", "span!"] {
            for (at, _) in text.match_indices(level) {
                let call = arguments(&text[at + level.len()..]);
                if !text[..at].ends_with("log::") {
                    continue;
                }
                calls += 1;
                let code: String = call.split('"').step_by(2).collect();
                let sigil =
                    code.split([',', '(', '=']).find(|part| part.trim_start().starts_with(['%', '?']));
                assert_eq!(sigil, None, "{}: take `shown` in {call}", path.display());
            }
        }
    }
    assert!(calls > 40, "{calls}");
}

/// What is between the parentheses.
fn arguments(text: &str) -> &str {
    let mut depth = 0;
    for (at, char) in text.char_indices() {
        match char {
            '(' => depth += 1,
            ')' if depth == 1 => return &text[..at],
            ')' => depth -= 1,
            _ => {}
        }
    }
    text
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(directory).expect("it is there").map(|entry| entry.expect("it can be read").path());
    entries
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => rust_files(&path),
            Some(rs) if rs == "rs" => vec![path],
            _ => vec![],
        })
        .collect()
}

/// Sends a request that may be too broken to be answered.
async fn ask(server: &Server, request: &str, headers: &[(&str, &str)], body: &[u8]) {
    let length = body.len().to_string();
    let mut lines = vec![("connection", "close"), ("content-length", length.as_str())];
    if headers.iter().all(|(name, _)| *name != "host") {
        lines.push(("host", "127.0.0.1"));
    }
    let lines = lines.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n"));
    let head = format!("{request} HTTP/1.1\r\n{}", lines.collect::<String>());
    let mut socket = TcpStream::connect(server.address).await.expect("it listens");
    let _ = socket.write_all(&[head.as_bytes(), b"\r\n", body].concat()).await;
    let _ = socket.read_to_end(&mut Vec::new()).await;
}
