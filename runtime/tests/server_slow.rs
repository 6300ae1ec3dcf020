//! Clients that do not read, over real sockets with small buffers: what each policy makes of their events, and that the
//! others never notice.
//!
//! `SLOW_EVENTS=40000 SLOW_CLIENTS=20 cargo test -p callboard --test server_slow -- --test-threads 1` is a longer form, of
//! more than a million deliveries.

mod gateway;

use std::{env, net::SocketAddr, time::Duration};

use callboard::{
    Limits,
    contract::SlowConsumer,
    prelude::*,
    server::{EventDrops, RegistryMetrics},
};
use futures_util::{SinkExt as _, StreamExt as _, future::join_all};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_websockets::{ClientBuilder, Message, WebSocketStream};

/// Everybody must get it, or be closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Fact(u64, u64, String);

/// The oldest may go.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tick(u64, u64, String);

/// The latest of each player counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Step(u64, u64, String);

const PLAYERS: u64 = 7;

/// Sends what it is told to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stream;

#[actor(events(Fact, Tick(slow = drop_oldest), Step(slow = latest(by = 1))), ephemeral)]
impl Stream {
    #[action]
    fn publish(&self, ctx: &Ctx<Self>, event: String, from: u64, to: u64) {
        for number in from..to {
            let (player, padding) = (number % PLAYERS, "x".repeat(150));
            match event.as_str() {
                "fact" => ctx.broadcast(&Fact(number, player, padding)),
                "tick" => ctx.broadcast(&Tick(number, player, padding)),
                _ => ctx.broadcast(&Step(number, player, padding)),
            };
        }
    }

    #[action]
    fn count_connections(&self, ctx: &Ctx<Self>) -> usize {
        ctx.conns().count()
    }
}

type Socket = WebSocketStream<TcpStream>;

/// What there is to send, and to how many.
fn sizes() -> (u64, usize) {
    let number = |name, short| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(short);
    (number("SLOW_EVENTS", 10_000), usize::try_from(number("SLOW_CLIENTS", 8)).expect("it fits"))
}

struct Scene {
    metrics: RegistryMetrics,
    address: SocketAddr,
    server: JoinHandle<()>,
    actor: StreamHandle,
}

impl Scene {
    /// A server that waits for so many seconds for a client that is behind.
    fn start(patience: u64) -> Self {
        let limits =
            Limits::new().slow_timeout(Duration::from_secs(patience)).ping_interval(Duration::from_hours(1));
        let registry = Registry::new().in_memory().register::<Stream>().limits(limits);
        let socket = TcpSocket::new_v4().expect("a socket");
        // What it accepts has the same.
        socket.set_send_buffer_size(16 << 10).expect("a small buffer");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let listener = socket.listen(1024).expect("it listens");
        let address = listener.local_addr().expect("it is bound");
        let (metrics, actor) = (registry.metrics(), registry.client().get_or_create::<Stream>("test"));
        let serving = registry.serve_listener(listener, std::future::pending());
        let server = tokio::spawn(async move { serving.await.expect("it serves") });
        Self { metrics, address, server, actor }
    }

    /// A connection that listens to this event.
    async fn listen(&self, event: &str) -> Socket {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(8 << 10).expect("a small buffer");
        let mut socket = socket.connect(self.address).await.expect("it listens");
        let head = format!(
            "GET /gateway/stream/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=test HTTP/1.1\r\n\
             host: localhost\r\n{}\r\n",
            gateway::UPGRADE
        );
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            read.push(socket.read_u8().await.expect("it answers"));
        }
        let mut socket = ClientBuilder::new().take_over(socket);
        gateway::next_json(&mut socket).await;
        let subscribe = json!({ "eventName": event, "subscribe": true });
        let call = json!({ "id": 0, "name": "countConnections", "args": [] });
        for (tag, val) in [("SubscriptionRequest", subscribe), ("ActionRequest", call)] {
            let message = json!({ "body": { "tag": tag, "val": val } }).to_string();
            socket.send(Message::text(message)).await.expect("it is open");
        }
        gateway::next_json(&mut socket).await;
        socket
    }

    fn losses(&self, event: &str) -> EventDrops {
        self.metrics.event_drops().into_iter().find(|losses| losses.event == event).expect("it is there")
    }

    /// Sends all events, never more at once than clients that read have room for.
    async fn send_all(&self, event: &str, count: u64, readers: &mut [Reader]) {
        for from in (0..count).step_by(500) {
            let to = count.min(from + 500);
            self.actor.publish(event.to_owned(), from, to).await.expect("it sends");
            for reader in &mut *readers {
                reader.until(to).await;
            }
        }
    }
}

