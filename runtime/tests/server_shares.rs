//! How an actor is shared out between those who want something of it, over real sockets: whose turn it is, and how much may
//! wait. Turns are counted, and the actor is held while it is decided who waits.

#![allow(clippy::unnecessary_wraps, reason = "a hook that may refuse returns a result")]

mod gateway;

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock, Mutex},
};

use callboard::{Body, Limits, RawSocket, prelude::*};
use futures_util::{SinkExt as _, StreamExt as _, future::join_all};
use gateway::{Server, UPGRADE, desk, next_json, until};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    sync::Semaphore,
    task::yield_now,
};
use tokio_websockets::{ClientBuilder, Message, WebSocketStream};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Called;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rung;

/// What has run at the clerk of each key, and the gate that its actions wait at. Each test has a key of its own.
#[derive(Default)]
struct Outside {
    log: Mutex<Vec<String>>,
    gate: Gate,
}

struct Gate(Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

fn outside(key: &str) -> Arc<Outside> {
    static ALL: LazyLock<Mutex<HashMap<String, Arc<Outside>>>> = LazyLock::new(Mutex::default);
    Arc::clone(ALL.lock().expect("nobody panics with it").entry(key.to_owned()).or_default())
}

impl Outside {
    fn note(&self, what: impl Into<String>) {
        self.log.lock().expect("nobody panics with it").push(what.into());
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().expect("nobody panics with it").clone()
    }

    async fn pass(&self) {
        self.gate.0.acquire().await.expect("it is never closed").forget();
    }

    fn let_pass(&self, count: usize) {
        self.gate.0.add_permits(count);
    }

    async fn has(&self, what: &str, count: usize) {
        until(async || self.log().iter().filter(|noted| *noted == what).count() == count).await;
    }
}

/// Deals with one after the other, and notes whom.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Clerk;

#[actor(events(Called, Rung), sleep_timeout = "60s", hibernate)]
impl Clerk {
    /// `None`: it is not noted.
    #[on_before_connect]
    fn admit(&self, params: Option<String>) -> Option<String> {
        params
    }

    #[on_subscribe(Called)]
    fn may_hear(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> callboard::Result<()> {
        note(ctx, format!("{} listens", name(conn)));
        Ok(())
    }

    #[on_disconnect]
    fn leave(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        if let Some(name) = &*conn.state() {
            note(ctx, format!("{name} leaves"));
        }
    }

    /// Keeps everybody else waiting until it is let pass.
    #[action]
    async fn hold(&mut self, ctx: &Ctx<Self>) {
        note(ctx, "hold");
        outside(&ctx.key().to_string()).pass().await;
    }

    /// The same, and goes to sleep.
    #[action]
    async fn hold_and_sleep(&mut self, ctx: &Ctx<Self>) {
        self.hold(ctx).await;
        ctx.sleep();
    }

    #[action]
    fn sign(&mut self, ctx: &Ctx<Self>, what: String) {
        note(ctx, what);
    }

    /// The same, while what others want arrives.
    #[action]
    async fn sign_slowly(&mut self, ctx: &Ctx<Self>, what: String) {
        note(ctx, what);
        for _ in 0..20 {
            yield_now().await;
        }
    }

    /// Reads until it is let pass.
    #[action]
    async fn look(&self, ctx: &Ctx<Self>, what: String) {
        note(ctx, what);
        outside(&ctx.key().to_string()).pass().await;
    }

    #[on_request]
    fn file(&mut self, ctx: &Ctx<Self>, request: http::Request<Body>) -> String {
        note(ctx, request.uri().path());
        String::new()
    }

    /// A turn for each message.
    #[on_websocket]
    async fn carry(ctx: Ctx<Self>, mut socket: RawSocket) -> callboard::Result<()> {
        while let Some(message) = socket.next().await {
            let (ctx, text) = (ctx.clone(), format!("{message:?}"));
            tokio::spawn(async move {
                let name = text.split('"').nth(1).unwrap_or_default().to_owned();
                let note_it = {
                    let ctx = ctx.clone();
                    move |_: &mut Self| note(&ctx, name)
                };
                ctx.turn(note_it).await
            });
        }
        Ok(())
    }
}

fn note(ctx: &Ctx<Clerk>, what: impl Into<String>) {
    outside(&ctx.key().to_string()).note(what);
}

fn name(conn: &Conn<Clerk>) -> String {
    conn.state().as_ref().clone().unwrap_or_default()
}

async fn serve(limits: Limits) -> Server {
    Server::host(Registry::new().in_memory().register::<Clerk>().limits(limits)).await
}

/// A peer of an address of its own.
async fn dial(server: &Server, address: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, address), 0))).expect("a free port");
    socket.connect(server.address).await.expect("it listens")
}

