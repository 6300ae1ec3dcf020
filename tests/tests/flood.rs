//! Clients that ask for ten times what each limit allows: what they cost the server, and the others.
//!
//! A server is pinned to one core. On the other one, a client behaves well, and hostile ones do nothing but ask for too
//! much, one flood at a time, with pauses in which the well-behaved client is measured too:
//!
//! ```sh
//! cargo test --release -p callboard-tests --test flood -- --ignored --nocapture measured
//! ```
//!
//! No flood shall make the server grow by 64 MiB, nor double the p99 of who behaves well. Without `--ignored` the memory
//! alone is looked at, after less of a flood.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "the measured form prints a table")]

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

/// What the server may grow by, in KiB.
const ALLOWED: u64 = 64 * 1024;

/// Each flood, by what it asks too much of.
const FLOODS: [&str; 17] = [
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
    "requests per second",
];

/// What the server allows of these; it has no default.
const REQUESTS_PER_SECOND: u32 = 200;

#[test]
fn a_flood_at_ten_times_each_limit_costs_bounded_memory() {
    for flood in FLOODS {
        let server = start(flood, &[]);
        let before = memory(&server, "VmRSS");
        let mut flooding = Flooding::start(flood, &server, Duration::from_millis(300), &[]);
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
        "{:22}{:>9}{:>11}{:>22}{:>22}{:>8}",
        "flood", "refused", "growth", "calm p50, p99", "flooded p50, p99", "p99"
    );
    for flood in FLOODS.into_iter().filter(|flood| flood.contains(&only)) {
        let server = start(flood, &["chrt", "--fifo", "1", "taskset", "-c", "0"]);
        let mut client = WellBehaved::connect(&server);
        client.latencies(Duration::from_millis(300));
        let before = memory(&server, "VmRSS");
        let (mut calm, mut flooded, mut ratios, mut refused) = (vec![], vec![], vec![], 0);
        for _ in 0..ROUNDS {
            let quiet = client.latencies(TIME);
            let mut flooding = Flooding::start(
                flood,
                &server,
                TIME + Duration::from_millis(600),
                &["chrt", "--other", "0", "taskset", "-c", "1"],
            );
            sleep(Duration::from_millis(300));
            let loud = client.latencies(TIME);
            refused += flooding.end();
            ratios.push(percentile(&loud, 99).as_secs_f64() / percentile(&quiet, 99).as_secs_f64());
            calm.extend(quiet);
            flooded.extend(loud);
        }
        ratios.sort_by(f64::total_cmp);
        let growth = memory(&server, "VmHWM").saturating_sub(before);
        let times =
            |times: &[Duration]| format!("{:.0?} {:.0?}", percentile(times, 50), percentile(times, 99));
        println!(
            "{flood:22}{refused:>9}{:>7} MiB{:>22}{:>22}{:>7.2}x",
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

/// A client that calls an action 500 times in a second, from an address of its own.
struct WellBehaved(BufReader<TcpStream>);

impl WellBehaved {
    fn connect(server: &Process) -> Self {
        let mut socket = TcpStream::connect(server.address()).expect("it listens");
        socket.set_nodelay(true).expect("it is open");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("it is open");
        socket.write_all(handshake("good").as_bytes()).expect("it reads");
        let mut client = Self(BufReader::new(socket));
        client.until("\"Init\"");
        client.until("}}}");
        client
    }

    fn latencies(&mut self, time: Duration) -> Vec<Duration> {
        let (began, mut latencies) = (Instant::now(), Vec::new());
        let frame = frame(&call("echo", &json!(["x".repeat(100)])));
        while began.elapsed() < time {
            let asked = Instant::now();
            self.0.get_mut().write_all(&frame).expect("it is open");
            self.until("\"ActionResponse\"");
            self.until("}}}");
            latencies.push(asked.elapsed());
            sleep(Duration::from_millis(2).saturating_sub(asked.elapsed()));
        }
        latencies
    }

    fn until(&mut self, end: &str) {
        let mut said = Vec::new();
        while !said.ends_with(end.as_bytes()) {
            let last = *end.as_bytes().last().expect("it is something");
            assert!(self.0.read_until(last, &mut said).expect("it answers") > 0, "it is open");
        }
    }
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

struct Hostile {
    server: SocketAddr,
    until: Instant,
}

impl Hostile {
    async fn flood(&self, flood: &str) -> u64 {
        match flood {
            "message" => self.again(async || self.long_message().await).await,
            "body of a call" => self.long_body_to("action/echo", "args").await,
            "queued message" => self.long_body_to("queue/jobs", "body").await,
            "input" => {
                let input = json!({ "name": "chatRoom", "key": "key", "input": "x".repeat(640 << 10) });
                let (head, body) = (post("", "", ""), input.to_string());
                let head = head.replace(&address("", ""), "/actors");
                let head = head.replace("\r\n\r\n", &format!("\r\ncontent-length: {}\r\n\r\n", body.len()));
                self.again(async || self.request(&head, body.as_bytes()).await).await
            }
            "bodies of calls" => {
                let head = post("key", "action/echo", &format!("content-length: {}\r\n", 64 << 10));
                let unfinished = head + &"x".repeat(60 << 10);
                self.many(20_480, unfinished.as_bytes()).await
            }
            "params" => {
                let params =
                    format!("x-rivet-conn-params: \"{}\"\r\ncontent-length: 2\r\n", "x".repeat(40 << 10));
                self.again(async || self.request(&post("key", "action/echo", &params), b"{}").await).await
            }
            "key" => {
                let long = "k".repeat(1280);
                let many = vec!["k"; 320].join(",");
                let ask = async |key: &str| {
                    self.request(&post(key, "action/echo", "content-length: 2\r\n"), b"{}").await
                };
                self.again(async || ask(&long).await + ask(&many).await).await
            }
            "headers" => {
                let header = format!("x-long: {}\r\n", "x".repeat(320 << 10));
                self.again(async || self.request(&post("key", "action/echo", &header), b"").await).await
            }
            "body, claimed" => {
                let header = format!("content-length: {}\r\n", 200 << 20);
                self.again(async || self.request(&post("key", "request/x", &header), b"").await).await
            }
            "body, chunked" => self.again(async || self.long_body().await).await,
            "connections" => self.many(10_000, handshake("key").as_bytes()).await,
            "time to open" => {
                let unfinished = post("key", "request/x", &format!("x-long: {}", "x".repeat(20 << 10)));
                self.many(20_480, unfinished.trim_end().as_bytes()).await
            }
            "subscriptions" => self.again(async || self.subscriptions().await).await,
            "calls in flight" => self.again(async || self.calls(10).await).await,
            "calls in flight, long" => self.again(async || self.calls(60 << 10).await).await,
            "calls in flight, of many" => self.again(async || self.calls_of_many().await).await,
            "requests per second" => self.requests().await,
            _ => panic!("there is no flood `{flood}`"),
        }
    }

    /// A flood that is asked to be short is refused at least once.
    fn goes_on(&self, refused: u64) -> bool {
        Instant::now() < self.until || refused == 0
    }

    /// Again and again, one at a time.
    async fn again(&self, what: impl AsyncFn() -> u64) -> u64 {
        let mut refused = 0;
        while self.goes_on(refused) {
            refused += timeout(Duration::from_secs(10), what()).await.expect("an answer in time");
        }
        refused
    }

    /// From an address that behaves in no other way.
    async fn connect(&self) -> Socket {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).expect("a free port");
        let socket = socket.connect(self.server).await.expect("it listens");
        socket.set_nodelay(true).expect("it is open");
        // Closed with a reset: otherwise the ports would be used up.
        socket.set_zero_linger().expect("it is open");
        socket
    }

    /// Sends a request, and reads until there is an end.
    async fn request(&self, head: &str, body: &[u8]) -> u64 {
        let mut socket = self.connect().await;
        // The answer may be there before all is sent.
        let _ = socket.write_all(&[head.as_bytes(), body].concat()).await;
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        u64::from(!answer.starts_with(b"HTTP/1.1 2"))
    }

    /// A body that does not say how long it is.
    async fn long_body(&self) -> u64 {
        let mut socket = self.connect().await;
        // To an actor that does not keep it.
        let head = post("key", "request/x", "transfer-encoding: chunked\r\n").replace("chatRoom", "slowpoke");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let chunk = [&b"10000\r\n"[..], &vec![b'x'; 0x10000], b"\r\n"].concat();
        for _ in 0..(200 << 20) / 0x10000 {
            if socket.write_all(&chunk).await.is_err() {
                return 1;
            }
        }
        0
    }

    async fn long_body_to(&self, path: &str, field: &str) -> u64 {
        let body = json!({ field: ["x".repeat(640 << 10)] }).to_string();
        let head = post("key", path, &format!("content-length: {}\r\n", body.len()));
        self.again(async || self.request(&head, body.as_bytes()).await).await
    }

    async fn open(&self, actor: &str) -> Socket {
        let mut socket = self.connect().await;
        let handshake = handshake("key").replace("chatRoom", actor);
        socket.write_all(handshake.as_bytes()).await.expect("it reads");
        until(&mut socket, "\"Init\"").await;
        until(&mut socket, "}}}").await;
        socket
    }

    async fn long_message(&self) -> u64 {
        let mut socket = self.open("chatRoom").await;
        let message = frame(&call("echo", &json!(["x".repeat(640 << 10)])));
        // It is refused by its length, which is read first.
        let _ = socket.write_all(&message).await;
        let mut said = Vec::new();
        let _ = socket.read_to_end(&mut said).await;
        1
    }

    async fn subscriptions(&self) -> u64 {
        let mut socket = self.open("chatRoom").await;
        let subscribe = |nth: u32| {
            let val = json!({ "eventName": format!("event {nth}"), "subscribe": true });
            frame(&json!({ "body": { "tag": "SubscriptionRequest", "val": val } }))
        };
        let asked: Vec<u8> = (0..2560).flat_map(subscribe).collect();
        socket.write_all(&asked).await.expect("it reads");
        for _ in 0..2560 {
            until(&mut socket, "subscription_refused").await;
        }
        2560
    }

    /// Ten times as many calls as may be under way, each of an action that takes its time.
    async fn calls(&self, length: usize) -> u64 {
        let mut socket = self.open("slowpoke").await;
        // Not all of them end at once.
        let calls = [280, 290, 300, 310, 320, 330, 340];
        let calls = calls.map(|ms| frame(&call("wait", &json!([ms, "x".repeat(length)]))));
        let (reader, mut writer) = socket.split();
        let mut reader = tokio::io::BufReader::new(reader);
        let asking = async {
            for nth in 0..10_240 {
                writer.write_all(&calls[nth % calls.len()]).await.expect("it reads");
            }
        };
        let hearing = async {
            let (mut answered, mut refused) = (0, 0);
            while answered + refused < 10_240 && self.goes_on(refused) {
                let mut said = Vec::new();
                reader.read_until(b'}', &mut said).await.expect("it answers");
                let said = String::from_utf8_lossy(&said);
                refused += u64::from(said.contains("\"too_many_calls\""));
                answered += u64::from(said.contains("\"ActionResponse\""));
            }
            refused
        };
        tokio::select! {
            refused = hearing => refused,
            () = async { asking.await; std::future::pending().await } => unreachable!(),
        }
    }

    /// From two hundred connections as many bytes as each may have under way.
    async fn calls_of_many(&self) -> u64 {
        let call = frame(&call("wait", &json!([300, "x".repeat(60 << 10)])));
        let (calls, mut refused) = (call.repeat(17), 0);
        let mut sockets = Vec::new();
        for _ in 0..200 {
            sockets.push(self.open("slowpoke").await);
        }
        for socket in &mut sockets {
            socket.write_all(&calls).await.expect("it reads");
        }
        for socket in sockets {
            let (mut socket, mut answers) = (tokio::io::BufReader::new(socket), 0);
            while answers < 17 {
                let mut said = Vec::new();
                socket.read_until(b'}', &mut said).await.expect("it answers");
                let said = String::from_utf8_lossy(&said);
                let is_refused = said.contains("\"too_many_calls\"");
                refused += u64::from(is_refused);
                answers += usize::from(is_refused || said.contains("\"ActionResponse\""));
            }
        }
        refused
    }

    /// Opens so many, and keeps those that it gets until the end.
    async fn many(&self, wanted: usize, said: &[u8]) -> u64 {
        let (mut held, mut refused) = (Vec::new(), 0);
        for nth in 0..wanted {
            if !self.goes_on(refused as u64) {
                break;
            }
            let mut socket = self.connect().await;
            // It may be closed already.
            let _ = socket.write_all(said).await;
            held.push(socket);
            if nth % 64 == 63 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                let before = held.len();
                held.retain(is_kept);
                refused += before - held.len();
            }
        }
        tokio::time::sleep_until(self.until.into()).await;
        held.retain(|socket| {
            refused += usize::from(!is_kept(socket));
            false
        });
        refused as u64
    }

    /// Ten times as many as are answered, evenly.
    async fn requests(&self) -> u64 {
        let mut socket = self.connect().await;
        let request = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / (10 * REQUESTS_PER_SECOND));
        let mut refused = 0;
        while self.goes_on(refused) {
            ticks.tick().await;
            socket.write_all(request.as_bytes()).await.expect("it reads");
            let mut answer = vec![0; 4096];
            let length = socket.read(&mut answer).await.expect("it answers");
            refused += u64::from(answer[..length].starts_with(b"HTTP/1.1 429 "));
        }
        refused
    }
}

/// Whether the server has not said that it is one too many.
fn is_kept(socket: &Socket) -> bool {
    let mut said = [0; 4096];
    match socket.try_read(&mut said) {
        Ok(0) => false,
        Ok(length) => {
            let said = String::from_utf8_lossy(&said[..length]);
            !said.contains("too_many_connections") && !said.contains("overloaded")
        }
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

async fn until(socket: &mut Socket, end: &str) {
    let mut said = Vec::new();
    while !said.ends_with(end.as_bytes()) {
        said.push(socket.read_u8().await.expect("it answers"));
    }
}

fn address(key: &str, path: &str) -> String {
    format!("/gateway/chatRoom/{path}?rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}")
}

fn handshake(key: &str) -> String {
    format!(
        "GET {} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        address(key, "connect")
    )
}

fn post(key: &str, path: &str, headers: &str) -> String {
    format!("POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n", address(key, path))
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
