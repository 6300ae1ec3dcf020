//! Slow consumers at full size: of 1,000 clients none, one, or half do not read, while events flow to all. What the
//! others notice (how late events come to them), what a client that does not read costs, and what becomes of it. The
//! server is a process on one core, the load is another on the other core; the three are interleaved in one run.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin stalled`; `ROUNDS`, `EVENTS` (of each of them) and
//! `CONNECTIONS` change its size. `EVENTS=1000000` takes 13 minutes for each. Linux, with `taskset`.

#[path = "../fanout/callboard_server.rs"]
mod callboard_server;
#[path = "../fanout/load.rs"]
#[allow(dead_code, reason = "what it counts is of no interest here")]
mod load;

use std::{cell::RefCell, env, rc::Rc, time::Instant};

use callboard_benches::{line_of, median_of, memory_of, on_one_thread, pinned, setting, soon};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    sync::Notify,
    task::{LocalSet, spawn_local},
};

/// Events that are on their way at once: what a client that reads has room for.
pub const BURSTS: [usize; 1] = [16];

fn main() {
    let args: Vec<_> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare_all(),
        ["serve"] => on_one_thread(serve()),
        ["load", address, pid, connections, stalled] => on_one_thread(run(
            address,
            pid.parse().unwrap(),
            connections.parse().unwrap(),
            stalled.parse().unwrap(),
        )),
        _ => panic!("no arguments are needed"),
    }
}

/// With small buffers of the system's, which otherwise take megabytes before anybody is seen to stall.
async fn serve() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(64 << 10).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    callboard_server::serve(socket.listen(1024).unwrap()).await;
}

fn compare_all() {
    let (rounds, connections) = (setting("ROUNDS", 3), setting("CONNECTIONS", 1_000));
    let stalled = [0, 1, connections / 2];
    let mut figures = vec![vec![Vec::new(); 4]; stalled.len()];
    for _ in 0..rounds {
        for (stalled, figures) in stalled.iter().zip(&mut figures) {
            for (figure, value) in figures.iter_mut().zip(measure(connections, *stalled)) {
                figure.push(value);
            }
        }
    }
    println!("{connections} connections, medians of {rounds} interleaved rounds");
    let mut base = 0.0;
    for (stalled, figures) in stalled.iter().zip(&mut figures) {
        let [p50, p99, memory, closed] = [0, 1, 2, 3].map(|figure| median_of(&mut figures[figure]));
        base = if *stalled == 0 { p99 } else { base };
        println!(
            "  {stalled:>4} stalled: p50 {p50:>6.2} ms, p99 {p99:>6.2} ms ({:.2} of none), {:>4.0} KiB each, the last gone after {closed:.1} s",
            p99 / base,
            memory / 1024.0,
        );
    }
}

fn measure(connections: usize, stalled: usize) -> Vec<f64> {
    let mut serving = pinned("0", &["serve"]);
    let address = line_of(&mut serving);
    let pid = serving.id().to_string();
    let mut load = pinned("1", &["load", &address, &pid, &connections.to_string(), &stalled.to_string()]);
    let line = line_of(&mut load);
    assert!(load.wait().unwrap().success(), "the load failed");
    serving.kill().unwrap();
    serving.wait().unwrap();
    line.split_whitespace().map(|value| value.parse().unwrap()).collect()
}

/// What has arrived of the burst that is under way.
struct Burst {
    began: Instant,
    missing: usize,
    late: Lateness,
}

/// How late events came to clients: how many in each hundredth of a millisecond.
#[derive(Default)]
struct Lateness(Vec<usize>);

impl Lateness {
    const PER_MS: f64 = 100.0;

    fn add(&mut self, since: Instant, events: usize) {
        let place = (since.elapsed().as_secs_f64() * 1e3 * Self::PER_MS) as usize;
        if place >= self.0.len() {
            self.0.resize(place + 1, 0);
        }
        self.0[place] += events;
    }

    /// How many ms late this share of the events was at most.
    fn at(&self, share: f64) -> f64 {
        let mut left = (self.0.iter().sum::<usize>() as f64 * share) as usize;
        let place = self.0.iter().position(|count| {
            let is_it = left < *count;
            left = left.saturating_sub(*count);
            is_it
        });
        place.unwrap() as f64 / Self::PER_MS
    }
}

/// Prints p50 and p99 of how late events come to those that read, bytes of memory for each that does not, and how many
/// seconds after the first of them stalled the last was gone.
async fn run(address: &str, pid: u32, connections: usize, stalled: usize) {
    LocalSet::new()
        .run_until(async {
            let dialect = load::Dialect::of("callboard");
            let (burst, all) = (BURSTS[0], Rc::new(Notify::new()));
            let state =
                Rc::new(RefCell::new(Burst { began: Instant::now(), missing: 0, late: Lateness::default() }));
            let beside = sockets_of(pid);
            let mut writers = Vec::new();
            for _ in 0..connections - stalled {
                let mut stream = TcpStream::connect(address).await.unwrap();
                let said = dialect.open(&mut stream).await;
                let (reader, writer) = stream.into_split();
                writers.push(writer);
                let (state, all) = (Rc::clone(&state), Rc::clone(&all));
                spawn_local(load::count_events(reader, said, dialect.event, move |events| {
                    let mut state = state.borrow_mut();
                    let began = state.began;
                    state.late.add(began, events);
                    state.missing -= events;
                    if state.missing == 0 {
                        all.notify_one();
                    }
                }));
            }
            let mut idle = Vec::new();
            for _ in 0..stalled {
                let socket = TcpSocket::new_v4().unwrap();
                socket.set_recv_buffer_size(8 << 10).unwrap();
                let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
                dialect.open(&mut stream).await;
                idle.push(stream);
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            let (before, mut most) = (memory_of(pid), 0);
            let request = (dialect.burst)(burst);
            let (began, mut gone) = (Instant::now(), None);
            for number in 0..setting("EVENTS", 30_000) / burst {
                {
                    let mut state = state.borrow_mut();
                    (state.began, state.missing) = (Instant::now(), burst * (connections - stalled));
                }
                writers[0].write_all(&request).await.unwrap();
                soon(all.notified()).await;
                if gone.is_none() && number % 64 == 0 {
                    most = most.max(memory_of(pid));
                    if sockets_of(pid) - beside <= connections - stalled {
                        gone = Some(began.elapsed().as_secs_f64());
                    }
                }
            }
            while gone.is_none() {
                assert!(
                    began.elapsed().as_secs() < 60,
                    "{} do not read, and are open",
                    sockets_of(pid) - beside
                );
                if sockets_of(pid) - beside <= connections - stalled {
                    gone = Some(began.elapsed().as_secs_f64());
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            let late = std::mem::take(&mut state.borrow_mut().late);
            let each = most.saturating_sub(before) as f64 / stalled.max(1) as f64;
            println!("{} {} {each} {}", late.at(0.5), late.at(0.99), gone.unwrap_or_default());
            drop(idle);
        })
        .await;
}

/// How many sockets a process has.
fn sockets_of(pid: u32) -> usize {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let links = links.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
}
