//! Peers that do not keep up with values that are replaced, and peers that were sent much at once.

use super::*;
use crate::{
    EventInfo, SlowConsumer,
    delivery::{outgoing_message::DropPolicy, turn_id::TurnScope},
};

static MOVED: EventInfo = EventInfo::new("moved", "Moved").with_slow(SlowConsumer::LatestBy("player"));

/// What a client reads of frames that are as long as their number says.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    /// The number of a value.
    Value(usize),
    Other(String),
    Ping(Bytes),
}

/// A value of some player that is so long.
fn value(player: usize, number: usize, length: usize) -> Arc<Batch> {
    let policy = DropPolicy { index: 0, info: &MOVED, key: Some(Bytes::from(player.to_string())) };
    let payload = format!("{number:length$}").into();
    Batch::of(OutgoingMessage { payload, event: Some(0), policy: Some(Arc::new(policy)) })
}

/// The next frame, without any answer to it. Of what was dropped there is nothing to say here.
async fn next(pipe: &mut DuplexStream) -> Read {
    let opcode = pipe.read_u8().await.expect("a frame");
    let length = match pipe.read_u8().await.expect("its length") {
        126 => pipe.read_u16().await.expect("its length").into(),
        127 => pipe.read_u64().await.expect("its length").try_into().expect("it fits"),
        length => usize::from(length),
    };
    let mut payload = vec![0; length];
    pipe.read_exact(&mut payload).await.expect("its payload");
    let payload = Bytes::from(payload);
    if opcode == 0x89 {
        return Read::Ping(payload);
    }
    let text = String::from_utf8_lossy(&payload).trim().to_owned();
    text.parse().map_or(Read::Other(text), Read::Value)
}

/// The same, but for what says how much was dropped.
async fn next_sent(pipe: &mut DuplexStream) -> Read {
    loop {
        match next(pipe).await {
            Read::Other(text) if text.contains("callboard.events_dropped") => {}
            read => return read,
        }
    }
}

async fn is_silent(pipe: &mut DuplexStream) -> bool {
    timeout(Duration::from_millis(100), pipe.read_u8()).await.is_err()
}

async fn answer(pipe: &mut DuplexStream, ping: &[u8]) {
    let length = u8::try_from(ping.len()).expect("it is short");
    let pong = [&[0x8a, 0x80 | length, 0, 0, 0, 0], ping].concat();
    pipe.write_all(&pong).await.expect("it is open");
}

/// A peer that has stopped reading in the middle of something, and for which values of two players were replaced: all
/// that waits is the last of each.
async fn stalled() -> (Scene, DuplexStream) {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    scene.outbox.send(message(vec![b' '; 10_000]));
    pipe.read_exact(&mut [0; 100]).await.expect("it is being written");
    // For longer than anybody's socket may be full.
    sleep(Duration::from_millis(300)).await;
    for number in 0..10 {
        assert!(scene.outbox.send(value(number % 2, number, 1000)));
        tokio::task::yield_now().await;
    }
    pipe.read_exact(&mut [0; 10_004 - 100]).await.expect("it is written");
    (scene, pipe)
}

/// Values that are written as soon as they are made.
async fn keep_up(scene: &Scene, pipe: &mut DuplexStream, count: usize) {
    for number in 0..count {
        assert!(scene.outbox.send(value(number % 3, number, 1000)));
        assert_eq!(next_sent(pipe).await, Read::Value(number));
    }
}

