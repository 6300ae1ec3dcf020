//! What the log tells: of requests, of what actors do for them, and of what goes wrong there.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod capture;
mod gateway;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
    time::Duration,
};

use callboard::{Body, RawSocket, prelude::*, store::MemoryStore, testing::FaultyStore, wire::Encoding};
use capture::{Capture, Line};
use futures_util::SinkExt as _;
use gateway::{Server, next, next_close, next_json, until};
use tokio_websockets::Message;
use tracing::Level;

/// One for all tests of this file: what they look for they find by ids, and by keys of their own.
fn log() -> &'static Capture {
    static LOG: LazyLock<Capture> = LazyLock::new(Capture::install);
    &LOG
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rung {
    times: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Job {
    name: String,
}

/// Fails wherever it can.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Bell {
    times: u32,
}

#[actor(events(Rung), queues(Job))]
impl Bell {
    #[on_before_connect]
    fn admit(&self, params: Option<String>) -> Result<(), std::io::Error> {
        match params.as_deref() {
            Some("broken") => Err(std::io::Error::other("no door")),
            _ => Ok(()),
        }
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        while let Some(job) = ctx.queue::<Job>().next().await {
            job.complete(()).await?;
        }
        Ok(())
    }

    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>) -> u32 {
        self.times += 1;
        ctx.broadcast(&Rung { times: self.times });
        self.times
    }

    #[action]
    fn ring_for_me(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        let _ = ctx;
        conn.send(&Rung { times: 0 });
    }

    #[action]
    fn crack(&self) -> Result<(), std::io::Error> {
        Err(std::io::Error::other("a crack"))
    }

    #[action]
    fn burst(&mut self) {
        panic!("a burst");
    }

    #[action]
    async fn burst_later(&mut self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        panic!("a late burst");
    }

    #[action]
    async fn crack_later(&self, ms: u64) -> Result<(), std::io::Error> {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Err(std::io::Error::other("a late crack"))
    }

    #[action]
    fn crack_at_once_by_schedule(&mut self, ctx: &Ctx<Self>) {
        ctx.after(Duration::ZERO, BellAction::Burst {}).unwrap();
    }

    #[on_request]
    fn answer(&self, request: http::Request<Body>) -> Result<String, std::io::Error> {
        match request.uri().path() {
            "/broken" => Err(std::io::Error::other("no clapper")),
            path => Ok(format!("you asked for {path}")),
        }
    }

    #[on_websocket]
    async fn socket(_ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), std::io::Error> {
        match socket.recv().await {
            Some(_) => Err(std::io::Error::other("no rope")),
            None => Ok(()),
        }
    }
}

async fn bell() -> Server {
    log();
    Server::host(Registry::new().in_memory().register::<Bell>()).await
}

fn query(key: &str) -> String {
    format!("rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}")
}

fn call(id: u64, name: &str, args: &str) -> Message {
    let args = args.as_bytes().to_vec().into();
    let call = callboard::wire::ToServer::ActionRequest { id, name: name.to_owned(), args };
    Message::text(call.encode(Encoding::Json).unwrap())
}

fn error_id(body: &serde_json::Value) -> &str {
    body["metadata"]["errorId"].as_str().unwrap_or_else(|| panic!("there is no id in {body}"))
}

/// What the line about an error of an actor has around it.
fn assert_is_about(line: &Line, key: &str, action: &str) {
    assert_eq!((line.level, line.of_span("action", "action")), (Level::ERROR, Some(action)), "{line:#?}");
    assert_eq!(line.of_span("action", "actor"), Some("bell"));
    assert_eq!(line.of_span("action", "key"), Some(key));
    assert!(line.of_span("action", "actor_id").is_some_and(|id| id.parse::<callboard::ActorId>().is_ok()));
}

