//! How many actors may be made in a second, and how many may be awake: who sleeps for others, and who is refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use callboard::{
    Limits,
    prelude::*,
    store::{MemoryStore, SqliteStore},
};
use callboard_tests::{World, gate, in_time, javascript::node, note, noted, pass_s};
use futures_util::future::{join, join_all};
use tempfile::tempdir;

/// Counts, and remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Counter {
    count: u64,
    wakes: u64,
}

#[actor(sleep_timeout = "1h")]
impl Counter {
    #[on_wake]
    fn wake(&mut self) {
        self.wakes += 1;
    }

    #[action]
    fn add(&mut self, n: u64) -> u64 {
        self.count += n;
        self.count
    }

    #[action]
    fn wakes(&self) -> u64 {
        self.wakes
    }
}

static AWAKE: AtomicUsize = AtomicUsize::new(0);

/// Counts how many of its kind are awake.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sleeper {
    count: u64,
}

#[actor(sleep_timeout = "1h")]
impl Sleeper {
    #[on_wake]
    fn wake(&mut self) {
        AWAKE.fetch_add(1, Ordering::Relaxed);
    }

    #[on_sleep]
    fn sleep(&mut self) {
        AWAKE.fetch_sub(1, Ordering::Relaxed);
    }

    #[action]
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

/// Lets members in, and makes itself for nobody who says `bad`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Club;

#[actor(sleep_timeout = "1h")]
impl Club {
    #[on_create]
    fn found(wish: Option<String>) -> Result<Self, Fault> {
        if wish.is_some_and(|wish| wish == "bad") { Err(Fault::new("app", "bad", "No.")) } else { Ok(Self) }
    }

    #[on_before_connect]
    async fn admit(&self, ctx: &Ctx<Self>, name: Option<String>) -> Result<(), Fault> {
        let name = name.unwrap_or_default();
        if name == "slow member" {
            let key = ctx.key().to_string();
            note(&key, "asks");
            gate(&key).notified().await;
        }
        if name.ends_with("member") { Ok(()) } else { Err(Fault::new("app", "refused", "No.")) }
    }

    #[action]
    fn open(&self) -> u32 {
        1
    }
}

/// Judges nobody, and makes itself for nobody who says `bad`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Hall;

#[actor(sleep_timeout = "1h")]
impl Hall {
    #[on_create]
    fn found(wish: Option<String>) -> Result<Self, Fault> {
        if wish.is_some_and(|wish| wish == "bad") { Err(Fault::new("app", "bad", "No.")) } else { Ok(Self) }
    }