async fn ping(pipe: &mut DuplexStream) -> Bytes {
    match next_sent(pipe).await {
        Read::Ping(ping) => ping,
        other => panic!("{other:?} is no ping"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_ping_follows_each_8_kib_of_values_once_they_are_replaced_and_the_next_wait_for_its_answer() {
    let (scene, mut pipe) = stalled().await;
    assert_eq!(next_sent(&mut pipe).await, Read::Value(8));
    assert_eq!(next_sent(&mut pipe).await, Read::Value(9));
    keep_up(&scene, &mut pipe, 7).await;
    for _ in 0..3 {
        let asked = ping(&mut pipe).await;
        for number in 0..50 {
            assert!(scene.outbox.send(value(number % 5, number, 1000)));
        }
        assert!(is_silent(&mut pipe).await, "no value before the answer");
        answer(&mut pipe, b"not asked for").await;
        assert!(is_silent(&mut pipe).await, "that was no answer to it");
        answer(&mut pipe, &asked).await;
        for number in 45..50 {
            assert_eq!(next_sent(&mut pipe).await, Read::Value(number), "the last of each");
        }
        keep_up(&scene, &mut pipe, 4).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_keeps_up_again_is_pinged_no_more() {
    let (scene, mut pipe) = stalled().await;
    for _ in 0..2 {
        next_sent(&mut pipe).await;
    }
    keep_up(&scene, &mut pipe, 7).await;
    let asked = ping(&mut pipe).await;
    assert!(scene.outbox.send(value(0, 1, 1000)) && scene.outbox.send(value(0, 2, 1000)));
    answer(&mut pipe, &asked).await;
    assert_eq!(next_sent(&mut pipe).await, Read::Value(2));
    keep_up(&scene, &mut pipe, 100).await;
}

#[tokio::test(start_paused = true)]
async fn who_keeps_up_is_not_pinged_and_gets_every_value() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 64 << 10);
    for _ in 0..10 {
        for number in 0..10 {
            assert!(scene.outbox.send(value(0, number, 1000)));
        }
        for number in 0..10 {
            assert_eq!(next(&mut pipe).await, Read::Value(number));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_overtakes_a_value_that_waits_for_an_answer() {
    let (scene, mut pipe) = stalled().await;
    for _ in 0..2 {
        next_sent(&mut pipe).await;
    }
    keep_up(&scene, &mut pipe, 7).await;
    let asked = ping(&mut pipe).await;
    assert!(scene.outbox.send(message("before")));
    assert_eq!(next_sent(&mut pipe).await, Read::Other("before".to_owned()));
    assert!(scene.outbox.send(value(0, 1, 10)) && scene.outbox.send(message("behind")));
    assert!(scene.outbox.send(value(1, 2, 10)) && scene.outbox.send(value(1, 3, 10)));
    assert!(is_silent(&mut pipe).await);
    answer(&mut pipe, &asked).await;
    assert_eq!(next_sent(&mut pipe).await, Read::Value(1));
    assert_eq!(next_sent(&mut pipe).await, Read::Other("behind".to_owned()));
    assert_eq!(next_sent(&mut pipe).await, Read::Value(3));
}

#[tokio::test(start_paused = true)]
async fn a_close_waits_for_no_answer() {
    let (scene, mut pipe) = stalled().await;
    for _ in 0..2 {
        next_sent(&mut pipe).await;
    }
    keep_up(&scene, &mut pipe, 7).await;
    ping(&mut pipe).await;
    assert!(scene.outbox.send(value(0, 1, 10)));
    assert!(is_silent(&mut pipe).await);
    scene.outbox.close(Close::new(1000, "bye"));
    assert_eq!(next_sent(&mut pipe).await, Read::Value(1));
    assert_eq!(next(&mut pipe).await, Read::Other("\u{3}\u{fffd}bye".to_owned()));
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn who_talks_and_never_answers_is_dropped() {
    let (scene, mut pipe) = stalled().await;
    for _ in 0..2 {
        next_sent(&mut pipe).await;
    }
    keep_up(&scene, &mut pipe, 7).await;
    ping(&mut pipe).await;
    let began = Instant::now();
    // A pong that nobody asked for, every second.
    while pipe.write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await.is_ok() {
        sleep(Duration::from_secs(1)).await;
        assert!(began.elapsed() < Duration::from_mins(5), "it is still connected");
    }
    assert!((60..=121).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert_eq!(scene.end().await, ["hang up"]);
}

/// What one turn sends: 400 kB, of messages of so many bytes.
fn send_much(scene: &Scene, length: usize) {
    TurnScope::Unnamed.enter(|| {
        for _ in 0..400_000 / length {
            assert!(scene.outbox.send(event(length)));
        }
    });
}

#[tokio::test(start_paused = true)]
async fn what_one_turn_sends_beyond_a_queue_is_to_be_read_in_time() {
    for per_second in [0, 1000, 5000] {
        let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
        send_much(&scene, 1000);
        let began = Instant::now();
        let reading = async {
            let mut read = vec![0; per_second];
            while per_second > 0 && pipe.read_exact(&mut read).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let ending = async {
            assert_eq!(scene.end().await, ["hang up"]);
            assert_eq!(began.elapsed().as_secs(), 7, "{per_second}");
        };
        tokio::join!(ending, reading);
    }
}

#[tokio::test(start_paused = true)]
async fn who_reads_in_time_what_one_turn_has_sent_beyond_a_queue_stays_and_others_have_their_room() {
    for length in [100, 1000, 150_000] {
        let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
        // Its socket is full already, as that of anybody may be for a moment.
        scene.outbox.send(message(vec![b' '; 10_000]));
        sleep(Duration::from_millis(10)).await;
        send_much(&scene, length);
        for _ in 0..200 {
            assert!(scene.outbox.send(event(1000)), "what others send");
        }
        let mut read = vec![0; 10_000];
        while let Ok(some) = timeout(Duration::from_secs(1), pipe.read(&mut read)).await {
            assert!(some.expect("the session is there") > 0);
            sleep(Duration::from_millis(5)).await;
        }
        sleep(Duration::from_secs(20)).await;
        assert!(!scene.outbox.is_closed());
        send_much(&scene, length);
        drop(pipe);
        assert_eq!(scene.end().await, ["hang up"]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_gets_nothing_beyond_its_queue_but_from_one_turn() {
    let (scene, pipe) = Scene::start(Encoding::Json, 1024);
    scene.outbox.send(message(vec![b' '; 10_000]));
    sleep(Duration::from_millis(10)).await;
    let mut waiting = 0;
    while TurnScope::Unnamed.enter(|| (0..10).all(|_| scene.outbox.send(event(1000)))) {
        waiting += 10;
    }
    assert!((256..=272).contains(&waiting), "{waiting} kB");
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

/// An event that must be delivered.
fn event(length: usize) -> Arc<Batch> {
    Batch::of(OutgoingMessage { event: Some(0), ..OutgoingMessage::reliable(vec![b' '; length].into()) })
}