#[tokio::test]
async fn an_error_of_a_call_over_http_is_in_the_log_by_its_id_with_the_request_and_the_actor() {
    let server = bell().await;
    for (action, args, error) in [
        ("crack", "[]", "a crack"),
        ("burst", "[]", "the actor panicked: a burst"),
        ("burstLater", "[1]", "the actor panicked: a late burst"),
        ("crackLater", "[1]", "a late crack"),
    ] {
        let request = format!("POST /gateway/bell/action/{action}?{}", query("http"));
        let reply = server.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await;
        assert_eq!((reply.status, reply.error().as_str()), (500, "rivetkit.internal_error"));
        let line = log().error(error_id(&reply.json()));
        assert_eq!(line.field("error"), Some(error));
        assert_is_about(&line, "http", action);
        assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
        assert_eq!(line.of_span("request", "method"), Some("POST"));
        assert_eq!(line.of_span("request", "path"), Some(format!("/gateway/bell/action/{action}").as_str()));
        assert_eq!(line.of_span("request", "actor"), Some("bell"));
        assert!(line.of_span("request", "peer").is_some_and(|peer| peer.starts_with("127.0.0.1:")));
    }
}

#[tokio::test]
async fn an_error_of_a_call_on_a_connection_is_in_the_log_with_the_connection_and_the_call() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("socket"));
    let (mut socket, head) = server.open(&path, "rivet, rivet_encoding.json").await;
    let init = next_json(&mut socket).await;
    let conn = init["body"]["val"]["connectionId"].as_str().unwrap_or_else(|| panic!("{init}")).to_owned();
    let (_, ray) = head.split_once("x-rivet-ray-id: ").unwrap();
    let ray = ray.lines().next().unwrap();
    for (id, action, args) in
        [(1, "crack", "[]"), (2, "burst", "[]"), (3, "burstLater", "[1]"), (4, "crackLater", "[1]")]
    {
        socket.send(call(id, action, args)).await.unwrap();
        let answer = next_json(&mut socket).await;
        let line = log().error(error_id(&answer["body"]["val"]));
        assert_is_about(&line, "socket", action);
        assert_eq!(line.of_span("action", "conn"), Some(conn.as_str()));
        assert_eq!(line.of_span("call", "call"), Some(id.to_string().as_str()));
        assert_eq!(line.of_span("call", "conn"), Some(conn.as_str()));
        assert_eq!(line.of_span("request", "request_id"), Some(ray));
        assert_eq!(line.of_span("request", "conn"), Some(conn.as_str()));
    }
}

/// Whoever waits in the mailbox is run by the actor's own task, which knows nothing of the caller.
#[tokio::test]
async fn a_call_that_waits_for_its_turn_keeps_the_span_of_its_caller() {
    let server = bell().await;
    let ask = async |action: &str, args: &str| {
        let request = format!("POST /gateway/bell/action/{action}?{}", query("busy"));
        server.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await
    };
    let (first, second, third) =
        tokio::join!(ask("burstLater", "[50]"), ask("burst", "[]"), ask("crackLater", "[1]"));
    for (reply, action) in [(first, "burstLater"), (second, "burst"), (third, "crackLater")] {
        let line = log().error(error_id(&reply.json()));
        assert_is_about(&line, "busy", action);
        assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
        assert_eq!(line.spans.len(), 2, "it is in no other's: {line:#?}");
    }
}

#[tokio::test]
async fn a_call_in_this_process_is_in_the_span_of_its_caller() {
    use tracing::Instrument as _;
    log();
    let bell = Registry::new().in_memory().register::<Bell>().client().get_or_create::<Bell>("here");
    bell.ring().await.unwrap();
    let error = bell.burst().instrument(tracing::info_span!("mine", secret = 7)).await.unwrap_err();
    let line = log().error(error.fault().unwrap().error_id().unwrap());
    assert_is_about(&line, "here", "burst");
    assert_eq!(line.of_span("mine", "secret"), Some("7"));
    assert_eq!(line.of_span("action", "conn"), None);

    let conn = bell.connect(None);
    let error = conn.burst().await.unwrap_err();
    let line = log().error(error.fault().unwrap().error_id().unwrap());
    assert!(line.of_span("action", "conn").is_some_and(|conn| conn.parse::<callboard::ConnId>().is_ok()));
}

