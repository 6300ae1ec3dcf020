//! The load: raw sockets that ask, count what comes, and look at no more of it than they must.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use callboard_benches::{
    cpu_of,
    raw_client::{ask, frame, open, read_frames},
    setting, soon,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    sync::{Notify, mpsc},
    task::{LocalSet, spawn_local},
};

use crate::case::{Call, Case, Load};

/// Before anything is measured.
const WARM_UP: Duration = Duration::from_millis(200);
const ANSWER: &[u8] = br#"{"body":{"tag":"ActionResponse""#;
const EVENT: &[u8] = br#"{"body":{"tag":"Event""#;

/// Prints operations per second, and microseconds of the server's CPU for each.
pub async fn run(case: &Case, address: &str, pid: u32) {
    let local = LocalSet::new();
    let time = Duration::from_millis(setting("MILLIS", 1_000) as u64);
    let (rate, cpu) = local
        .run_until(async {
            let counter = Counter::of(1);
            match case.load {
                Load::Calls { connections, in_flight, call } => {
                    start_calls(address, connections, in_flight, call, &counter).await;
                }
                Load::CallsBeside { idle, connections, in_flight } => {
                    for _ in 0..idle {
                        let (stream, said) = connect(address).await;
                        spawn_local(async move { (stream.readable().await, said) });
                    }
                    start_calls(address, connections, in_flight, Call::Send, &counter).await;
                }
                Load::Http { sockets } => start_requests(address, sockets, false, &counter).await,
                Load::Cold { sockets } => start_requests(address, sockets, true, &counter).await,
                Load::FanOut { subscribers, outstanding } => {
                    return fan_out(address, pid, subscribers, outstanding, time).await;
                }
            }
            counter.measure(pid, time).await
        })
        .await;
    println!("{rate} {cpu}");
}

/// Counts what is done.
struct Counter {
    /// How much of what is counted makes an operation.
    unit: usize,
    counted: Cell<usize>,
    is_over: Cell<bool>,
    /// Told of each operation, and when it is over.
    progress: Notify,
}

impl Counter {
    fn of(unit: usize) -> Rc<Self> {
        Rc::new(Self { unit, counted: Cell::default(), is_over: Cell::default(), progress: Notify::new() })
    }

    fn add(&self, count: usize) {
        let before = self.operations();
        self.counted.set(self.counted.get() + count);
        if self.operations() > before {
            self.progress.notify_one();
        }
    }

    fn operations(&self) -> usize {
        self.counted.get() / self.unit
    }

    /// Operations in a second of this time, and microseconds of the server's CPU for each.
    async fn measure(&self, pid: u32, time: Duration) -> (f64, f64) {
        tokio::time::sleep(WARM_UP).await;
        let (began, before, cpu) = (Instant::now(), self.operations(), cpu_of(pid));
        tokio::time::sleep(time).await;
        let done = (self.operations() - before) as f64;
        assert!(done > 0.0, "the server does nothing");
        let figures = (done / began.elapsed().as_secs_f64(), (cpu_of(pid) - cpu) / done * 1e6);
        self.is_over.set(true);
        self.progress.notify_one();
        figures
    }
}

async fn connect(address: &str) -> (TcpStream, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let path = "/gateway/room/connect?rvt-namespace=default&rvt-method=getOrCreate";
    let said = open(&mut stream, path, "rivet, rivet_encoding.json").await;
    (stream, said)
}

async fn start_calls(address: &str, connections: usize, in_flight: usize, call: Call, counter: &Rc<Counter>) {
    for _ in 0..connections {
        let (stream, said) = connect(address).await;
        spawn_local(keep_calling(stream, said, in_flight, call, Rc::clone(counter)));
    }
}

/// Calls again for each answer.
async fn keep_calling(stream: TcpStream, said: Vec<u8>, in_flight: usize, call: Call, counter: Rc<Counter>) {
    let (reader, mut writer) = stream.into_split();
    let (answered, mut answers) = mpsc::unbounded_channel();
    answered.send(in_flight).unwrap();
    spawn_local(async move {
        read_frames(reader, said, |frames| {
            let answers = frames.filter(|frame| frame.starts_with(ANSWER)).count();
            if answers > 0 {
                counter.add(answers);
                let _ = answered.send(answers);
            }
        })
        .await;
        assert!(counter.is_over.get(), "the server closed a connection");
    });
    let mut requests = Requests::new(call);
    while let Some(answers) = answers.recv().await {
        writer.write_all(requests.next(answers)).await.unwrap();
    }
}