/// A connection from an address.
struct Peer(WebSocketStream<TcpStream>);

impl Peer {
    async fn connect(server: &Server, key: &str, address: u8, name: Option<&str>) -> Self {
        let mut peer = Self(Self::open(server, key, address, name, "/connect").await);
        assert_eq!(peer.hear().await["tag"], "Init");
        peer
    }

    async fn open(
        server: &Server,
        key: &str,
        address: u8,
        name: Option<&str>,
        path: &str,
    ) -> WebSocketStream<TcpStream> {
        let mut socket = dial(server, address).await;
        let params = name.map_or(String::new(), |name| format!(", rivet_conn_params.%22{name}%22"));
        let head = format!(
            "GET /gateway/clerk{path}?{} HTTP/1.1\r\nhost: localhost\r\n{UPGRADE}sec-websocket-protocol: rivet{params}\r\n\r\n",
            desk(key)
        );
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(socket.read_u8().await.expect("it answers"));
        }
        ClientBuilder::new().take_over(socket)
    }

    /// The next message: its tag, and what it carries.
    async fn hear(&mut self) -> Value {
        next_json(&mut self.0).await["body"].take()
    }

    async fn say(&mut self, message: &Value) {
        self.0.feed(Message::text(message.to_string())).await.expect("it is open");
    }

    async fn call(&mut self, id: u64, action: &str, args: &Value) {
        let val = json!({ "id": id, "name": action, "args": args });
        self.say(&json!({ "body": { "tag": "ActionRequest", "val": val } })).await;
    }

    async fn subscribe(&mut self, event: &str, on: bool) {
        let val = json!({ "eventName": event, "subscribe": on });
        self.say(&json!({ "body": { "tag": "SubscriptionRequest", "val": val } })).await;
    }

    async fn sign(&mut self, what: &str, count: usize) {
        for id in 0..count {
            self.call(id as u64, "sign", &json!([what])).await;
        }
    }

    /// Waits until the server has dealt with all that was said: an action that there is not is refused at once. Gives what
    /// was heard meanwhile.
    async fn settle(&mut self) -> Vec<Value> {
        self.call(1 << 40, "no such action", &json!([])).await;
        self.0.flush().await.expect("it is open");
        let mut heard = Vec::new();
        loop {
            let mut message = self.hear().await;
            if message["val"]["code"] == "action_not_found" {
                return heard;
            }
            heard.push(message.take());
        }
    }

    /// The next answers.
    async fn answers(&mut self, count: usize) {
        for _ in 0..count {
            let message = self.hear().await;
            assert_eq!(message["tag"], "ActionResponse", "{message}");
        }
    }
}

/// A clerk whose turn somebody has, and for whose next turn somebody waits already.
async fn held(server: &Server, key: &str) -> (Arc<Outside>, Peer) {
    let mut holder = Peer::connect(server, key, 1, None).await;
    holder.call(1, "hold", &json!([])).await;
    holder.sign("hold", 1).await;
    holder.settle().await;
    let outside = outside(key);
    outside.has("hold", 1).await;
    (outside, holder)
}

/// What has run after the hold, once it is let go and so much has.
async fn served(outside: &Outside, count: usize) -> Vec<String> {
    outside.let_pass(1);
    until(async || outside.log().len() >= 2 + count).await;
    outside.log().split_off(2)
}