#[tokio::test]
async fn an_error_of_a_hook_or_a_handler_is_in_the_log_with_its_request() {
    let server = bell().await;
    let request = format!("POST /gateway/bell/action/ring?{}", query("hook"));
    let refused = server.http(&request, &[("x-rivet-conn-params", "\"broken\"")], b"{\"args\":[]}").await;
    let request = format!("GET /gateway/bell/request/broken?{}", query("hook"));
    let broken = server.http(&request, &[], b"").await;
    for (reply, hook) in [(refused, "on_before_connect"), (broken, "on_request")] {
        let line = log().error(error_id(&reply.json()));
        assert_eq!(line.of_span("hook", "hook"), Some(hook));
        assert_eq!(line.of_span("hook", "actor"), Some("bell"));
        assert_eq!(line.of_span("hook", "key"), Some("hook"));
        assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
    }

    let (mut socket, _) = server.open(&format!("/gateway/bell/websocket/x?{}", query("hook")), "rivet").await;
    socket.send(Message::text("go")).await.unwrap();
    assert_eq!(next_close(&mut socket).await, (1011, "rivetkit.internal_error".to_owned()));
    let line = log().line(|line| line.field("error") == Some("no rope"));
    assert_eq!(line.of_span("hook", "hook"), Some("on_websocket"));
    assert_eq!(line.of_span("request", "path"), Some("/gateway/bell/websocket/x"));
}

#[tokio::test]
async fn a_save_that_fails_is_in_the_log_with_its_actor() {
    log();
    let store = FaultyStore::new(MemoryStore::new());
    let registry = Registry::new().store(store.clone()).register::<Bell>();
    let server = Server::host(registry).await;
    let request = format!("POST /gateway/bell/action/ring?{}", query("unsaved"));
    assert_eq!(server.http(&request, &[], b"{\"args\":[]}").await.status, 200);
    store.fail_batches(1);
    let reply = server.http(&request, &[], b"{\"args\":[]}").await;
    assert_eq!(reply.status, 500);
    let line = log().error(error_id(&reply.json()));
    assert_eq!(line.of_span("save", "actor"), Some("bell"));
    assert_eq!(line.of_span("save", "key"), Some("unsaved"));
    assert_eq!(line.of_span("save", "actor_id"), Some(reply.headers["x-rivet-actor"].as_str()));
}

#[tokio::test]
async fn a_schedule_that_fails_is_in_the_log_with_its_action_and_its_id() {
    log();
    let bell = Registry::new().in_memory().register::<Bell>().client().get_or_create::<Bell>("scheduled");
    bell.crack_at_once_by_schedule().await.unwrap();
    let is_it =
        |line: &Line| line.field("error_id").is_some() && line.of_span("action", "key") == Some("scheduled");
    until(async || !log().lines(is_it).is_empty()).await;
    let line = log().line(is_it);
    assert_is_about(&line, "scheduled", "burst");
    assert!(line.of_span("action", "schedule").is_some());
}

#[tokio::test]
async fn what_an_actor_publishes_is_traced_within_its_action() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("publisher"));
    let (mut socket, _) = server.open(&path, "rivet, rivet_encoding.json").await;
    let init = next_json(&mut socket).await;
    let conn = init["body"]["val"]["connectionId"].as_str().unwrap().to_owned();
    let subscribe =
        callboard::wire::ToServer::SubscriptionRequest { event: "rung".to_owned(), subscribe: true };
    socket.send(Message::text(subscribe.encode(Encoding::Json).unwrap())).await.unwrap();
    for (id, action) in [(1, "ring"), (2, "ringForMe")] {
        socket.send(call(id, action, "[]")).await.unwrap();
        // The event, and the answer.
        next(&mut socket).await;
        next(&mut socket).await;
    }
    let published = |action: &'static str| {
        log().line(|line| {
            line.target == "callboard::event"
                && line.of_span("action", "key") == Some("publisher")
                && line.of_span("action", "action") == Some(action)
        })
    };
    for (action, to) in [("ring", None), ("ringForMe", Some(conn.as_str()))] {
        let line = published(action);
        assert_eq!(
            (line.level, line.field("actor"), line.field("event")),
            (Level::TRACE, Some("bell"), Some("rung"))
        );
        assert_eq!((line.field("audience"), line.field("conn")), (Some("1"), to));
        assert!(line.span("call").is_some() && line.span("request").is_some());
    }
}

/// The line of the access log about this request.
async fn visit(ray: &str) -> Line {
    let is_it = |line: &Line| line.target == "callboard::access" && line.field("request_id") == Some(ray);
    // The client may have the last byte before the server is done with it.
    until(async || !log().lines(is_it).is_empty()).await;
    let line = log().line(is_it);
    assert!(line.spans.is_empty(), "it stands alone: {line:#?}");
    assert_eq!(line.level, Level::INFO);
    line
}

