//! Turns that send one connection more than its queue holds: who reads at once gets everything, and stays.
#![allow(clippy::unwrap_used)]

use callboard::{Limits, context::SendError, prelude::*};
use callboard_tests::{Heard, World, both_worlds, heard, in_time};

/// More than a queue holds, in one event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Snapshot(String);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Small(usize, String);

/// What a newcomer is sent: so many bytes in one event, and so many small events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Greeting {
    snapshot: usize,
    small: usize,
}

const KIB: usize = 1 << 10;

macro_rules! herald {
    ($name:ident, $($options:tt)*) => {
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name;

        #[actor(events(Snapshot, Small), $($options)*)]
        impl $name {
            #[on_before_connect]
            fn admit(&self, greeting: Option<Greeting>) -> Greeting {
                greeting.unwrap_or_default()
            }

            #[on_connect]
            fn greet(&mut self, conn: &Conn<Self>) {
                let greeting = conn.state();
                if greeting.snapshot > 0 {
                    assert!(conn.send(&Snapshot("x".repeat(greeting.snapshot))));
                }
                for number in 0..greeting.small {
                    assert!(conn.send(&Small(number, "x".repeat(64))));
                }
            }

            /// Sends whoever asks so many small events.
            #[action]
            fn send_many(&mut self, conn: &Conn<Self>, count: usize) -> usize {
                for number in 0..count {
                    assert!(conn.send(&Small(number, "x".repeat(64))));
                }
                count
            }

            /// The same, with others in between.
            #[action]
            async fn send_slowly(&self, conn: &Conn<Self>, count: usize, length: usize) -> usize {
                for number in 0..count {
                    assert!(conn.send(&Small(number, "x".repeat(length))));
                    tokio::task::yield_now().await;
                }
                count
            }

            /// Tells everybody so many bytes at once.
            #[action]
            fn shout(&mut self, ctx: &Ctx<Self>, length: usize) -> usize {
                assert!(ctx.broadcast(&Snapshot("x".repeat(length))));
                length
            }

            #[action]
            fn scatter(&mut self, ctx: &Ctx<Self>, count: usize) -> usize {
                for number in 0..count {
                    assert!(ctx.broadcast(&Small(number, "x".repeat(64))));
                }
                count
            }

            /// Says how many of so many events had room, and what became of the first that had none.
            #[action]
            fn fill(&mut self, conn: &Conn<Self>, count: usize, length: usize) -> (usize, String) {
                for number in 0..count {
                    match conn.try_send(&Small(number, "x".repeat(length))) {
                        Ok(()) => {}
                        Err(error @ SendError::NoRoom { .. }) => return (number, error.to_string()),
                        Err(error) => return (number, format!("another: {error}")),
                    }
                }
                (count, String::new())
            }

            #[action]
            fn answer(&mut self, length: usize) -> String {
                "x".repeat(length)
            }

            #[action]
            fn members(&self, ctx: &Ctx<Self>) -> usize {
                ctx.conns().count()
            }
        }
    };
}

herald!(Live, ephemeral);
herald!(Kept, durability = "output");
herald!(Saved, durability = "reply");

fn registry() -> Registry {
    Registry::new().in_memory().register::<Live>().register::<Kept>().register::<Saved>()
}

/// What a member has heard, which is never lost and never opened anew.
struct Member<C> {
    conn: C,
    snapshots: Heard<usize>,
    small: Heard<usize>,
    statuses: Heard<callboard::client::Status>,
}

macro_rules! member {
    ($actor:ty, $world:expr, $greeting:expr) => {{
        let conn = $world.client.get_or_create::<$actor>("all").connect(Some($greeting));
        let (snapshot, snapshots) = heard();
        let (one, small) = heard();
        let (status, statuses) = heard();
        conn.on(move |Snapshot(text)| snapshot.send(text.len()).unwrap_or_default());
        conn.on(move |Small(number, _)| one.send(number).unwrap_or_default());
        conn.on_status_change(move |now| status.send(now).unwrap_or_default());
        conn.opened().await.unwrap();
        Member { conn, snapshots, small, statuses }
    }};
}

impl<C> Member<C> {
    async fn hears_small(&mut self, count: usize) {
        for number in 0..count {
            assert_eq!(self.small.next().await, number);
        }
    }