fn counted(log: &[String], what: &str) -> usize {
    log.iter().filter(|noted| *noted == what).count()
}

/// So many connections of an address.
async fn peers(server: &Server, key: &str, address: u8, count: usize) -> Vec<Peer> {
    join_all((0..count).map(|_| Peer::connect(server, key, address, None))).await
}

/// Has each of them sign this often, and be heard.
async fn flood(peers: &mut [Peer], what: &str, count: usize) {
    for peer in peers {
        peer.sign(what, count).await;
        assert_eq!(peer.settle().await, [] as [Value; 0], "nothing is refused");
    }
}

/// Calls an action by a request of its own.
async fn call_over_http(server: &Server, key: &str, address: u8, what: &str) -> String {
    let body = json!({ "args": [what] }).to_string();
    let head = format!("POST /gateway/clerk/action/sign?{} HTTP/1.1", desk(key));
    ask(server, address, &head, &body).await
}

/// Sends a request of its own.
async fn ask(server: &Server, address: u8, head: &str, body: &str) -> String {
    let mut socket = dial(server, address).await;
    let length = body.len();
    let request =
        format!("{head}\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    socket.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("it answers");
    answer
}

#[tokio::test]
async fn each_connection_has_a_turn_before_another_has_its_second() {
    let server = serve(Limits::new()).await;
    let mut peers = peers(&server, "turns", 1, 3).await;
    let (outside, _holder) = held(&server, "turns").await;
    for (peer, (name, count)) in peers.iter_mut().zip([("a", 500), ("b", 500), ("c", 3)]) {
        peer.sign(name, count).await;
        peer.settle().await;
    }
    let log = served(&outside, 1003).await;
    assert_eq!(log[..10], ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a"]);
    for (peer, count) in peers.iter_mut().zip([500, 500, 3]) {
        peer.answers(count).await;
    }
}

#[tokio::test]
async fn an_address_with_many_connections_gets_no_more_than_one_with_one() {
    let server = serve(Limits::new()).await;
    let mut many = peers(&server, "addresses", 2, 30).await;
    let mut one = peers(&server, "addresses", 3, 1).await;
    let (outside, _holder) = held(&server, "addresses").await;
    flood(&mut many, "many", 20).await;
    flood(&mut one, "one", 20).await;
    let log = served(&outside, 620).await;
    assert_eq!(counted(&log[..40], "one"), 20, "{:?}", &log[..40]);
    for pair in log[..40].chunks(2) {
        assert_eq!(counted(pair, "one"), 1, "they take turns");
    }
}

#[tokio::test]
async fn what_comes_without_a_connection_has_its_share_of_its_address() {
    let server = serve(Limits::new()).await;
    let mut flooders = peers(&server, "alone", 2, 2).await;
    let mut probe = peers(&server, "alone", 1, 1).await;
    let (outside, _holder) = held(&server, "alone").await;
    for peer in &mut flooders {
        for id in 0..300 {
            peer.call(id, "signSlowly", &json!(["flood"])).await;
        }
        peer.settle().await;
    }
    // Of the address of the flood, and of another: each has a hook's turn first, and then its own.
    let file = format!("POST /gateway/clerk/request/file?{} HTTP/1.1", desk("alone"));
    let alone = join_all([
        Box::pin(call_over_http(&server, "alone", 2, "near"))
            as std::pin::Pin<Box<dyn Future<Output = String>>>,
        Box::pin(call_over_http(&server, "alone", 3, "far")),
        Box::pin(ask(&server, 4, &file, "")),
    ]);
    let served = async {
        // They are at the actor by then.
        for _ in 0..20 {
            probe[0].settle().await;
        }
        served(&outside, 603).await
    };
    let (answers, log) = tokio::join!(alone, served);
    assert!(answers.iter().all(|answer| answer.starts_with("HTTP/1.1 200")), "{answers:?}");
    let place = |what: &str| log.iter().position(|noted| noted == what).expect("it ran");
    // Two of their own turns, before each of which the flood's address has one.
    assert!(place("far") <= 5 && place("/file") <= 5, "{:?}", &log[..20]);
    // Both of the flood's connections are of its own address.
    assert!(place("near") <= 10, "{:?}", &log[..20]);
}

#[tokio::test]
async fn subscriptions_that_wait_are_counted_and_refused_like_calls_too_many() {
    let server = serve(Limits::new().subscriptions(3)).await;
    let mut pair = peers(&server, "subscriptions", 1, 2).await;
    let (outside, _holder) = held(&server, "subscriptions").await;
    for _ in 0..20 {
        pair[0].subscribe("called", true).await;
    }
    let heard = pair[0].settle().await;
    assert_eq!(heard.len(), 17, "{heard:?}");
    for refusal in heard {
        assert_eq!(refusal["val"]["name"], "callboard.subscription_refused", "{refusal}");
        assert!(refusal.to_string().contains("too_many_subscriptions"), "{refusal}");
    }
    flood(&mut pair[1..], "other", 1).await;
    let log = served(&outside, 2).await;
    assert_eq!(counted(&log, "other"), 1);
    // Those that waited were dealt with, so there is room for others.
    pair[0].subscribe("called", false).await;
    pair[0].subscribe("called", true).await;
    pair[0].sign("after", 1).await;
    assert_eq!(pair[0].settle().await.iter().filter(|heard| heard["tag"] == "Event").count(), 0);
    outside.has("after", 1).await;
}

#[tokio::test]
async fn what_one_connection_asks_for_takes_force_in_the_order_asked_whoever_floods() {
    let server = serve(Limits::new()).await;
    let mut flooders = peers(&server, "order", 2, 3).await;
    let mut stays = Peer::connect(&server, "order", 3, Some("stays")).await;
    let mut goes = Peer::connect(&server, "order", 3, Some("goes")).await;
    let (outside, _holder) = held(&server, "order").await;
    flood(&mut flooders, "flood", 300).await;
    for (peer, name) in [(&mut stays, "stays"), (&mut goes, "goes")] {
        peer.sign(&format!("{name} 1"), 1).await;
        peer.subscribe("called", true).await;
        peer.sign(&format!("{name} 2"), 2).await;
        peer.settle().await;
    }
    drop(goes);
    // By then the gateway has seen its end.
    for _ in 0..20 {
        flooders[0].settle().await;
    }
    outside.let_pass(1);
    outside.has("goes leaves", 1).await;
    let log = outside.log();
    let of = |name| log.iter().filter(|noted| noted.starts_with(name)).cloned().collect::<Vec<_>>();
    assert_eq!(of("stays"), ["stays 1", "stays listens", "stays 2", "stays 2"]);
    assert_eq!(of("goes"), ["goes 1", "goes 2", "goes 2", "goes leaves"], "nobody is left to listen");
    outside.has("flood", 900).await;
}

#[tokio::test]
async fn what_waits_is_served_at_the_actors_next_time_awake_in_the_order_asked() {
    let server = serve(Limits::new()).await;
    let mut pair = peers(&server, "asleep", 2, 2).await;
    let mut last = Peer::connect(&server, "asleep", 3, Some("last")).await;
    let outside = outside("asleep");
    last.call(1, "holdAndSleep", &json!([])).await;
    last.0.flush().await.expect("it is open");
    outside.has("hold", 1).await;
    for (peer, name) in pair.iter_mut().zip(["a", "b"]) {
        for number in 0..100 {
            peer.sign(&format!("{name} {number}"), 1).await;
        }
        peer.settle().await;
    }
    drop(last);
    outside.let_pass(1);
    for peer in &mut pair {
        peer.answers(100).await;
    }
    let log = outside.log();
    for name in ["a", "b"] {
        let own: Vec<_> = log.iter().filter(|noted| noted.starts_with(name)).cloned().collect();
        assert_eq!(own, (0..100).map(|number| format!("{name} {number}")).collect::<Vec<_>>());
    }
    outside.has("last leaves", 1).await;
}

#[tokio::test]
async fn a_flow_that_has_filled_its_share_is_refused_and_nobody_else() {
    let server =
        serve(Limits::new().calls_in_flight(20_000).send_queue_messages(30_000).send_queue_bytes(1 << 30))
            .await;
    let mut pair = peers(&server, "full", 1, 2).await;
    let (outside, _holder) = held(&server, "full").await;
    pair[0].sign("flood", 10_010).await;
    let refused = pair[0].settle().await;
    assert_eq!(refused.len(), 10);
    assert!(refused.iter().all(|answer| answer["val"]["code"] == "overloaded"), "{:?}", refused[0]);
    flood(&mut pair[1..], "other", 100).await;
    let log = served(&outside, 10_100).await;
    assert_eq!(counted(&log[..200], "other"), 100);
    pair[1].answers(100).await;
}

#[tokio::test]
async fn reads_run_side_by_side_up_to_a_number_for_each_connection() {
    let server = serve(Limits::new().reads_in_flight(2)).await;
    let mut pair = peers(&server, "reads", 1, 2).await;
    let outside = outside("reads");
    for id in 0..5 {
        pair[0].call(id, "look", &json!(["flood"])).await;
    }
    pair[0].settle().await;
    pair[1].call(1, "look", &json!(["other"])).await;
    pair[1].settle().await;
    outside.has("other", 1).await;
    assert_eq!(counted(&outside.log(), "flood"), 2);
    // Whoever wants to write waits for those three, and for none of the others.
    pair[1].sign("write", 1).await;
    pair[1].settle().await;
    outside.let_pass(3);
    outside.has("flood", 4).await;
    outside.let_pass(3);
    pair[0].answers(5).await;
    assert_eq!(outside.log(), ["flood", "flood", "other", "write", "flood", "flood", "flood"]);
}

#[tokio::test]
async fn reads_run_side_by_side_up_to_a_number_for_each_address() {
    let server = serve(Limits::new().reads_in_flight_per_address(3)).await;
    let mut many = peers(&server, "many-reads", 2, 5).await;
    let mut other = peers(&server, "many-reads", 3, 1).await;
    let outside = outside("many-reads");
    for peer in &mut many {
        peer.call(1, "look", &json!(["flood"])).await;
        peer.settle().await;
    }
    other[0].call(1, "look", &json!(["other"])).await;
    other[0].settle().await;
    outside.has("other", 1).await;
    assert_eq!(counted(&outside.log(), "flood"), 3);
    outside.let_pass(6);
    outside.has("flood", 5).await;
}

#[tokio::test]
async fn the_turns_of_a_raw_socket_are_its_own_share() {
    let server = serve(Limits::new()).await;
    let mut raw = Peer(Peer::open(&server, "raw", 2, None, "/websocket/carry").await);
    let mut other = peers(&server, "raw", 3, 1).await;
    let (outside, _holder) = held(&server, "raw").await;
    for _ in 0..200 {
        raw.0.feed(Message::text("raw")).await.expect("it is open");
    }
    raw.0.flush().await.expect("it is open");
    for _ in 0..20 {
        other[0].settle().await;
    }
    flood(&mut other, "other", 20).await;
    let log = served(&outside, 220).await;
    assert_eq!(counted(&log[..40], "other"), 20, "{:?}", &log[..40]);
}

#[tokio::test]
async fn calls_within_the_process_have_a_share_beside_those_of_the_network() {
    let registry = Registry::new().in_memory().register::<Clerk>();
    let clerk = registry.client().get_or_create::<Clerk>("process");
    let server = Server::host(registry).await;
    let mut flooders = peers(&server, "process", 2, 3).await;
    let (outside, _holder) = held(&server, "process").await;
    flood(&mut flooders, "flood", 300).await;
    for _ in 0..20 {
        clerk.tell(ClerkAction::Sign { what: "process".to_owned() }).await.expect("it is awake");
    }
    let log = served(&outside, 920).await;
    assert_eq!(counted(&log[..40], "process"), 20, "{:?}", &log[..40]);
    // And it does not take more than its share.
    assert_eq!(counted(&log[..20], "flood"), 10);
}
