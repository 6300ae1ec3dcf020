//! What is dropped and replaced of what waits.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::time::advance;

use super::*;
use crate::{
    Limits, SlowConsumer,
    delivery::{batch::Batch, outbox::Outbox},
    wire::Encoding,
};

static POSTED: EventInfo = EventInfo::new("posted", "Posted");
static TICKED: EventInfo = EventInfo::new("ticked", "Ticked").with_slow(SlowConsumer::DropOldest);
static PRICED: EventInfo = EventInfo::new("priced", "Priced").with_slow(SlowConsumer::Latest);
static MOVED: EventInfo = EventInfo::new("moved", "Moved").with_slow(SlowConsumer::LatestBy("player"));
static ALL: [EventInfo; 4] = [POSTED, TICKED, PRICED, MOVED];

/// An outbox, and what is counted of it.
struct Scene {
    outbox: Outbox,
    counters: Arc<DropCounters>,
}

impl Scene {
    fn new(limits: Limits) -> Self {
        let outbox = Outbox::new(Encoding::Json, 4, Arc::new(limits));
        let counters = Arc::new(DropCounters::new("game", &ALL));
        outbox.count_drops(Arc::clone(&counters));
        Self { outbox, counters }
    }

    fn of_messages(send_queue_messages: usize) -> Self {
        Self::stuck(Limits::new().send_queue_messages(send_queue_messages))
    }

    /// The same, with a client that does not take what it is offered.
    fn stuck(limits: Limits) -> Self {
        let scene = Self::new(limits);
        scene.outbox.mark_stuck();
        scene
    }

    /// Sends the event `index`, whose payload is this text; what is before its `=` is its key.
    fn send(&self, index: usize, text: &str) -> bool {
        let info = &ALL[index];
        let key = matches!(info.slow, SlowConsumer::LatestBy(_))
            .then(|| Bytes::copy_from_slice(text.split('=').next().expect("a key").as_bytes()));
        let policy =
            (info.slow != SlowConsumer::Disconnect).then(|| Arc::new(DropPolicy { index, info, key }));
        let payload = Bytes::copy_from_slice(text.as_bytes());
        self.outbox.send(Batch::of(OutgoingMessage { payload, event: Some(index), policy }))
    }

    fn post(&self, text: &str) -> bool {
        self.send(0, text)
    }

    fn tick(&self, text: &str) -> bool {
        self.send(1, text)
    }

    fn price(&self, text: &str) -> bool {
        self.send(2, text)
    }

    fn step(&self, text: &str) -> bool {
        self.send(3, text)
    }

    /// Everything that waits, as one client after the other would read it: what is missing as `-3 ticked`.
    fn read(&self) -> Vec<String> {
        let mut texts = Vec::new();
        while self.outbox.waits() {
            texts.extend(self.read_some());
        }
        texts
    }

    /// What is written at once.
    fn read_some(&self) -> Vec<String> {
        let Poll::Ready(taken) = self.outbox.take(&mut Context::from_waker(Waker::noop())) else {
            panic!("nobody flushes meanwhile")
        };
        taken
            .batches
            .iter()
            .flat_map(|batch| batch.messages())
            .map(|message| Self::text(&message.payload))
            .collect()
    }

    fn text(payload: &Bytes) -> String {
        let text = String::from_utf8_lossy(payload).into_owned();
        let Ok(message) = serde_json::from_str::<serde_json::Value>(&text) else { return text };
        let said = &message["body"]["val"]["args"][0];
        assert_eq!(message["body"]["val"]["name"], crate::wire::EVENTS_DROPPED);
        format!("-{} {}", said["dropped"], said["event"].as_str().expect("a name"))
    }

    /// Dropped, superseded, disconnected.
    fn lost(&self, index: usize) -> (u64, u64, u64) {
        let row = self.counters.read().nth(index).expect("a row");
        (row.dropped, row.superseded, row.disconnected)
    }
}

#[test]
fn nothing_is_dropped_or_replaced_while_there_is_room_and_nobody_has_found_the_client_slow() {
    let scene = Scene::new(Limits::new().send_queue_messages(4));
    for text in ["a", "b"] {
        assert!(scene.tick(text) && scene.price(text));
    }
    assert!(!scene.outbox.is_behind());
    assert_eq!(scene.read(), ["a", "a", "b", "b"]);
}

