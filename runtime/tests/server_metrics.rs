//! What `GET /metrics` says after traffic: each metric with its value.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::float_cmp, clippy::cast_precision_loss, reason = "they are counts")]

mod gateway;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use callboard::{
    Limits,
    prelude::*,
    server::{Origins, RegistryMetrics},
    wire::Encoding,
};
use futures_util::SinkExt as _;
use gateway::{Reply, Server, next, until};
use tokio::net::TcpStream;
use tokio_websockets::{Message, WebSocketStream};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sold {
    total: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Priced(u64);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stocked(u64);

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    amount: u64,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum TillError {
    #[error("closed")]
    Closed,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Till {
    total: u64,
}

#[actor(events(Sold, Priced(slow = drop_oldest), Stocked(slow = latest)), queues(Order))]
impl Till {
    #[action]
    fn sell(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
        self.total += amount;
        ctx.broadcast(&Sold { total: self.total });
        self.total
    }

    #[action]
    async fn count_slowly(&self, ms: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.total
    }

    #[action]
    fn decline(&self) -> Result<(), TillError> {
        Err(TillError::Closed)
    }

    #[action]
    fn jam(&self) {
        panic!("a jam");
    }

    /// More at once than may wait.
    #[action]
    fn price(&self, ctx: &Ctx<Self>, times: u64) {
        assert!((0..times).all(|price| ctx.broadcast(&Priced(price))));
    }

    #[action]
    fn stock(&self, ctx: &Ctx<Self>, times: u64) {
        assert!((0..times).all(|stock| ctx.broadcast(&Stocked(stock))));
    }

    #[action]
    fn take(&mut self, ctx: &Ctx<Self>) -> bool {
        let Some(order) = ctx.queue::<Order>().try_next() else { return false };
        self.total += order.body.amount;
        order.complete(());
        true
    }

    #[action]
    fn whisper(&self, conn: &Conn<Self>) -> bool {
        conn.send(&Sold { total: 0 })
    }

    /// To all but the caller, who is still there and takes nothing any more.
    #[action]
    fn show_out(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        conn.disconnect("closing time");
        ctx.broadcast(&Sold { total: 0 });
    }
}

/// What was scraped: the value of each series.
struct Scrape {
    text: String,
    series: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

impl Scrape {
    async fn of(server: &Server) -> Self {
        let reply = server.http("GET /metrics", &[], b"").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let text = String::from_utf8(reply.body).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let series = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = name.trim_end_matches('}').split_once('{').unwrap_or((name, ""));
            let labels = labels.split("\",").filter(|label| !label.is_empty()).map(|label| {
                let (name, value) = label.split_once("=\"").unwrap();
                (name.to_owned(), value.trim_end_matches('"').to_owned())
            });
            ((name.to_owned(), labels.collect()), value.parse().unwrap())
        });
        Self { series: series.collect(), text }
    }

    fn get(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let labels: BTreeMap<_, _> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let value = self.series.get(&(name.to_owned(), labels.clone()));
        *value.unwrap_or_else(|| panic!("there is no {name} {labels:?} in\n{}", self.text))
    }
}

/// Talks to a server, and counts what it sends and gets.
struct Customer {
    server: Server,
    sent: usize,
    got: usize,
}

impl Customer {
    async fn post(&mut self, path: &str, key: &str, body: &str) -> Reply {
        let query = format!("rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}");
        let reply =
            self.server.http(&format!("POST /gateway/till/{path}?{query}"), &[], body.as_bytes()).await;
        self.sent += body.len();
        self.got += reply.body.len();
        reply
    }

    async fn call(&mut self, action: &str, args: &str) -> Reply {
        self.post(&format!("action/{action}"), "front", &format!("{{\"args\":{args}}}")).await
    }

    async fn connect(&self) -> Wire {
        let query = "rvt-namespace=default&rvt-method=getOrCreate&rvt-key=front";
        let protocols = "rivet, rivet_encoding.json";
        let (socket, _) = self.server.open(&format!("/gateway/till/connect?{query}"), protocols).await;
        let mut wire = Wire { socket, sent: 0, got: 0 };
        wire.next().await;
        wire
    }
}

/// A connection, and how many bytes have passed on it.
struct Wire {
    socket: WebSocketStream<TcpStream>,
    sent: usize,
    got: usize,
}

impl Wire {
    async fn next(&mut self) {
        let message = next(&mut self.socket).await;
        self.got += message.as_payload().len() + if message.as_payload().len() < 126 { 2 } else { 4 };
    }

    async fn send(&mut self, message: callboard::wire::ToServer) {
        let message = Message::text(message.encode(Encoding::Json).unwrap());
        // With a mask.
        self.sent += 4 + message.as_payload().len() + if message.as_payload().len() < 126 { 2 } else { 4 };
        self.socket.send(message).await.unwrap();
    }

    async fn call(&mut self, name: &str, args: &str) {
        let args = args.as_bytes().to_vec().into();
        self.send(callboard::wire::ToServer::ActionRequest { id: 1, name: name.to_owned(), args }).await;
    }

    async fn subscribe(&mut self, event: &str) {
        let event = event.to_owned();
        self.send(callboard::wire::ToServer::SubscriptionRequest { event, subscribe: true }).await;
    }
}

/// All of it, one after the other: the recorder is that of the whole process.
#[tokio::test]
async fn metrics() {
    a_scrape_has_each_metric_with_its_value().await;
    they_are_served_only_where_they_are_asked_for_and_not_to_pages_of_other_origins().await;
}

async fn a_scrape_has_each_metric_with_its_value() {
    let limits = Limits::new().send_queue_messages(4);
    let registry = Registry::new().in_memory().limits(limits).register::<Till>().prometheus();
    let counts = registry.metrics();
    let mut customer = Customer { server: Server::host(registry).await, sent: 0, got: 0 };

    let wire = traffic(&mut customer).await;

    let scrape = Scrape::of(&customer.server).await;
    assert!(!scrape.text.contains("CANARY"), "{}", scrape.text);
    assert_eq!(scrape.get("callboard_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    has_what_actors_did(&scrape);
    has_what_the_server_did(&scrape, &customer, &wire);

    metrics::counter!("cups_of_tea_total").increment(3);
    let own = Scrape::of(&customer.server).await.get("cups_of_tea_total", &[]);
    assert_eq!(own, 3.0, "what the program counts itself is there too");
    slow_ones(&mut customer, wire, &counts).await;
    agrees_with_the_page(&customer.server).await;
}

async fn traffic(customer: &mut Customer) -> Wire {
    for _ in 0..3 {
        assert_eq!(customer.call("sell", "[2]").await.status, 200);
    }
    for _ in 0..2 {
        assert_eq!(customer.call("decline", "[]").await.error(), "user.closed");
    }
    assert_eq!(customer.call("jam", "[]").await.error(), "rivetkit.internal_error");
    assert_eq!(customer.call("sell", "[\"CANARY\"]").await.error(), "actor.invalid_arguments");
    for name in ["CANARY1", "CANARY2", "CANARY3", "sell2"] {
        assert_eq!(customer.call(name, "[]").await.error(), "actor.action_not_found");
    }
    assert_eq!(customer.call("countSlowly", "[60]").await.status, 200);
    for _ in 0..3 {
        assert_eq!(customer.post("queue/order", "front", r#"{"body":{"amount":5}}"#).await.status, 200);
    }
    assert_eq!(customer.call("take", "[]").await.json()["output"], true);
    assert_eq!(customer.post("action/sell", "back", r#"{"args":[1]}"#).await.status, 200);

    let mut wire = customer.connect().await;
    wire.subscribe("sold").await;
    for _ in 0..2 {
        wire.call("sell", "[1]").await;
        // The event, and the answer.
        wire.next().await;
        wire.next().await;
    }
    wire.call("whisper", "[]").await;
    wire.next().await;
    wire.next().await;
    wire.call("CANARY4", "[]").await;
    wire.next().await;
    wire
}

fn has_what_actors_did(scrape: &Scrape) {
    assert_eq!(scrape.get("callboard_actors_awake", &[("actor", "till")]), 2.0);
    assert_eq!(scrape.get("callboard_connections", &[("actor", "till")]), 1.0);

    let calls = |action, outcome| {
        let labels = [("actor", "till"), ("action", action), ("outcome", outcome)];
        scrape.get("callboard_actions_total", &labels)
    };
    for (action, outcome, times) in [
        ("sell", "ok", 6.0),
        ("sell", "error", 0.0),
        ("sell", "refused", 1.0),
        ("decline", "error", 2.0),
        ("decline", "ok", 0.0),
        ("jam", "internal_error", 1.0),
        ("jam", "ok", 0.0),
        ("countSlowly", "ok", 1.0),
        ("take", "ok", 1.0),
        ("whisper", "ok", 1.0),
        ("_unknown", "refused", 5.0),
    ] {
        assert_eq!(calls(action, outcome), times, "{action} {outcome}");
    }
    let duration = |action, what: &str| {
        let name = format!("callboard_action_duration_seconds_{what}");
        scrape.get(&name, &[("actor", "till"), ("action", action)])
    };
    assert_eq!((duration("sell", "count"), duration("jam", "count")), (6.0, 1.0));
    assert_eq!(duration("countSlowly", "count"), 1.0);
    assert!((0.06..5.0).contains(&duration("countSlowly", "sum")), "{}", duration("countSlowly", "sum"));
    let up_to = |le| {
        let labels = [("actor", "till"), ("action", "countSlowly"), ("le", le)];
        scrape.get("callboard_action_duration_seconds_bucket", &labels)
    };
    assert_eq!((up_to("0.05"), up_to("+Inf")), (0.0, 1.0));

    let events = |what: &str, event| {
        scrape.get(&format!("callboard_events_{what}_total"), &[("actor", "till"), ("event", event)])
    };
    // One of those in the back, whom nobody hears, and one whispered.
    assert_eq!((events("emitted", "sold"), events("delivered", "sold")), (7.0, 3.0));
    assert_eq!((events("emitted", "priced"), events("delivered", "priced")), (0.0, 0.0));

    let queue =
        |what: &str| scrape.get(&format!("callboard_queue_{what}"), &[("actor", "till"), ("queue", "order")]);
    assert_eq!((queue("messages"), queue("sent_total"), queue("completed_total")), (2.0, 3.0, 1.0));
}

fn has_what_the_server_did(scrape: &Scrape, customer: &Customer, wire: &Wire) {
    // Two actors made, six sales, three messages, one of them taken: each was waited for, so each was a batch.
    let commits = |outcome| scrape.get("callboard_commits_total", &[("outcome", outcome)]);
    assert_eq!((commits("done"), commits("refused"), commits("failed")), (12.0, 0.0, 0.0));
    assert_eq!(scrape.get("callboard_commit_duration_seconds_count", &[]), 12.0);
    assert!((0.0..1.0).contains(&scrape.get("callboard_commit_duration_seconds_sum", &[])));

    let requests =
        |route, status| scrape.get("callboard_requests_total", &[("route", route), ("status", status)]);
    assert_eq!(
        (requests("action", "2xx"), requests("action", "4xx"), requests("action", "5xx")),
        // Two are declared errors.
        (6.0, 6.0, 2.0)
    );
    assert_eq!(
        (requests("queue", "2xx"), requests("other", "2xx")),
        (3.0, 0.0),
        "those that were answered before"
    );
    assert_eq!(requests("connect", "1xx"), 0.0, "it is still open");

    let bytes = |what: &str, transport| {
        scrape.get(&format!("callboard_{what}_bytes_total"), &[("transport", transport)])
    };
    assert_eq!(
        (bytes("received", "http"), bytes("sent", "http")),
        (customer.sent as f64, customer.got as f64)
    );
    assert_eq!(
        (bytes("received", "websocket"), bytes("sent", "websocket")),
        (wire.sent as f64, wire.got as f64)
    );
}

/// What happens to those who do not keep up, and when they go.
async fn slow_ones(customer: &mut Customer, mut wire: Wire, counts: &RegistryMetrics) {
    wire.subscribe("priced").await;
    wire.subscribe("stocked").await;
    wire.call("sell", "[1]").await;
    wire.next().await;
    wire.next().await;
    let mut guest = customer.connect().await;
    guest.subscribe("sold").await;
    guest.call("showOut", "[]").await;
    wire.next().await;
    // The server has one thread: while an action runs, nobody writes.
    customer.call("price", "[20]").await;
    customer.call("stock", "[20]").await;
    let scrape = Scrape::of(&customer.server).await;
    let dropped = |event, reason| {
        let labels = [("actor", "till"), ("event", event), ("reason", reason)];
        scrape.get("callboard_events_dropped_total", &labels)
    };
    assert_eq!((dropped("priced", "oldest"), dropped("priced", "superseded")), (16.0, 0.0));
    assert!(dropped("stocked", "superseded") > 0.0);
    assert_eq!(dropped("priced", "disconnected"), 0.0);
    let losses = counts.event_drops();
    let priced = losses.iter().find(|losses| losses.event == "priced").unwrap();
    assert_eq!(priced.dropped, 16, "the server has the registry, and what it counts can still be read");
    let delivered = scrape.get("callboard_events_delivered_total", &[("actor", "till"), ("event", "priced")]);
    assert_eq!(delivered, 20.0);
    let sold = |what: &str| {
        scrape.get(&format!("callboard_events_{what}_total"), &[("actor", "till"), ("event", "sold")])
    };
    assert_eq!((sold("emitted"), sold("delivered")), (9.0, 5.0), "who is going takes nothing");

    drop((wire, guest));
    let is_gone =
        async || Scrape::of(&customer.server).await.get("callboard_connections", &[("actor", "till")]) == 0.0;
    until(is_gone).await;
    let requests = Scrape::of(&customer.server).await;
    assert_eq!(requests.get("callboard_requests_total", &[("route", "connect"), ("status", "1xx")]), 2.0);
}

async fn agrees_with_the_page(server: &Server) {
    let page = include_str!("../src/docs/observability.md");
    let listed: BTreeSet<_> = page
        .lines()
        .filter(|line| line.starts_with("| `callboard_"))
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            format!("{} {}", cells[1].replace('`', ""), cells[2])
        })
        .collect();
    let scrape = Scrape::of(server).await;
    let served = scrape.text.lines().filter_map(|line| line.strip_prefix("# TYPE callboard_"));
    let served: BTreeSet<_> = served.map(|rest| format!("callboard_{rest}")).collect();
    assert_eq!(listed, served);
}

async fn they_are_served_only_where_they_are_asked_for_and_not_to_pages_of_other_origins() {
    let registry = || Registry::new().in_memory().register::<Till>();
    let silent = Server::host(registry()).await;
    assert_eq!(silent.http("GET /metrics", &[], b"").await.error(), "api.not_found");

    for origins in [Origins::same(), Origins::list(["https://app.example"]), Origins::any()] {
        let server = Server::host(registry().origins(origins).prometheus()).await;
        let from = async |name: &str, value: &str| {
            server.http("GET /metrics", &[("host", "localhost:6420"), (name, value)], b"").await
        };
        for (name, value) in [
            ("origin", "https://app.example"),
            ("origin", "http://localhost:3000"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let reply = from(name, value).await;
            assert_eq!(
                (reply.status, reply.error().as_str()),
                (403, "auth.origin_not_allowed"),
                "{name}: {value}"
            );
        }
        for (name, value) in
            [("sec-fetch-site", "none"), ("sec-fetch-site", "same-origin"), ("user-agent", "Prometheus/3")]
        {
            let reply = from(name, value).await;
            assert_eq!(reply.status, 200, "{name}: {value}");
            assert_eq!(reply.headers["x-content-type-options"], "nosniff");
            assert_eq!(reply.headers["cross-origin-resource-policy"], "same-origin");
            assert!(!reply.headers.contains_key("access-control-allow-origin"));
        }
        assert_eq!(server.http("POST /metrics", &[], b"").await.status, 405);
    }
}
