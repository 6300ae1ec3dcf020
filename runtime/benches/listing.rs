//! What writes lose while somebody lists actors without a pause, beside what they do alone in the same run.
//!
//! `cargo bench --bench listing`. Only the ratios travel from one machine, or one minute, to the next.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints, and panics where it cannot"
)]

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use callboard::{
    ActorId, Key, Registry,
    prelude::*,
    store::{ActorRecord, Commit, SqliteStore, Store},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);
const ACTORS: usize = 50_000;
const WRITERS: usize = 64;
const LISTS: [usize; 2] = [1, 100];
const LOOPS: usize = 4;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Room {
    count: u64,
}

#[actor(sleep_timeout = "1h")]
impl Room {
    #[action]
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = fill(directory.path()).await;
    let registry = Registry::new().store(store).register::<Room>().control("a-token-of-its-own");
    let client = registry.client();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = registry.serve_listener(listener, std::future::pending());
    tokio::spawn(async { serving.await.unwrap() });
    let mut alone = Vec::new();
    let mut beside = LISTS.map(|_| (Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        alone.push(writes_per_second(&client).await);
        for (limit, (writes, lists)) in LISTS.into_iter().zip(&mut beside) {
            let listing = Listing::start(address, limit);
            writes.push(writes_per_second(&client).await);
            lists.push(listing.stop());
        }
    }
    let alone = median(&mut alone);
    println!("{ACTORS} actors, {WRITERS} writers, medians of {ROUNDS} rounds");
    println!("  nobody lists                      {alone:8.0} writes/s");
    for (limit, (mut writes, mut lists)) in LISTS.into_iter().zip(beside) {
        let (writes, lists) = (median(&mut writes), median(&mut lists));
        let ratio = writes / alone;
        println!(
            "  {LOOPS} loops of pages of {limit:3}           {writes:8.0} writes/s  {ratio:6.2} times, {lists:8.0} pages/s"
        );
    }
}

async fn fill(directory: &Path) -> SqliteStore {
    let store = SqliteStore::open(directory).unwrap();
    let ids: Vec<_> = (0..ACTORS).map(|_| ActorId::generate()).collect();
    for ids in ids.chunks(1000) {
        let create = |id: &ActorId| Commit::Create {
            record: ActorRecord::new(*id, "room", Key::from(id.to_string()), 0),
            state: Bytes::from_static(&[7; 256]),
            alarms: vec![],
            messages: vec![],
        };
        store.commit(ids.iter().map(create).collect()).await.unwrap();
    }
    store
}

async fn writes_per_second(client: &callboard::Client) -> f64 {
    let (start, count) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let writers = (0..WRITERS).map(|n| {
        let (room, count) = (client.get_or_create::<Room>(format!("writer-{n}")), Arc::clone(&count));
        tokio::spawn(async move {
            while start.elapsed() < TIME {
                room.add().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    per_second(count.load(Ordering::Relaxed), start)
}

/// Lists over sockets of its own, from a thread of its own, until it is stopped.
struct Listing {
    ended: Arc<AtomicBool>,
    pages: Arc<AtomicUsize>,
    start: Instant,
    thread: thread::JoinHandle<()>,
}

impl Listing {
    fn start(address: SocketAddr, limit: usize) -> Self {
        let (ended, pages) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (until, count) = (Arc::clone(&ended), Arc::clone(&pages));
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let loops = (0..LOOPS).map(|_| list(address, limit, &until, &count));
                futures_util::future::join_all(loops).await;
            });
        });
        Self { ended, pages, start: Instant::now(), thread }
    }

    fn stop(self) -> f64 {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        per_second(self.pages.load(Ordering::Relaxed), self.start)
    }
}

async fn list(address: SocketAddr, limit: usize, ended: &AtomicBool, pages: &AtomicUsize) {
    let mut socket = BufReader::new(TcpStream::connect(address).await.unwrap());
    let request = format!(
        "GET /actors?name=room&limit={limit} HTTP/1.1\r\nhost: localhost\r\nx-rivet-token: a-token-of-its-own\r\n\r\n"
    );
    while !ended.load(Ordering::Relaxed) {
        socket.get_mut().write_all(request.as_bytes()).await.unwrap();
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            socket.read_line(&mut line).await.unwrap();
            assert!(!line.starts_with("HTTP/1.1") || line.contains("200"), "{line}");
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        socket.read_exact(&mut body).await.unwrap();
        pages.fetch_add(1, Ordering::Relaxed);
    }
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "counts of some seconds")]
fn per_second(count: usize, start: Instant) -> f64 {
    count as f64 / start.elapsed().as_secs_f64()
}