/// A client that reads.
struct Reader {
    read: tokio::sync::watch::Receiver<u64>,
}

impl Reader {
    /// Checks that it gets each event, in order.
    fn start(mut socket: Socket) -> Self {
        let (seen, read) = tokio::sync::watch::channel(0);
        tokio::spawn(async move {
            let mut next = 0;
            while let Some(Ok(message)) = socket.next().await {
                if let Some(text) = message.as_text() {
                    let start = format!("\"args\":[{next},");
                    assert!(text.contains(&start), "expected {next}, got {text}");
                    next += 1;
                    seen.send_replace(next);
                }
            }
        });
        Self { read }
    }

    async fn until(&mut self, count: u64) {
        let waiting = self.read.wait_for(|read| *read >= count);
        let read = timeout(Duration::from_secs(20), waiting).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "a client that reads gets everything");
    }
}

/// What a client that had stalled finds when it reads again.
#[derive(Default)]
struct Found {
    numbers: Vec<u64>,
    bytes: usize,
    told: u64,
}

impl Found {
    async fn read(socket: &mut Socket, event: &str, last: u64) -> Self {
        let mut found = Self::default();
        while found.numbers.last() != Some(&last) {
            let message = gateway::next(socket).await;
            found.bytes += message.as_payload().len();
            let message: Value = serde_json::from_str(message.as_text().expect("a text")).expect("JSON");
            let val = &message["body"]["val"];
            if val["name"] == "callboard.events_dropped" {
                assert_eq!(val["args"][0]["event"], event);
                found.told += val["args"][0]["dropped"].as_u64().expect("a number");
            } else {
                found.numbers.push(val["args"][0].as_u64().expect("a number"));
            }
        }
        found
    }
}

/// How many of the clients stall: one, and as many as there are others.
async fn for_one_and_half(test: impl AsyncFn(usize, usize, u64)) {
    let (events, clients) = sizes();
    test(1, clients - 1, events).await;
    test(clients / 2, clients / 2, events).await;
}

