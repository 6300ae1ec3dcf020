//! How many actors may be made in a second, and how many may be awake: who sleeps for others, and who is refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use callboard::{Limits, prelude::*, store::MemoryStore};
use callboard_tests::{World, in_time, javascript::node, pass_s};
use futures_util::future::join_all;

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

fn registry(limits: Limits) -> Registry {
    Registry::new().register::<Counter>().register::<Sleeper>().store(MemoryStore::new()).limits(limits)
}

/// The answer to a request of its own, head and body.
fn ask(world: &World, key: &str) -> String {
    let host = world.url.as_ref().unwrap().strip_prefix("http://").unwrap().to_owned();
    let mut socket = TcpStream::connect(&host).unwrap();
    write!(
        socket,
        "POST /gateway/counter/action/add?rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key} HTTP/1.1\r\n\
         host: {host}\r\nconnection: close\r\ncontent-type: application/json\r\nx-rivet-encoding: json\r\n\
         content-length: 12\r\n\r\n{{\"args\":[1]}}"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
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
