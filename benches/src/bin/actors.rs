//! 100,000 live actors with an address each: what one takes in memory, and what it takes to start it and hear its first
//! answer. Beside a bare loop, kameo, ractor, actix and xtra, each in a process of its own, on one thread; medians.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin actors`; `ACTORS` and `ROUNDS` change its size.
//!
//! The heap is what was asked for and is not given back; RSS is what the system's allocator has of the kernel for it,
//! and what it wastes. Both are free of what the store keeps of a durable actor: the memory that is given back when, at
//! the end, the store goes, of which nothing else is left by then. Counting takes about 10 ns for each allocation.

use std::{
    alloc::System,
    env,
    process::{Command, id},
};

use callboard_benches::{
    Stopwatch, median_of, memory_of,
    peers::{Actix, Bare, DurableWrite, Fn, Kameo, Peer, Ractor, Xtra, on_threads},
    setting,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Prints the figures of one peer.
type Measure = fn(usize);

const PEERS: [(&str, Measure); 7] = [
    (Bare::NAME, measure::<Bare>),
    (Fn::NAME, measure::<Fn>),
    (DurableWrite::NAME, measure::<DurableWrite>),
    (Kameo::NAME, measure::<Kameo>),
    (Ractor::NAME, measure::<Ractor>),
    (Actix::NAME, measure::<Actix>),
    (Xtra::NAME, measure::<Xtra>),
];

/// In the order in which `measure` prints them.
const FIGURES: [&str; 6] = ["RSS", "heap", "allocs", "ns", "CPU ns", "store"];

fn main() {
    let actors = setting("ACTORS", 100_000);
    match env::args().nth(1) {
        Some(peer) => PEERS.iter().find(|(name, _)| *name == peer).expect("one of the peers").1(actors),
        None => compare(actors, setting("ROUNDS", 5)),
    }
}

fn compare(actors: usize, rounds: usize) {
    let mut figures = vec![vec![Vec::new(); FIGURES.len()]; PEERS.len()];
    for _ in 0..rounds {
        for ((name, _), figures) in PEERS.iter().zip(&mut figures) {
            for (value, values) in figures_of(name).into_iter().zip(figures) {
                values.push(value);
            }
        }
    }
    println!(
        "{actors} actors, {rounds} rounds; medians of one actor: bytes, allocations, start and first answer"
    );
    print!("  {:<24}", "");
    println!("{}", FIGURES.map(|figure| format!("{figure:>8}")).concat());
    for ((name, _), figures) in PEERS.iter().zip(&mut figures) {
        let medians = figures.iter_mut().map(|values| format!("{:>8.0}", median_of(values)));
        println!("  {name:<24}{}", medians.collect::<String>());
    }
}

/// In a process of its own: an allocator that has seen other work has room to give away.
fn figures_of(peer: &str) -> Vec<f64> {
    let output = Command::new(env::current_exe().unwrap()).arg(peer).output().unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<_> = line.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
    assert_eq!(figures.len(), FIGURES.len(), "{peer}: {}", String::from_utf8_lossy(&output.stderr));
    figures
}

fn measure<P: Peer>(actors: usize) {
    on_threads(1, async {
        let host = P::host().await;
        // What the first actor makes for all.
        let first = started::<P>(&host, actors).await;
        let (rss, heap, allocations) = (memory_of(id()), heap(), HEAP.stats().allocations);
        let watch = Stopwatch::start();
        let mut addresses = Vec::with_capacity(actors);
        for number in 0..actors {
            addresses.push(started::<P>(&host, number).await);
        }
        let cost = watch.cost();
        let allocations = HEAP.stats().allocations - allocations;
        let (rss, heap) = (memory_of(id()) - rss, self::heap() - heap);
        drop((first, addresses));
        let store = size_of_store(P::stop(host).await);
        let figures = [
            (rss - store) as f64,
            (heap - store) as f64,
            allocations as f64,
            cost.time.as_nanos() as f64,
            cost.cpu.as_nanos() as f64,
            store as f64,
        ];
        println!("{}", figures.map(|figure| format!("{:.1} ", figure / actors as f64)).concat());
    });
}

async fn started<P: Peer>(host: &P::Host, number: usize) -> P {
    let address = P::start(host, number).await;
    address.ask().await;
    address
}

fn size_of_store(store: Box<dyn std::any::Any>) -> usize {
    let before = heap();
    drop(store);
    before - heap()
}

/// Bytes that were asked for, and are not given back.
fn heap() -> usize {
    let stats = HEAP.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
