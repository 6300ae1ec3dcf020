//! Clients that ask for ten times what each limit allows: what they cost the server, and the others.
//!
//! A server is pinned to one core. On the other one, a client behaves well, and hostile ones do nothing but ask for too
//! much, one flood at a time, with pauses in which the well-behaved client is measured too:
//!
//! ```sh
//! cargo test --release -p callboard-tests --test flood -- --ignored --nocapture measured
//! ```
//!
//! No flood shall make the server grow by 64 MiB, nor double the p99 of who behaves well. Floods of one actor's time must not
//! have anybody else refused there. Without `--ignored` that and the memory alone are looked at, after less of a flood.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "the measured form prints a table")]

mod hostile;
mod well_behaved;

use std::{
    env, fs,
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use callboard_tests::Process;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream as Socket},
    time::timeout,
};

use self::{hostile::Hostile, well_behaved::WellBehaved};

/// What the server may grow by, in KiB.
const ALLOWED: u64 = 64 * 1024;

/// Each flood, by what it asks too much of.
const FLOODS: [&str; 20] = [
    "message",
    "body of a call",
    "bodies of calls",
    "input",
    "queued message",
    "params",
    "key",
    "headers",
    "body, claimed",
    "body, chunked",
    "connections",
    "time to open",
    "subscriptions",
    "calls in flight",
    "calls in flight, long",
    "calls in flight, of many",
    "subscriptions that wait",
    "slow reads of ten",
    "many of one address",
    "requests per second",
];

/// Those of one actor's time: others call it meanwhile, and none of these is refused.
const OF_AN_ACTOR: [&str; 3] = ["subscriptions that wait", "slow reads of ten", "many of one address"];

/// What the server allows of these; it has no default.
const REQUESTS_PER_SECOND: u32 = 200;

#[test]
fn a_flood_at_ten_times_each_limit_costs_bounded_memory() {
    for flood in FLOODS {
        let server = start(flood, &[]);
        let before = memory(&server, "VmRSS");
        let mut flooding = Flooding::start(flood, &server, Duration::from_millis(300), &[]);
        if OF_AN_ACTOR.contains(&flood) {
            let served = WellBehaved::connect_there(&server).latencies(Duration::from_millis(200));
            assert!(!served.is_empty(), "{flood}");
        }
        let refused = flooding.end();
        assert!(refused > 0, "{flood}: nothing was refused");
        let growth = memory(&server, "VmHWM").saturating_sub(before);
        assert!(growth < ALLOWED, "{flood}: the server grew by {growth} KiB");
        assert!(!WellBehaved::connect(&server).latencies(Duration::from_millis(50)).is_empty(), "{flood}");
    }
}

#[test]
#[ignore = "needs a release build, two cores, and root"]
fn measured() {
    const ROUNDS: usize = 3;
    const TIME: Duration = Duration::from_secs(2);
    go_first();
    let only = env::var("FLOOD").unwrap_or_default();
    println!(
        "{:25}{:>9}{:>11}{:>22}{:>22}{:>8}{:>22}",
        "flood", "refused", "growth", "calm p50, p99", "flooded p50, p99", "p99", "there p50, p99"
    );
    for flood in FLOODS.into_iter().filter(|flood| flood.contains(&only)) {
        let server = start(flood, &["chrt", "--fifo", "1", "taskset", "-c", "0"]);
        let mut client = WellBehaved::connect(&server);
        client.latencies(Duration::from_millis(300));
        let before = memory(&server, "VmRSS");
        let (mut calm, mut flooded, mut ratios, mut refused) = (vec![], vec![], vec![], 0);
        // At the flooded actor itself.
        let is_there = OF_AN_ACTOR.contains(&flood);
        let (mut there, times) = (vec![], if is_there { 2 } else { 1 });
        for _ in 0..ROUNDS {
            let quiet = client.latencies(TIME);
            let mut flooding = Flooding::start(
                flood,
                &server,
                times * TIME + Duration::from_millis(600),
                &["chrt", "--other", "0", "taskset", "-c", "1"],
            );
            sleep(Duration::from_millis(300));
            let loud = client.latencies(TIME);
            if is_there {
                there.extend(WellBehaved::connect_there(&server).latencies(TIME));
            }
            refused += flooding.end();
            ratios.push(percentile(&loud, 99).as_secs_f64() / percentile(&quiet, 99).as_secs_f64());
            calm.extend(quiet);
            flooded.extend(loud);
        }
        ratios.sort_by(f64::total_cmp);
        let growth = memory(&server, "VmHWM").saturating_sub(before);
        let times =
            |times: &[Duration]| format!("{:.0?} {:.0?}", percentile(times, 50), percentile(times, 99));
        let there = if is_there { times(&there) } else { String::new() };
        println!(
            "{flood:25}{refused:>9}{:>7} MiB{:>22}{:>22}{:>7.2}x{there:>22}",
            growth / 1024,
            times(&calm),
            times(&flooded),
            ratios[ROUNDS / 2]
        );
    }
}