    fn was_never_lost(&mut self) {
        let lost: Vec<_> = self
            .statuses
            .so_far()
            .into_iter()
            .filter(|now| *now != callboard::client::Status::Connected)
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}

macro_rules! for_each_durability {
    ($name:ident, $body:ident) => {
        mod $name {
            use super::*;
            both_worlds!(ephemeral, registry(), async |world: &World| $body!(Live, world));
            both_worlds!(output, registry(), async |world: &World| $body!(Kept, world));
            both_worlds!(reply, registry(), async |world: &World| $body!(Saved, world));
        }
    };
}

macro_rules! greeting {
    ($actor:ty, $world:expr) => {{
        for snapshot in [255 * KIB, 270_000, 1_000 * KIB] {
            let mut member = member!($actor, $world, Greeting { snapshot, small: 4_100 });
            assert_eq!(member.snapshots.next().await, snapshot);
            member.hears_small(4_100).await;
            member.was_never_lost();
        }
    }};
}
for_each_durability!(a_newcomer_is_sent_more_than_a_queue_holds, greeting);

macro_rules! many_of_one_turn {
    ($actor:ty, $world:expr) => {{
        let mut member = member!($actor, $world, Greeting::default());
        for count in [4_000, 4_096, 4_097, 10_000] {
            assert_eq!(member.conn.send_many(count).await.unwrap(), count);
            assert_eq!(member.small.so_far().len(), count, "before the answer");
        }
        assert_eq!(member.conn.send_slowly(300, 4 * KIB).await.unwrap(), 300);
        member.hears_small(300).await;
        assert_eq!(member.conn.scatter(6_000).await.unwrap(), 6_000);
        member.hears_small(6_000).await;
        member.was_never_lost();
    }};
}
for_each_durability!(one_turn_sends_more_than_a_queue_holds, many_of_one_turn);

macro_rules! large_before_an_answer {
    ($actor:ty, $world:expr) => {{
        let mut member = member!($actor, $world, Greeting::default());
        let mut other = member!($actor, $world, Greeting::default());
        for length in [300_000, 1_000 * KIB] {
            assert_eq!(member.conn.shout(length).await.unwrap(), length);
            assert_eq!(member.snapshots.so_far(), [length]);
            assert_eq!(other.snapshots.next().await, length);
        }
        // All of these are asked for before the first is answered.
        let answers = (0..8).map(|_| member.conn.answer(1_000 * KIB));
        for answer in futures_util::future::join_all(answers).await {
            assert_eq!(answer.unwrap().len(), 1_000 * KIB);
        }
        member.was_never_lost();
        other.was_never_lost();
    }};
}
for_each_durability!(large_events_and_answers_arrive, large_before_an_answer);

macro_rules! too_much {
    ($actor:ty) => {{
        let world = World::network(registry()).await;
        let mut member = member!($actor, world, Greeting::default());
        let (taken, why) = in_time(member.conn.fill(100, 100 * KIB)).await.unwrap();
        // 8 MiB beyond the queue's 256 KiB, but for what is around each payload.
        assert!((82..=84).contains(&taken), "{taken}");
        assert!(why.contains("`Limits::send_queue_bytes`"), "{why}");
        assert_eq!(member.small.so_far().len(), taken, "what had room has come");
        assert_eq!(in_time(member.conn.send_many(10)).await.unwrap(), 10);
        assert_eq!(member.small.so_far().len(), 10);
        member.was_never_lost();
        world.stop().await;
    }};
}

#[tokio::test]
async fn one_turn_is_told_what_it_sends_beyond_all_that_it_may() {
    too_much!(Live);
    too_much!(Kept);
    too_much!(Saved);
}

#[tokio::test]
async fn what_a_turn_sends_beyond_a_queue_is_within_what_its_peers_may_have_buffered() {
    let limits = Limits::new().buffered_per_address(1 << 20);
    let world = World::network(registry().limits(limits)).await;
    let mut member = member!(Live, world, Greeting::default());
    for _ in 0..3 {
        let (taken, why) = in_time(member.conn.fill(100, 100 * KIB)).await.unwrap();
        // 1 MiB beyond 256 KiB; what was written is given back.
        assert!((12..=13).contains(&taken), "{taken}");
        assert!(why.contains("`Limits::buffered`"), "{why}");
    }
    member.was_never_lost();
    world.stop().await;
}

#[tokio::test]
async fn a_broadcast_ends_the_connections_that_have_no_room_for_it_and_they_come_back() {
    let limits = Limits::new().send_queue_excess(100 * KIB);
    let world = World::network(registry().limits(limits)).await;
    let mut member = member!(Live, world, Greeting::default());
    let scattered = in_time(member.conn.scatter(10_000)).await;
    assert!(scattered.is_err());
    in_time(async { while member.statuses.next().await != callboard::client::Status::Connected {} }).await;
    assert_eq!(in_time(member.conn.members()).await.unwrap(), 1);
    world.stop().await;
}

/// A client of the protocol, of an app that serves its own sockets.
#[tokio::test]
async fn all_of_it_behind_a_server_of_somebody_elses() {
    let registry = registry();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().nest("/api", registry.router());
    let serving = tokio::spawn(async { axum::serve(listener, router).await });
    let client = Client::builder(format!("{url}/api")).build().unwrap();
    let world = Nested { client };
    in_time(async {
        greeting!(Live, world);
        many_of_one_turn!(Live, world);
        large_before_an_answer!(Live, world);
    })
    .await;
    serving.abort();
}

struct Nested {
    client: Client,
}
