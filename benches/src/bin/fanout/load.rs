//! The load: opens connections, asks for bursts on the first of them, and counts what arrives on all.

use std::{
    cell::Cell,
    fs,
    rc::Rc,
    time::{Duration, Instant},
};

use callboard_benches::{memory_of, setting, soon};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
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
pub async fn count_events(
    mut reader: OwnedReadHalf,
    mut buffer: Vec<u8>,
    event: &'static [u8],
    count: impl Fn(usize),
) {
    buffer.reserve(8 * 1024);
    while reader.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
        let (mut rest, mut events) = (&buffer[..], 0);
        while let Some((frame, after)) = split_frame(rest) {
            rest = after;
            events += usize::from(frame.starts_with(event));
        }
        let done = buffer.len() - rest.len();
        buffer.drain(..done);
        if events > 0 {
            count(events);
        }
    }
}

/// The payload of the first frame, and what follows it. A server does not mask.
fn split_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[_, length], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match length {
        126 => {
            rest.split_first_chunk().map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))?
        }
        127 => panic!("no event is that long"),
        length => (usize::from(length), rest),
    };
    rest.split_at_checked(length)
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
        let path = self.path;
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        let head = loop {
            if let Some(head) = said.windows(4).position(|end| end == b"\r\n\r\n") {
                break head + 4;
            }
            assert!(
                stream.read_buf(&mut said).await.unwrap() > 0,
                "refused: {}",
                String::from_utf8_lossy(&said)
            );
        };
        assert!(said.starts_with(b"HTTP/1.1 101"), "refused: {}", String::from_utf8_lossy(&said));
        for message in self.hello {
            stream.write_all(&frame(message)).await.unwrap();
        }
        said.split_off(head)
    }
}

/// A text frame of a client, masked with zeros.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    assert!(text.len() < 126);
    frame.extend(text.as_bytes());
    frame
}

/// Seconds of CPU that a process has used.
fn cpu_of(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<_> = fields.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}
