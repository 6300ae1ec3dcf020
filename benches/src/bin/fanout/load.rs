//! The load: opens connections, asks for bursts on the first of them, and counts what arrives on all.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use callboard_benches::{
    cpu_of, memory_of,
    raw_client::{frame, open, read_frames},
    setting, soon,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpStream, tcp::OwnedReadHalf},
    sync::Notify,
    task::{LocalSet, spawn_local},
};

use crate::BURSTS;

/// What each event carries.
pub const TEXT: &str = "something happened here";

/// What has arrived, and what must for a burst to be over.
#[derive(Default)]
struct Arrived {
    count: Cell<usize>,
    expected: Cell<usize>,
    all: Notify,
}

/// Prints bytes per connection, then deliveries per second and CPU seconds per million of each burst.
pub async fn run(server: &str, address: &str, pid: u32, connections: usize) {
    LocalSet::new()
        .run_until(async {
            let dialect = Dialect::of(server);
            let arrived = Rc::new(Arrived::default());
            let before = memory_of(pid);
            let mut writers = Vec::new();
            for _ in 0..connections {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let said = dialect.open(&mut stream).await;
                let (reader, writer) = stream.into_split();
                writers.push(writer);
                spawn_local(count(reader, said, dialect.event, Rc::clone(&arrived)));
            }
            // The last subscriptions arrive.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let mut figures = vec![(memory_of(pid) - before) as f64 / connections as f64];
            let time = Duration::from_millis(setting("MILLIS", 2_000) as u64);
            for burst in BURSTS {
                let request = (dialect.burst)(burst);
                let (began, cpu) = (Instant::now(), cpu_of(pid));
                let mut deliveries = 0;
                while began.elapsed() < time {
                    arrived.expected.set(burst * connections);
                    writers[0].write_all(&request).await.unwrap();
                    soon(arrived.all.notified()).await;
                    deliveries += burst * connections;
                }
                figures.push(deliveries as f64 / began.elapsed().as_secs_f64());
                figures.push((cpu_of(pid) - cpu) / deliveries as f64 * 1e6);
            }
            let figures: Vec<_> = figures.iter().map(f64::to_string).collect();
            println!("{}", figures.join(" "));
        })
        .await;
}

/// Counts what arrives, of all connections.
async fn count(reader: OwnedReadHalf, said: Vec<u8>, event: &'static [u8], arrived: Rc<Arrived>) {
    count_events(reader, said, event, |events| {
        arrived.count.set(arrived.count.get() + events);
        if arrived.expected.get() > 0 && arrived.count.get() == arrived.expected.get() {
            arrived.count.set(0);
            arrived.expected.set(0);
            arrived.all.notify_one();
        }
    })
    .await;
}

/// Counts the frames that are events, as they arrive.
pub async fn count_events(reader: OwnedReadHalf, said: Vec<u8>, event: &'static [u8], count: impl Fn(usize)) {
    read_frames(reader, said, |frames| {
        let events = frames.filter(|frame| frame.starts_with(event)).count();
        if events > 0 {
            count(events);
        }
    })
    .await;
}

/// How a server is spoken to.
pub struct Dialect {
    path: &'static str,
    /// What is sent when the connection is open, in frames, and after how many of the server's frames.
    hello: &'static [&'static str],
    /// How an event begins.
    pub event: &'static [u8],
    pub burst: fn(usize) -> Vec<u8>,
}

impl Dialect {
    pub fn of(server: &str) -> Self {
        match server {
            "raw" => Self {
                path: "/",
                hello: &[],
                event: br#"{"body":{"tag":"Event""#,
                burst: |burst| vec![u8::try_from(burst).unwrap()],
            },
            "callboard" => Self {
                path: "/gateway/clock/connect?rvt-namespace=default&rvt-method=getOrCreate",
                hello: &[
                    r#"{"body":{"tag":"SubscriptionRequest","val":{"eventName":"tick","subscribe":true}}}"#,
                ],
                event: br#"{"body":{"tag":"Event""#,
                burst: |burst| {
                    frame(&format!(
                        r#"{{"body":{{"tag":"ActionRequest","val":{{"id":1,"name":"burst","args":[{burst}]}}}}}}"#
                    ))
                },
            },
            _ => Self {
                path: "/socket.io/?EIO=4&transport=websocket",
                hello: &["40"],
                event: b"42[\"tick\"",
                burst: |burst| frame(&format!(r#"42["burst",{burst}]"#)),
            },
        }
    }

    /// Opens a connection. Returns what the server has said on it already, which may end in the middle of a frame.
    pub async fn open(&self, stream: &mut TcpStream) -> Vec<u8> {
        let said = open(stream, self.path, "").await;
        for message in self.hello {
            stream.write_all(&frame(message)).await.unwrap();
        }
        said
    }
}
