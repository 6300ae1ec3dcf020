//! How old the newest value is that a slow reader has: five users at 60 Hz, and a reader of a third of that.
//!
//! It takes a minute, and measures: `cargo test -p callboard --test server_staleness -- --ignored --nocapture`. `SECONDS`
//! changes its length. What it measures is made sure of without a clock in `server/session/tests/pace.rs`.

#![allow(clippy::print_stdout, reason = "it measures")]

mod gateway;

use std::{
    env,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use callboard::prelude::*;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Instant, interval, sleep},
};

/// Where a user's cursor is, and since when; 100 bytes as a frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cursor(u64, u64, String);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Board;

#[actor(events(Cursor(slow = latest(by = 0))), ephemeral)]
impl Board {
    #[action]
    fn point(&self, ctx: &Ctx<Self>, user: u64) {
        ctx.broadcast(&Cursor(user, now_ms(), "x".repeat(24)));
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    since.as_millis().try_into().expect("it fits")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes a minute, and measures"]
async fn how_old_values_are() {
    let seconds = env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let registry = Registry::new().in_memory().register::<Board>();
    let board = registry.client().get_or_create::<Board>("test");
    let metrics = registry.metrics();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(registry.serve_listener(listener, std::future::pending()));
    let readers = [("4 KiB", Some(4 << 10)), ("default", None)].map(|(name, buffer)| {
        tokio::spawn(async move {
            let socket = TcpSocket::new_v4().expect("a socket");
            if let Some(bytes) = buffer {
                socket.set_recv_buffer_size(bytes).expect("a buffer");
            }
            let socket = socket.connect(address).await.expect("it listens");
            let reader = Reader::open(socket).await;
            (name, reader.read_for(seconds).await)
        })
    });
    sleep(Duration::from_millis(500)).await;
    let publishing = tokio::spawn(async move {
        let mut ticks = interval(Duration::from_micros(16_667));
        loop {
            ticks.tick().await;
            for user in 0..5 {
                board.point(user).await.expect("it is there");
            }
        }
    });
    for reader in readers {
        let (name, ages) = reader.await.expect("it reads");
        println!("receive buffer {name}: the newest value's greatest age");
        for (from, to) in [(0, 1), (1, 5), (5, 10), (10, 20), (20, 30), (30, 45), (45, 60), (60, 90)] {
            let within = ages.iter().filter(|(at, _)| (from..to).contains(at));
            if let Some(age) = within.map(|(_, age)| age).max() {
                println!("  {from:>2} to {to:>2} s: {:.2} s", age.as_secs_f64());
            }
        }
    }
    println!("{:?}", metrics.event_drops());
    publishing.abort();
}

/// Reads 10 KB in a second, and answers pings as it reads them.
struct Reader {
    socket: TcpStream,
    read: Vec<u8>,
}

impl Reader {
    async fn open(mut socket: TcpStream) -> Self {
        let head = format!(
            "GET /gateway/board/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=test HTTP/1.1\r\n\
             host: localhost\r\n{}\r\n",
            gateway::UPGRADE
        );
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            read.push(socket.read_u8().await.expect("it answers"));
        }
        let subscribe = json!({ "eventName": "cursor", "subscribe": true });
        let message = json!({ "body": { "tag": "SubscriptionRequest", "val": subscribe } }).to_string();
        let mut reader = Self { socket, read: Vec::new() };
        reader.send(0x81, message.as_bytes()).await;
        reader
    }

    async fn send(&mut self, opcode: u8, payload: &[u8]) {
        let length = u8::try_from(payload.len()).expect("it is short");
        assert!(length < 126, "it is short");
        let frame = [&[opcode, 0x80 | length, 0, 0, 0, 0], payload].concat();
        self.socket.write_all(&frame).await.expect("it is open");
    }

    /// The age of the newest value, each tenth of a second.
    async fn read_for(mut self, seconds: u64) -> Vec<(u64, Duration)> {
        let (began, mut ticks) = (Instant::now(), interval(Duration::from_millis(20)));
        let (mut newest, mut ages, mut bytes) = (None, Vec::new(), [0; 200]);
        while began.elapsed().as_secs() < seconds {
            ticks.tick().await;
            if let Ok(read) = self.socket.try_read(&mut bytes) {
                self.read.extend_from_slice(&bytes[..read]);
            }
            while let Some((opcode, payload)) = self.frame() {
                if opcode == 0x89 {
                    self.send(0x8a, &payload).await;
                }
                let message: serde_json::Value = serde_json::from_slice(&payload).unwrap_or_default();
                newest = newest.max(message["body"]["val"]["args"][1].as_u64());
            }
            if let Some(newest) = newest {
                ages.push((
                    began.elapsed().as_secs(),
                    Duration::from_millis(now_ms().saturating_sub(newest)),
                ));
            }
        }
        ages
    }

    /// The next frame that is there, of fewer than 64 KiB.
    fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (opcode, short) = (*self.read.first()?, *self.read.get(1)?);
        let (head, length) = match short {
            126 => (4, usize::from(u16::from_be_bytes([*self.read.get(2)?, *self.read.get(3)?]))),
            length => (2, usize::from(length)),
        };
        let payload = self.read.get(head..head + length)?.to_vec();
        self.read.drain(..head + length);
        Some((opcode, payload))
    }
}