#[tokio::test(start_paused = true)]
async fn of_what_waits_for_a_client_there_is_one_value_of_each_key_though_there_is_room() {
    for pushed_after in [true, false] {
        let scene = Scene::new(Limits::new());
        scene.outbox.mark_stuck();
        for text in ["ann=1", "bob=1", "ann=2", "bob=2"] {
            assert!(scene.step(text));
        }
        assert!(scene.post("p") && scene.tick("t") && scene.price("p9"));
        advance(Duration::from_millis(250)).await;
        let mut expected = vec!["-2 moved", "ann=2", "bob=2", "p", "t", "p9"];
        if pushed_after {
            assert!(scene.step("cid=1") && scene.step("bob=3") && scene.price("p10"));
            expected = vec!["-1 priced", "-3 moved", "ann=2", "p", "t", "cid=1", "bob=3", "p10"];
        }
        assert!(!scene.outbox.is_behind(), "there is room");
        assert_eq!(scene.read(), expected);
        assert_eq!(scene.lost(3), (0, 2 + u64::from(pushed_after), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_is_full_for_a_moment_costs_no_value() {
    let scene = Scene::new(Limits::new());
    for _ in 0..3 {
        scene.outbox.mark_stuck();
        let texts = ["ann=1", "bob=1", "ann=2"];
        assert!(texts.iter().all(|text| scene.step(text)));
        advance(Duration::from_millis(249)).await;
        assert_eq!(scene.read(), texts);
    }
    assert_eq!(scene.lost(3), (0, 0, 0));
}

#[test]
fn the_oldest_goes_for_the_newest_and_what_must_be_delivered_stays_in_order() {
    let scene = Scene::of_messages(4);
    for number in 0..3 {
        assert!(scene.tick(&format!("t{number}")));
    }
    assert!(scene.post("p0"));
    for number in 3..6 {
        assert!(scene.tick(&format!("t{number}")));
    }
    assert!(scene.outbox.is_behind());
    assert_eq!(scene.read(), ["-3 ticked", "p0", "t3", "t4", "t5"]);
    assert_eq!(scene.lost(1), (3, 0, 0));
    assert!(!scene.outbox.is_behind(), "it has caught up");
    scene.tick("t6");
    assert_eq!(scene.read(), ["t6"]);
}

#[test]
fn what_must_be_delivered_takes_the_place_of_what_need_not() {
    let scene = Scene::of_messages(3);
    for text in ["t0", "t1", "t2"] {
        scene.tick(text);
    }
    assert!(scene.post("p0") && scene.post("p1") && scene.post("p2"));
    assert!(scene.tick("t3"), "it is dropped itself, being the oldest of its sort");
    assert_eq!((scene.lost(1), scene.lost(0)), ((4, 0, 0), (0, 0, 0)));
    assert!(!scene.post("p3"), "nothing is left to be dropped");
    assert_eq!(scene.lost(0), (0, 0, 1));
    assert!(scene.outbox.is_closed());
    assert_eq!(scene.read(), ["-4 ticked", "p0", "p1", "p2"]);
}

#[test]
fn the_latest_of_each_key_is_kept_in_the_order_sent() {
    let scene = Scene::of_messages(4);
    for text in ["ann=1", "bob=1", "ann=2", "ann=3", "bob=2", "cid=1", "ann=4"] {
        assert!(scene.step(text), "{text}");
    }
    assert_eq!(scene.read(), ["-4 moved", "bob=2", "cid=1", "ann=4"]);
    assert_eq!(scene.lost(3), (0, 4, 0));
}

#[test]
fn the_latest_without_a_key_is_one_and_no_business_of_other_events() {
    let scene = Scene::of_messages(3);
    for number in 0..10 {
        assert!(scene.price(&format!("p{number}")));
    }
    assert!(scene.step("9=x"));
    assert_eq!(scene.read(), ["-9 priced", "p9", "9=x"]);
    assert_eq!((scene.lost(2), scene.lost(3)), ((0, 9, 0), (0, 0, 0)));
}

#[test]
fn the_newest_of_a_key_is_never_dropped_for_others() {
    let scene = Scene::of_messages(3);
    assert!(scene.step("a=1") && scene.step("b=1") && scene.step("c=1") && scene.step("a=2"));
    assert!(!scene.step("d=1"), "there is no room for another key");
    assert_eq!(scene.lost(3), (0, 1, 1));
    assert_eq!(scene.read(), ["-1 moved", "b=1", "c=1", "a=2"]);
}

#[test]
fn what_was_written_is_not_counted_and_not_replaced() {
    let scene = Scene::of_messages(200);
    for number in 0..400 {
        assert!(scene.tick(&format!("t{number}")) && scene.step(&format!("{}=x", number % 7)));
    }
    let mut all = scene.read_some();
    for number in 400..600 {
        assert!(scene.tick(&format!("t{number}")) && scene.step(&format!("{}=y", number % 7)));
    }
    all.extend(scene.read());
    let (ticks, steps) = (scene.lost(1).0, scene.lost(3).1);
    assert_eq!(all.iter().filter(|text| text.starts_with('t')).count() as u64, 600 - ticks);
    assert_eq!(all.iter().filter(|text| text.contains('=')).count() as u64, 600 - steps);
    let ticks: Vec<u64> = all.iter().filter_map(|text| text.strip_prefix('t')?.parse().ok()).collect();
    assert!(ticks.is_sorted() && ticks.last() == Some(&599), "{ticks:?}");
    let told: u64 =
        all.iter().filter_map(|text| text.strip_prefix('-')?.split(' ').next()?.parse::<u64>().ok()).sum();
    assert_eq!(told, scene.lost(1).0 + scene.lost(3).1, "every loss is told once");
    let last: Vec<_> = all.iter().rev().filter(|text| text.contains('=')).take(7).collect();
    assert!(last.iter().all(|text| text.ends_with("=y")), "{last:?}");
}

#[test]
fn no_more_is_taken_than_is_written_at_once() {
    let scene = Scene::of_messages(300);
    for number in 0..300 {
        assert!(scene.post(&format!("p{number}")));
    }
    let taken: Vec<_> =
        std::iter::repeat_with(|| scene.read_some()).take_while(|some| !some.is_empty()).collect();
    assert_eq!(taken.iter().map(Vec::len).collect::<Vec<_>>(), [128, 128, 44]);
    assert!(taken.concat().iter().enumerate().all(|(number, text)| *text == format!("p{number}")));
    for kib in [100, 30, 30, 30, 30] {
        assert!(scene.post(&"x".repeat(kib << 10)));
    }
    assert_eq!([1, 2, 2, 0].map(|_| scene.read_some().len()), [1, 2, 2, 0]);
    for number in 0..300 {
        assert!(scene.post(&format!("p{number}")), "what was taken takes no room");
    }
}

#[test]
fn bytes_are_bounded_too_and_a_single_large_one_passes() {
    let scene = Scene::stuck(Limits::new().send_queue_bytes(1000));
    assert!(scene.tick(&"x".repeat(5000)), "nothing else waits");
    for _ in 0..100 {
        assert!(scene.tick(&"y".repeat(100)));
    }
    let waiting: usize = scene.read().iter().filter(|text| text.starts_with('y')).map(String::len).sum();
    assert_eq!((waiting, scene.lost(1)), (1000, (91, 0, 0)));
}

/// Random events, taken now and then, against the promises: bounded, in order, nothing certain lost, told of each loss.
#[test]
fn random_traffic_keeps_every_promise() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..200 {
        let limit = random.usize(3..40);
        let scene = Scene::of_messages(limit);
        let (mut sent, mut read) = (Vec::new(), Vec::new());
        for number in 0..random.u32(1..300) {
            let index = [1, 2, 3, 3][random.usize(..4)];
            let text = format!("{}={number}", random.u8(b'a'..b'c') as char);
            if !scene.send(index, &text) {
                break;
            }
            sent.push(text);
            if random.u8(..) < 10 {
                read.extend(scene.read());
            }
        }
        read.extend(scene.read());
        let lost: u64 = (0..4).map(|index| scene.lost(index).0 + scene.lost(index).1).sum();
        let told: u64 = read
            .iter()
            .filter_map(|text| text.strip_prefix('-')?.split(' ').next()?.parse::<u64>().ok())
            .sum();
        let read: Vec<_> = read.into_iter().filter(|text| !text.starts_with('-')).collect();
        assert_eq!((read.len() as u64 + lost, told), (sent.len() as u64, lost));
        let mut rest = sent.iter();
        assert!(read.iter().all(|text| rest.any(|other| other == text)), "{read:?} of {sent:?}");
    }
}