async fn sockets(scene: &Scene, event: &str, count: usize) -> Vec<Socket> {
    join_all((0..count).map(|_| scene.listen(event))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stalls_is_closed_and_the_others_get_everything() {
    for_one_and_half(async |stalled, reading, events| {
        let scene = Scene::start(2);
        let idle = sockets(&scene, "fact", stalled).await;
        let mut readers: Vec<_> =
            sockets(&scene, "fact", reading).await.into_iter().map(Reader::start).collect();
        scene.send_all("fact", events, &mut readers).await;
        let losses = scene.losses("fact");
        assert_eq!((losses.slow, losses.disconnected), (SlowConsumer::Disconnect, stalled as u64));
        let full = Instant::now();
        while scene.actor.count_connections().await.expect("it counts") > reading {
            assert!(full.elapsed() < Duration::from_secs(9), "it is closed soon");
            sleep(Duration::from_millis(50)).await;
        }
        drop(idle);
        scene.server.abort();
    })
    .await;
}

/// What a stalled client finds is bounded by its queue, what was being written, and the buffers of the system.
const BOUND: usize = (256 << 10) + (64 << 10) + (128 << 10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stalls_misses_the_oldest_and_is_told() {
    for_one_and_half(async |stalled, reading, events| {
        let scene = Scene::start(600);
        let mut idle = sockets(&scene, "tick", stalled).await;
        let mut readers: Vec<_> =
            sockets(&scene, "tick", reading).await.into_iter().map(Reader::start).collect();
        scene.send_all("tick", events, &mut readers).await;
        let mut told = 0;
        for socket in &mut idle {
            let found = Found::read(socket, "tick", events - 1).await;
            assert!(found.told > 0, "it has missed some");
            assert!(found.numbers.is_sorted_by(|one, other| one < other), "in order");
            assert_eq!(found.numbers.len() as u64 + found.told, events);
            assert!(found.bytes < BOUND, "{} bytes waited", found.bytes);
            told += found.told;
        }
        let losses = scene.losses("tick");
        assert_eq!((losses.dropped, losses.superseded, losses.disconnected), (told, 0, 0));
        scene.server.abort();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stalls_gets_the_newest_of_each_key() {
    for_one_and_half(async |stalled, reading, events| {
        let scene = Scene::start(600);
        let mut idle = sockets(&scene, "step", stalled).await;
        let mut readers: Vec<_> =
            sockets(&scene, "step", reading).await.into_iter().map(Reader::start).collect();
        scene.send_all("step", events, &mut readers).await;
        let mut told = 0;
        for socket in &mut idle {
            let found = Found::read(socket, "step", events - 1).await;
            let newest: Vec<u64> = (events - PLAYERS..events).collect();
            assert_eq!(found.numbers[found.numbers.len() - newest.len()..], newest[..]);
            assert!(found.numbers.is_sorted_by(|one, other| one < other), "in order");
            assert_eq!(found.numbers.len() as u64 + found.told, events);
            assert!(found.told > 0 && found.bytes < BOUND, "{} bytes waited", found.bytes);
            told += found.told;
        }
        let losses = scene.losses("step");
        assert_eq!((losses.dropped, losses.superseded, losses.disconnected), (0, told, 0));
        scene.server.abort();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_reads_again_is_dropped_though_its_events_may_be() {
    let scene = Scene::start(2);
    let idle = sockets(&scene, "tick", 1).await;
    scene.send_all("tick", 10_000, &mut []).await;
    let full = Instant::now();
    while scene.actor.count_connections().await.expect("it counts") > 0 {
        assert!(full.elapsed() < Duration::from_secs(9), "it is closed soon");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(scene.losses("tick").disconnected, 0, "of that it was not the event's doing");
    drop(idle);
    scene.server.abort();
}

/// What many get is written past their sessions, which write what is theirs alone, and what a socket did not take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_to_clients_that_read_slowly_and_ask_meanwhile_is_whole_and_in_order() {
    const EVENTS: u64 = 1000;
    const ASKED: usize = 50;
    let scene = Scene::start(600);
    let reading = sockets(&scene, "fact", 4).await.into_iter().map(|mut socket| async move {
        let call = json!({ "id": 1, "name": "countConnections", "args": [] });
        let call = json!({ "body": { "tag": "ActionRequest", "val": call } }).to_string();
        let (mut next, mut asked, mut answers, mut pongs) = (0, 0, 0, 0);
        while next < EVENTS || answers < ASKED || pongs < ASKED {
            let message = socket.next().await.expect("it is open").expect("the frames are whole");
            if message.is_pong() {
                pongs += 1;
            } else if message.as_text().is_some_and(|text| text.contains("ActionResponse")) {
                answers += 1;
            } else {
                assert!(message.as_text().expect("a text").contains(&format!("\"args\":[{next},")));
                next += 1;
            }
            if next % 20 == 1 && asked < ASKED {
                asked += 1;
                socket.send(Message::ping("there?")).await.expect("it is open");
                socket.send(Message::text(call.clone())).await.expect("it is open");
                // So long that its socket is full.
                sleep(Duration::from_millis(20)).await;
            }
        }
    });
    let reading = join_all(reading);
    let publishing = async {
        for from in (0..EVENTS).step_by(5) {
            scene.actor.publish("fact".to_owned(), from, from + 5).await.expect("it sends");
        }
    };
    let both = timeout(Duration::from_secs(20), futures_util::future::join(reading, publishing)).await;
    both.expect("everything arrives");
    scene.server.abort();
}
