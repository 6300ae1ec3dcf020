//! callboard's server beside one that is written by hand on axum: the same chat room, spoken to in the same protocol.
//!
//! What a framework costs beside what its user would write without it. The room of callboard is an actor, in memory and
//! saved to a file of SQLite; the room of the other is a value behind a lock, and its server is tuned as a good engineer
//! would in a day (`axum_server.rs`). Server and load are processes of their own, pinned to one core each.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin wire`. `ROUNDS` and `MILLIS` (of each measurement)
//! change its size, `ONLY` is a part of the names of the cases that are wanted, `WORKERS` is how many threads the servers
//! have, `SERVER_CORES` and `LOAD_CORES` are the cores, as `taskset` takes them, `TMPDIR` is the disk. `wire serve axum`
//! or `callboard` or `durable` is a server alone, which prints its address, and `wire load CASE ADDRESS PID` the load,
//! for profilers. Linux, with `taskset`.

mod axum_room;
mod axum_server;
mod callboard_server;
mod case;
mod load;
mod messages;

use std::env;

use tokio::net::TcpListener;

use callboard_benches::{line_of, median_of, on_one_thread, pinned, setting};

use self::case::{CASES, Case};

/// The first of them is what the others are compared to.
const SERVERS: [&str; 3] = ["axum", "callboard", "durable"];

fn main() {
    let args: Vec<_> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare_all(),
        ["serve", server] => serve(server),
        ["load", case, address, pid] => {
            on_one_thread(load::run(Case::named(case), address, pid.parse().expect("a process id")));
        }
        _ => panic!("no arguments, or `serve SERVER`, or `load CASE ADDRESS PID`"),
    }
}

fn serve(server: &str) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(setting("WORKERS", 1)).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        match server {
            "axum" => axum_server::serve(listener).await,
            "callboard" => callboard_server::serve(listener, false).await,
            "durable" => callboard_server::serve(listener, true).await,
            _ => panic!("no server `{server}`"),
        }
    });
}

/// One measurement.
#[derive(Clone, Copy)]
struct Figures {
    /// Operations in a second.
    rate: f64,
    /// Microseconds of the server's CPU for each of them, in the kernel too.
    cpu: f64,
}

fn compare_all() {
    let (rounds, only) = (setting("ROUNDS", 5), env::var("ONLY").unwrap_or_default());
    println!("medians of {rounds} interleaved rounds; slowest and fastest round in brackets");
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        let mut figures = SERVERS.map(|_| Vec::new());
        for _ in 0..rounds {
            for (server, figures) in SERVERS.iter().zip(&mut figures) {
                figures.push(measure(server, case));
            }
        }
        print(case, &figures);
    }
}

fn print(case: &Case, figures: &[Vec<Figures>]) {
    println!("{}", case.name);
    let mut base = None;
    for (server, figures) in SERVERS.iter().zip(figures) {
        let mut rates: Vec<_> = figures.iter().map(|figures| figures.rate).collect();
        let mut cpus: Vec<_> = figures.iter().map(|figures| figures.cpu).collect();
        let (rate, cpu) = (median_of(&mut rates), median_of(&mut cpus));
        let (base_rate, base_cpu) = *base.get_or_insert((rate, cpu));
        println!(
            "  {server:<9} {rate:>9.0} /s [{:>7.0} {:>7.0}] {:>5.2} of axum   {cpu:>7.2} us CPU [{:>7.2} {:>7.2}] {:>5.2} of axum",
            rates[0],
            rates[rates.len() - 1],
            rate / base_rate,
            cpus[0],
            cpus[cpus.len() - 1],
            cpu / base_cpu,
        );
    }
}

fn measure(server: &str, case: &Case) -> Figures {
    let cores = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let mut serving = pinned(&cores("SERVER_CORES", "0"), &["serve", server]);
    let address = line_of(&mut serving);
    let pid = serving.id().to_string();
    let mut load = pinned(&cores("LOAD_CORES", "1"), &["load", case.name, &address, &pid]);
    let line = line_of(&mut load);
    assert!(load.wait().unwrap().success(), "the load on {server} failed");
    serving.kill().unwrap();
    serving.wait().unwrap();
    let (rate, cpu) = line.split_once(' ').expect("two figures");
    Figures { rate: rate.parse().unwrap(), cpu: cpu.parse().unwrap() }
}
