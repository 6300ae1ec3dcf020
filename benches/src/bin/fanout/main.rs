//! Fan-out: one event, or a burst, to many connections. callboard beside a raw tokio loop that writes pre-framed bytes
//! with one write per connection and burst, and beside socketioxide, interleaved in one run. The server is a process on
//! one core, the load is another on the other core.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin fanout`; `ROUNDS`, `MILLIS` (of each measurement) and
//! `CONNECTIONS` (one number) change its size. Linux, with `taskset`.

mod callboard_server;
mod load;
mod raw_server;
mod socketio_server;

use std::env;

use tokio::net::TcpListener;

use callboard_benches::{line_of, median_of, on_one_thread, pinned, setting};

const SERVERS: [&str; 3] = ["raw", "callboard", "socketioxide"];
/// Events that are on their way at once.
const BURSTS: [usize; 3] = [1, 16, 32];

fn main() {
    let args: Vec<_> = env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match args[..] {
        [] => compare_all(),
        ["serve", server] => on_one_thread(async {
            match server {
                "raw" => raw_server::serve().await,
                "callboard" => callboard_server::serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).await,
                _ => socketio_server::serve().await,
            }
        }),
        ["load", server, address, pid, connections] => {
            on_one_thread(load::run(server, address, pid.parse().unwrap(), connections.parse().unwrap()));
        }
        _ => panic!("no arguments are needed"),
    }
}

fn compare_all() {
    let rounds = setting("ROUNDS", 5);
    let sizes = env::var("CONNECTIONS").map_or(vec![1_000, 10_000], |n| vec![n.parse().unwrap()]);
    for connections in sizes {
        // Of each server, of each figure, of each round.
        let mut figures = vec![vec![Vec::new(); FIGURES]; SERVERS.len()];
        for _ in 0..rounds {
            for (server, figures) in SERVERS.iter().zip(&mut figures) {
                for (figure, value) in figures.iter_mut().zip(measure(server, connections)) {
                    figure.push(value);
                }
            }
        }
        print(connections, rounds, &mut figures);
    }
}

/// Memory, then the rate and the server's CPU for each burst.
const FIGURES: usize = 1 + 2 * BURSTS.len();

fn print(connections: usize, rounds: usize, figures: &mut [Vec<Vec<f64>>]) {
    println!("{connections} connections, medians of {rounds} interleaved rounds");
    let medians: Vec<Vec<f64>> = figures
        .iter_mut()
        .map(|figures| figures.iter_mut().map(|values| median_of(values)).collect())
        .collect();
    for (server, values) in SERVERS.iter().zip(&medians) {
        println!("  {server:<14} {:>7.0} bytes of memory per idle subscribed connection", values[0]);
    }
    for (n, burst) in BURSTS.iter().enumerate() {
        println!("  {burst} at once");
        for (server, values) in SERVERS.iter().zip(&medians) {
            let (rate, cpu) = (values[1 + 2 * n], values[2 + 2 * n]);
            let of_raw = rate / medians[0][1 + 2 * n];
            println!(
                "    {server:<12} {rate:>9.0} deliveries/s, {of_raw:>5.2} of raw, {cpu:>6.2} s of server CPU per million"
            );
        }
    }
}

/// Starts a server on the first core, and the load on the second.
fn measure(server: &str, connections: usize) -> Vec<f64> {
    let mut serving = pinned("0", &["serve", server]);
    let address = line_of(&mut serving);
    let pid = serving.id().to_string();
    let mut load = pinned("1", &["load", server, &address, &pid, &connections.to_string()]);
    let line = line_of(&mut load);
    assert!(load.wait().unwrap().success(), "the load on {server} failed");
    serving.kill().unwrap();
    serving.wait().unwrap();
    line.split_whitespace().map(|value| value.parse().unwrap()).collect()
}