/// A server, run by this command.
fn start(flood: &str, by: &[&str]) -> Process {
    let program = env!("CARGO_BIN_EXE_conformance-server");
    let rate = if flood == "requests per second" { REQUESTS_PER_SECOND } else { 0 };
    let args =
        [program, "--listen", "127.0.0.1:0", "--ephemeral", "--requests-per-second", &rate.to_string()];
    let words = [by, &args].concat();
    Process::start(words[0], &words[1..])
}

/// Puts this process on the other core. Neither it nor the server waits for anybody else there: what is measured is
/// how long the server takes, not how long the system lets it wait.
fn go_first() {
    let this = std::process::id().to_string();
    for command in [["taskset", "-a", "-c", "-p", "1"].as_slice(), &["chrt", "-a", "--fifo", "-p", "1"]] {
        let status = Command::new(command[0]).args(&command[1..]).arg(&this).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "`{}` needs to be root", command[0]);
    }
}

/// A figure of `/proc/PID/status`, in KiB.
fn memory(server: &Process, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find(|line| line.starts_with(name)).expect("Linux tells");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// A process that floods.
struct Flooding(Child);

impl Flooding {
    fn start(flood: &str, server: &Process, time: Duration, by: &[&str]) -> Self {
        let this = env::current_exe().expect("this is a program");
        let this = this.to_string_lossy();
        let words = [by, &[&this]].concat();
        let child = Command::new(words[0])
            .args(&words[1..])
            .args(["--ignored", "--exact", "--nocapture", "hostile"])
            .env("FLOODED", server.address())
            .env("FLOOD", flood)
            .env("FLOOD_MS", time.as_millis().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`taskset` can be run");
        Self(child)
    }

    /// How often it was refused.
    fn end(&mut self) -> u64 {
        let mut said = String::new();
        self.0.stdout.take().expect("it is piped").read_to_string(&mut said).expect("it is text");
        assert!(self.0.wait().expect("it is our child").success(), "{said}");
        let (_, refused) = said.split_once("refused ").unwrap_or_else(|| panic!("{said}"));
        refused.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
    }
}

/// The process that floods: no test, though it looks like one.
#[test]
#[ignore = "what the others start"]
fn hostile() {
    let Ok(address) = env::var("FLOODED") else { return };
    let hostile = Hostile {
        server: address.parse().expect("an address"),
        until: Instant::now() + Duration::from_millis(env::var("FLOOD_MS").unwrap().parse().unwrap()),
    };
    let flood = env::var("FLOOD").expect("it is set");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("refused {}", runtime.block_on(hostile.flood(&flood)));
}

fn address(key: &str, path: &str) -> String {
    format!("/gateway/chatRoom/{path}?rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}")
}

fn handshake(key: &str) -> String {
    format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        address(key, "connect")
    )
}

fn post(key: &str, path: &str, headers: &str) -> String {
    format!("POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n", address(key, path))
}

fn call(action: &str, args: &Value) -> Value {
    json!({ "body": { "tag": "ActionRequest", "val": { "id": 7, "name": action, "args": args } } })
}

/// A frame as a client sends it, masked with zeros.
fn frame(message: &Value) -> Vec<u8> {
    let (message, mut frame) = (message.to_string(), vec![0x81]);
    let payload = message.as_bytes();
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..126), _) => frame.push(0x80 | length),
        (_, Ok(length)) => frame.extend([&[0xfe][..], &length.to_be_bytes()].concat()),
        _ => frame.extend([&[0xff][..], &(payload.len() as u64).to_be_bytes()].concat()),
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