#[tokio::test]
async fn each_request_is_a_line_of_the_access_log() {
    let server = bell().await;
    let action = format!("POST /gateway/bell/action/ring?{}", query("visited"));
    let reply = server.http(&action, &[("authorization", "Bearer x")], b"{\"args\":[]}").await;
    let line = visit(&reply.headers["x-rivet-ray-id"]).await;
    let out = reply.body.len().to_string();
    let peer = line.field("peer").unwrap().to_owned();
    assert!(peer.starts_with("127.0.0.1:"));
    assert!(line.field("duration_ms").unwrap().parse::<f64>().unwrap() > 0.0);
    let id = reply.headers["x-rivet-actor"].clone();
    let expected: BTreeMap<_, _> = [
        ("request_id", reply.headers["x-rivet-ray-id"].as_str()),
        ("method", "POST"),
        ("path", "/gateway/bell/action/ring"),
        ("status", "200"),
        ("actor", "bell"),
        ("key", "visited"),
        ("actor_id", &id),
        ("duration_ms", line.field("duration_ms").unwrap()),
        ("bytes_in", "11"),
        ("bytes_out", &out),
        ("peer", &peer),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    assert_eq!(line.fields, expected);

    for (request, headers, status, error) in [
        (action.replace("ring", "nope"), vec![], "404", Some("actor.action_not_found")),
        (action.replace("ring", "crack"), vec![], "500", Some("rivetkit.internal_error")),
        ("GET /health".to_owned(), vec![], "200", None),
        ("GET /nowhere?token=x".to_owned(), vec![], "404", Some("api.not_found")),
        ("DELETE /health".to_owned(), vec![], "405", Some("api.method_not_allowed")),
        (
            "GET /health".to_owned(),
            vec![("origin", "http://evil.example")],
            "403",
            Some("auth.origin_not_allowed"),
        ),
        (format!("GET /gateway/{id}@CANARY/request/a/b?c=d"), vec![], "200", None),
    ] {
        let body: &[u8] = if request.starts_with("POST") { b"{\"args\":[]}" } else { b"" };
        let reply = server.http(&request, &headers, body).await;
        let line = visit(&reply.headers["x-rivet-ray-id"]).await;
        assert_eq!((line.field("status"), line.field("error")), (Some(status), error), "{request}");
        assert_eq!(line.field("bytes_out"), Some(reply.body.len().to_string().as_str()), "{request}");
        let (_, path) = request.split_once(' ').unwrap();
        let path = path.split('?').next().unwrap().replace("@CANARY", "@..");
        assert_eq!(line.field("path"), Some(path.as_str()));
    }
    let line = log().line(|line| {
        line.field("path") == Some(&format!("/gateway/{id}@../request/a/b"))
            && line.target == "callboard::access"
    });
    assert_eq!(
        (line.field("actor"), line.field("key"), line.field("actor_id")),
        (Some("bell"), Some("visited"), Some(id.as_str()))
    );
}

#[tokio::test]
async fn each_websocket_is_a_line_of_the_access_log_when_it_has_ended() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("session"));
    let (mut socket, head) = server.open(&path, "rivet, rivet_encoding.json").await;
    let ray = head.split_once("x-rivet-ray-id: ").unwrap().1.lines().next().unwrap().to_owned();
    let init = next(&mut socket).await;
    // A header of two bytes, and of four, and of four more from a client, before what is in a frame.
    let wanted = call(1, "ring", "[]");
    let bytes_in = 6 + wanted.as_payload().len();
    socket.send(wanted).await.unwrap();
    let answer = next(&mut socket).await;
    let out =
        |message: &Message| if message.as_payload().len() < 126 { 2 } else { 4 } + message.as_payload().len();
    let bytes_out = out(&init) + out(&answer);
    let so_far =
        log().lines(|line| line.target == "callboard::access" && line.field("request_id") == Some(&ray));
    assert!(so_far.is_empty(), "it is still open: {so_far:#?}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    // No goodbye, so that no byte of that is counted.
    drop(socket);
    let line = visit(&ray).await;
    assert_eq!((line.field("status"), line.field("error")), (Some("101"), None));
    assert_eq!(line.field("path"), Some("/gateway/bell/connect"));
    assert_eq!((line.field("actor"), line.field("key")), (Some("bell"), Some("session")));
    assert_eq!(line.field("bytes_in"), Some(bytes_in.to_string().as_str()));
    assert_eq!(line.field("bytes_out"), Some(bytes_out.to_string().as_str()));
    assert!(line.field("duration_ms").unwrap().parse::<f64>().unwrap() >= 20.0, "until its end");

    for (path, params, error) in [
        ("/gateway/bell/connect", "%22broken%22", "rivetkit.internal_error"),
        ("/gateway/bell/websocket", "%22broken%22", "rivetkit.internal_error"),
        ("/gateway/nope/connect", "1", "actor.not_registered"),
        ("/gateway/nope/websocket", "1", "actor.not_registered"),
    ] {
        let protocols = format!("rivet, rivet_encoding.json, rivet_conn_params.{params}");
        let (socket, head) = server.open(&format!("{path}?{}", query("session")), &protocols).await;
        let ray = head.split_once("x-rivet-ray-id: ").unwrap().1.lines().next().unwrap();
        drop(socket);
        let line = visit(ray).await;
        assert_eq!((line.field("status"), line.field("error")), (Some("101"), Some(error)), "{path}");
    }
}