/// Calls in frames, each with an id of its own.
struct Requests {
    /// A frame with an id, and where that is.
    frame: Vec<u8>,
    id: usize,
    next: u64,
    buffer: Vec<u8>,
}

impl Requests {
    /// As many digits as the ids of a measurement have.
    const FIRST: u64 = 1_000_000_000;

    fn new(call: Call) -> Self {
        let (name, args) = match call {
            Call::Send => ("sendMessage", SEND_ARGS.to_owned()),
            Call::Measure => ("measure", format!(r#"["{}"]"#, "x".repeat(60 << 10))),
            Call::Recite => ("recite", "[]".to_owned()),
        };
        let first = Self::FIRST.to_string();
        let frame = frame(&format!(
            r#"{{"body":{{"tag":"ActionRequest","val":{{"id":["$BigInt","{first}"],"name":"{name}","args":{args}}}}}}}"#
        ));
        let id = frame.windows(first.len()).position(|bytes| bytes == first.as_bytes()).unwrap();
        Self { frame, id, next: Self::FIRST, buffer: Vec::new() }
    }

    /// So many, one after the other.
    fn next(&mut self, count: usize) -> &[u8] {
        self.buffer.clear();
        for _ in 0..count {
            let id = self.next.to_string();
            self.frame[self.id..][..id.len()].copy_from_slice(id.as_bytes());
            self.buffer.extend(&self.frame);
            self.next += 1;
        }
        &self.buffer
    }
}

const SEND_ARGS: &str = r#"["somebody","something happened here"]"#;

async fn start_requests(address: &str, sockets: usize, is_cold: bool, counter: &Rc<Counter>) {
    for socket in 0..sockets {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let counter = Rc::clone(counter);
        spawn_local(async move {
            let (mut buffer, mut request) = (Vec::with_capacity(4 << 10), post("any"));
            for number in 0.. {
                if is_cold {
                    request = post(&format!("{socket}-{number}"));
                }
                let answer = ask(&mut stream, &request, &mut buffer).await.unwrap();
                assert!(answer.starts_with(br#"{"output":"#), "{}", String::from_utf8_lossy(answer));
                counter.add(1);
            }
        });
    }
}

/// A call over HTTP to the room of this key.
fn post(key: &str) -> Vec<u8> {
    let body = format!(r#"{{"args":{SEND_ARGS}}}"#);
    let length = body.len();
    format!(
        "POST /gateway/room/action/sendMessage?rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key} HTTP/1.1\r\n\
         host: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// One of the subscribers sends; a message is done when all have it. None may be lost.
async fn fan_out(
    address: &str,
    pid: u32,
    subscribers: usize,
    outstanding: usize,
    time: Duration,
) -> (f64, f64) {
    let counter = Counter::of(subscribers);
    let mut counts = Vec::new();
    // All of them are kept: without its writer, a socket says that it has said everything.
    let mut writers = Vec::new();
    for _ in 0..subscribers {
        let (mut stream, said) = connect(address).await;
        let subscribe =
            r#"{"body":{"tag":"SubscriptionRequest","val":{"eventName":"message","subscribe":true}}}"#;
        stream.write_all(&frame(subscribe)).await.unwrap();
        let (reader, writer) = stream.into_split();
        writers.push(writer);
        let count = Rc::new(Cell::new(0));
        counts.push(Rc::clone(&count));
        let counter = Rc::clone(&counter);
        spawn_local(read_frames(reader, said, move |frames| {
            let events = frames.filter(|frame| frame.starts_with(EVENT)).count();
            count.set(count.get() + events);
            counter.add(events);
        }));
    }
    // The last subscriptions arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let publishing = async {
        let (writer, mut requests) = (&mut writers[0], Requests::new(Call::Send));
        let mut sent = 0;
        while !counter.is_over.get() {
            let room = outstanding - (sent - counter.operations());
            writer.write_all(requests.next(room)).await.unwrap();
            sent += room;
            counter.progress.notified().await;
        }
        sent
    };
    let (sent, figures) = futures_util::join!(publishing, counter.measure(pid, time));
    soon(async {
        while counter.operations() < sent {
            counter.progress.notified().await;
        }
    })
    .await;
    assert!(counts.iter().all(|count| count.get() == sent), "an event came twice, or not at all");
    figures
}