    #[action]
    fn open(&self) -> u32 {
        1
    }
}

fn registry(limits: Limits) -> Registry {
    let registry = Registry::new().register::<Counter>().register::<Sleeper>();
    registry.register::<Club>().register::<Hall>().store(MemoryStore::new()).limits(limits)
}

/// One actor in a second: whatever is counted that should not be is seen at once.
fn narrow() -> Limits {
    Limits::new().actors_made_per_second(1).actors_made_per_second_per_address(1)
}

/// The answer to a request of its own, head and body.
fn send(world: &World, line: &str, params: Option<&str>, body: &str) -> String {
    let host = world.url.as_ref().unwrap().strip_prefix("http://").unwrap().to_owned();
    let params = params.map_or_else(String::new, |name| format!("x-rivet-conn-params: \"{name}\"\r\n"));
    let mut socket = TcpStream::connect(&host).unwrap();
    let length = body.len();
    write!(
        socket,
        "{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         x-rivet-encoding: json\r\n{params}content-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

fn ask(world: &World, key: &str) -> String {
    let line = format!(
        "POST /gateway/counter/action/add?rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}"
    );
    send(world, &line, None, r#"{"args":[1]}"#)
}

/// The answer to a call of `open`, of an actor that is reached so.
fn open(world: &World, name: &str, reach: &str, key: &str, params: Option<&str>) -> String {
    let line =
        format!("POST /gateway/{name}/action/open?rvt-namespace=default&rvt-method={reach}&rvt-key={key}");
    tokio::task::block_in_place(|| send(world, &line, params, r#"{"args":[]}"#))
}

/// An answer, but for what differs by itself.
fn lasting(answer: &str) -> String {
    let differs = |line: &&str| line.starts_with("date:") || line.starts_with("x-rivet-ray-id:");
    answer.lines().filter(|line| !differs(line)).collect::<Vec<_>>().join("\n")
}

fn asked(world: &World, key: &str) -> String {
    tokio::task::block_in_place(|| ask(world, key))
}

fn is_refused(answer: &str, limit: &str) -> bool {
    answer.starts_with("HTTP/1.1 503")
        && answer.contains("\r\nretry-after: 1\r\n")
        && answer.contains("\"code\":\"service_unavailable\"")
        && answer.contains(&format!("\"limit\":\"{limit}\""))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_actors_idle_longest_sleep_for_others_and_nobody_notices() {
    let limits = Limits::new().actors_awake(10).actors_made_per_second_per_address(0);
    let world = World::network(registry(limits)).await;
    let all: Vec<_> = (0..40).map(|n: u32| world.client.get_or_create::<Sleeper>(n)).collect();
    for round in 1..=3 {
        for sleeper in &all {
            assert_eq!(sleeper.add().await.unwrap(), round);
            assert!(AWAKE.load(Ordering::Relaxed) <= 10);
        }
    }
    // Many at once, more than there are places.
    let counts = in_time(join_all(all.iter().map(SleeperHandle::add))).await;
    for count in counts {
        match count {
            Ok(count) => assert_eq!(count, 4),
            Err(error) => assert!(error.fault().unwrap().is("guard", "service_unavailable"), "{error}"),
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_used_sleeps_for_nobody_and_one_too_many_is_refused() {
    let world = World::network(registry(Limits::new().actors_awake(3))).await;
    let used: Vec<_> = (0..3_u32).map(|n| world.client.get_or_create::<Counter>(n).connect()).collect();
    for conn in &used {
        assert_eq!(conn.add(1).await.unwrap(), 1);
    }
    assert!(is_refused(&asked(&world, "more"), "actors_awake"));
    assert!(asked(&world, "1").starts_with("HTTP/1.1 200"), "it is awake");
    // A connection waits, and comes in once there is a place.
    let waiting = world.client.get_or_create::<Counter>("waiting").connect();
    let call = tokio::spawn({
        let waiting = waiting.clone();
        async move { waiting.add(7).await }
    });
    assert!(is_refused(&asked(&world, "more"), "actors_awake"));
    used[0].close().await;
    assert_eq!(in_time(call).await.unwrap().unwrap(), 7);
    for conn in &used[1..] {
        assert_eq!(conn.wakes().await.unwrap(), 1);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_actors_are_made_in_a_second_and_those_that_exist_are_reached() {
    // One in ten seconds would do as well: nothing here takes so long.
    let limits = Limits::new().actors_made_per_second_per_address(3);
    let world = World::network(registry(limits)).await;
    let mut made = Vec::new();
    let mut refused = 0;
    for n in 0..20 {
        let answer = asked(&world, &n.to_string());
        if answer.starts_with("HTTP/1.1 200") {
            made.push(n);
        } else {
            assert!(is_refused(&answer, "actors_made_per_second_per_address"), "{answer}");
            refused += 1;
        }
    }
    assert!(made.starts_with(&[0, 1, 2]) && refused > 0, "{made:?}");
    for n in made {
        assert!(asked(&world, &n.to_string()).starts_with("HTTP/1.1 200"), "it exists");
    }
    world.stop().await;
}

#[tokio::test(start_paused = true)]
async fn clients_in_the_same_process_are_not_counted() {
    let limits = Limits::new().actors_awake(10).actors_made_per_second(1);
    let world = World::in_process(registry(limits));
    let all: Vec<_> = (0..50).map(|n: u32| world.client.get_or_create::<Counter>(n)).collect();
    for count in 1..=3 {
        for counter in &all {
            assert_eq!(counter.add(1).await.unwrap(), count);
        }
        pass_s(1).await;
    }
    let wakes = join_all(all.iter().map(CounterHandle::wakes)).await;
    assert!(wakes.into_iter().any(|wakes| wakes.unwrap() > 1), "some have slept for others");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_javascript_client_comes_back_where_there_is_no_room() {
    let limits = Limits::new().actors_made_per_second_per_address(30).actors_awake(60);
    let world = World::network(registry(limits)).await;
    let mut script = node();
    script.arg("crowded.mjs").env("ENDPOINT", world.url.as_ref().unwrap());
    let output = tokio::task::spawn_blocking(move || script.output().expect("Node can be run"));
    let output = tokio::time::timeout(Duration::from_mins(2), output).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim(), "passed", "{complained}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_limit_tells_who_is_refused_which_keys_exist() {
    let registry = registry(narrow());
    registry.client().create_with::<Club>("there", None).await.unwrap();
    let world = World::network(registry).await;
    let find = |key: &str| {
        let line = format!("GET /actors?namespace=default&name=club&key={key}");
        lasting(&tokio::task::block_in_place(|| send(&world, &line, None, "")))
    };
    let call = |reach, key: &str| lasting(&open(&world, "club", reach, key, Some("eve")));
    let refusals = [find("there"), call("get", "there"), call("getOrCreate", "there")];
    assert!(refusals.iter().all(|answer| answer.contains("\"refused\"")), "{refusals:?}");
    for n in 0..600 {
        let key = format!("absent{n}");
        assert_eq!([find(&key), call("get", &key), call("getOrCreate", &key)], refusals, "{n}");
    }
    assert_eq!([find("there"), call("get", "there"), call("getOrCreate", "there")], refusals);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_for_what_does_not_exist_is_told_so_however_often() {
    let world = World::network(registry(narrow())).await;
    for n in 0..300 {
        for name in ["club", "hall"] {
            let answer = open(&world, name, "get", &format!("absent{n}"), Some("member"));
            assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("\"not_found\""), "{n}: {answer}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_uses_up_nobody_s_limit_and_who_is_let_in_does() {
    let world = World::network(registry(narrow())).await;
    for round in 0..20 {
        for n in 0..10 {
            let answer = open(&world, "club", "getOrCreate", &format!("absent{round}-{n}"), None);
            assert!(answer.contains("\"refused\""), "{answer}");
        }
    }
    let made = open(&world, "club", "getOrCreate", "first", Some("member"));
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    let more = (0..20).map(|n| open(&world, "club", "getOrCreate", &n.to_string(), Some("member")));
    let refused = more.filter(|answer| !answer.starts_with("HTTP/1.1 200")).collect::<Vec<_>>();
    assert!(!refused.is_empty(), "who makes some is counted");
    for answer in refused {
        assert!(is_refused(&answer, "actors_made_per_second"), "{answer}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_ask_for_at_once_is_made_and_counted_once() {
    for round in 0..10 {
        // It is looked for on another thread: all of them ask before one makes it.
        let directory = tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        let world = World::network(registry(narrow()).store(store)).await;
        let opened = if round % 2 == 0 {
            let club = world.client.get_or_create_with::<Club>("new", None).unwrap();
            let club = club.with_params(Some("member".to_owned())).unwrap();
            in_time(join_all((0..50).map(|_| club.open()))).await
        } else {
            let hall = world.client.get_or_create_with::<Hall>("new", None).unwrap();
            in_time(join_all((0..50).map(|_| hall.open()))).await
        };
        for opened in opened {
            assert_eq!(opened.unwrap(), 1, "{round}");
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_creation_refuses_counts_for_nobody() {
    for name in ["club", "hall"] {
        let world = World::network(registry(narrow())).await;
        let put = |key: &str, input: &str| {
            let body = format!(r#"{{"name":"{name}","key":"{key}","input":"{input}"}}"#);
            let line = "PUT /actors?namespace=default";
            tokio::task::block_in_place(|| send(&world, line, Some("member"), &body))
        };
        // Texts in CBOR: `bad`, and `good`.
        for n in 0..50 {
            let answer = put(&format!("bad{n}"), "Y2JhZA==");
            assert!(answer.contains("\"code\":\"bad\""), "{answer}");
        }
        let answer = put("good", "ZGdvb2Q=");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        world.stop().await;
    }
}

/// One whose caller has made too many goes on for the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_made_too_many_keeps_nobody_else_from_the_actor() {
    let registry = registry(narrow());
    let inside = registry.client();
    let world = World::network(registry).await;
    let mut refused = 0;
    for round in 0..20 {
        let key = format!("shared{round}");
        let club = |client: &Client, name: &str| {
            let club = client.get_or_create_with::<Club>(key.as_str(), None).unwrap();
            club.with_params(Some(name.to_owned())).unwrap()
        };
        let (over, inside) = (club(&world.client, "slow member"), club(&inside, "member"));
        let over = over.open();
        let behind = async {
            while noted(&key).is_empty() {
                tokio::task::yield_now().await;
            }
            let release = async {
                tokio::task::yield_now().await;
                gate(&key).notify_one();
            };
            join(inside.open(), release).await.0
        };
        let (over, behind) = in_time(join(over, behind)).await;
        assert_eq!(behind.unwrap(), 1, "{round}");
        if let Err(error) = over {
            assert!(error.fault().unwrap().is("guard", "service_unavailable"), "{error}");
            refused += 1;
        }
    }
    assert!(refused > 0);
    world.stop().await;
}