#[tokio::test]
async fn a_request_whose_client_goes_away_is_a_line_without_a_status() {
    use tokio::io::AsyncWriteExt as _;
    let server = bell().await;
    let mut socket = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let peer = socket.local_addr().unwrap().to_string();
    let request = format!("POST /gateway/bell/action/burstLater?{} HTTP/1.1\r\nhost: x\r\n", query("left"));
    socket
        .write_all(format!("{request}content-length: 20\r\n\r\n{{\"args\":[500]}}      ").as_bytes())
        .await
        .unwrap();
    let has_begun = |line: &Line| line.target == "callboard::access" && line.field("peer") == Some(&peer);
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(socket);
    until(async || !log().lines(has_begun).is_empty()).await;
    let line = log().line(has_begun);
    assert_eq!(
        (line.field("status"), line.field("bytes_in"), line.field("bytes_out")),
        (None, Some("20"), Some("0"))
    );
}

#[tokio::test]
async fn a_message_that_is_not_kept_is_in_the_log_with_its_queue_and_its_request() {
    log();
    let store = FaultyStore::new(MemoryStore::new());
    let server = Server::host(Registry::new().store(store.clone()).register::<Bell>()).await;
    let request = format!("POST /gateway/bell/queue/job?{}", query("unkept"));
    let send = async || server.http(&request, &[], br#"{"body":{"name":"polish"}}"#).await;
    assert_eq!(send().await.status, 200);
    store.fail_batches(1);
    let reply = send().await;
    let line = log().error(error_id(&reply.json()));
    assert_eq!(line.of_span("send", "queue"), Some("job"));
    assert_eq!((line.of_span("send", "actor"), line.of_span("send", "key")), (Some("bell"), Some("unkept")));
    assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
}

/// Does a bit of everything, so that each span there is has been.
async fn everything() {
    let store = FaultyStore::new(MemoryStore::new());
    let server = Server::host(Registry::new().store(store.clone()).register::<Bell>()).await;
    let (mut socket, _) = server.open(&format!("/gateway/bell/connect?{}", query("all")), "rivet").await;
    next(&mut socket).await;
    socket.send(call(1, "ring", "[]")).await.unwrap();
    next(&mut socket).await;
    store.fail_batches(1);
    socket.send(call(2, "ring", "[]")).await.unwrap();
    next(&mut socket).await;
    let request = format!("POST /gateway/bell/queue/job?{}", query("all"));
    assert_eq!(server.http(&request, &[], br#"{"body":{"name":"polish"}}"#).await.status, 200);
}

#[tokio::test]
async fn the_page_lists_each_span_with_its_fields_and_no_other() {
    log();
    everything().await;
    let page = include_str!("../src/docs/observability.md");
    let (_, spans) = page.split_once("## Spans").unwrap();
    let spans = spans.split_once("## ").unwrap().0;
    let names =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let listed: BTreeMap<_, _> = spans
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            ((cells[1].replace('`', ""), cells[2].replace('`', "")), names(cells[4]))
        })
        .collect();
    let there: BTreeMap<_, _> = log()
        .spans()
        .into_iter()
        .filter(|((_, target), _)| target.starts_with("callboard"))
        .map(|((name, target), fields)| {
            ((name.to_owned(), target.to_owned()), fields.into_iter().map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(listed, there);
}
