//! Bursts: what one turn sends to many goes out together, and nobody can tell but by the speed.
#![allow(clippy::unwrap_used)]

use std::{
    iter,
    sync::{Arc, Mutex},
    time::Duration,
};

use callboard::prelude::*;
use callboard_tests::{World, both_worlds, in_time};
use futures_util::future::join_all;
use tokio::{sync::Notify, time::timeout};

/// Sends what it is told to.
#[derive(Debug, Default)]
struct Feed {
    /// Told to who waits in the middle of a turn.
    go_on: Notify,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tick(usize);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tock(usize);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note(usize);

/// One thing that a turn sends; members are numbered in the order they joined.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Step {
    Tick,
    Tock,
    TickToOthersThan(usize),
    NoteTo(usize),
    NoteToAllBut(usize),
}

#[actor(ephemeral, events(Tick, Tock, Note))]
impl Feed {
    #[action]
    fn play(&mut self, ctx: &Ctx<Self>, steps: Vec<Step>) {
        for (number, step) in steps.into_iter().enumerate() {
            let member = |nth| ctx.conns().nth(nth).unwrap();
            match step {
                Step::Tick => drop(ctx.broadcast(&Tick(number))),
                Step::Tock => drop(ctx.broadcast(&Tock(number))),
                Step::TickToOthersThan(nth) => drop(ctx.broadcast_except(&member(nth), &Tick(number))),
                Step::NoteTo(nth) => drop(member(nth).send(&Note(number))),
                Step::NoteToAllBut(nth) => {
                    let left_out = member(nth);
                    ctx.conns().filter(|conn| *conn != left_out).send(&Note(number));
                }
            }
        }
    }

    #[action]
    fn tick_and_tock(&mut self, ctx: &Ctx<Self>, number: usize) {
        ctx.broadcast(&Tick(number));
        ctx.broadcast(&Tock(number));
    }

    #[action]
    async fn tick_and_wait(&self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Tick(0));
        self.go_on.notified().await;
        ctx.broadcast(&Tick(1));
    }

    #[action]
    fn go_on(&self) {
        self.go_on.notify_one();
    }

    #[action]
    fn tick_and_disconnect(&mut self, ctx: &Ctx<Self>) {
        for number in 0..3 {
            ctx.broadcast(&Tick(number));
        }
        for conn in ctx.conns() {
            conn.disconnect("done");
        }
    }

    #[action]
    fn tick_and_panic(&mut self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Tick(0));
        panic!("on purpose");
    }

    /// Ticks from so many tasks beside the turns.
    #[action]
    fn tick_beside(&self, ctx: &Ctx<Self>, tasks: usize, ticks: usize) {
        for task in 0..tasks {
            let ctx = ctx.clone();
            tokio::spawn(async move {
                for number in 0..ticks {
                    ctx.broadcast(&Tick(task * ticks + number));
                    tokio::task::yield_now().await;
                }
            });
        }
    }

    /// Ticks after the turn, from a thread that no runtime knows.
    #[action]
    fn tick_from_a_thread(&self, ctx: &Ctx<Self>) {
        let (ctx, runtime) = (ctx.clone(), tokio::runtime::Handle::current());
        std::thread::spawn(move || {
            runtime.block_on(ctx.turn(|_| ())).unwrap();
            ctx.broadcast(&Tick(0));
        });
    }

    #[action]
    fn tock(&self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Tock(0));
    }

    #[action]
    fn settle(&self) {}
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Feed>()
}

/// What a member has heard: the letter of each event and its number.
type Heard = Arc<Mutex<Vec<(char, usize)>>>;

/// A member who listens to notes, and to whichever of ticks and tocks it wants.
async fn member(world: &World, ticks: bool, tocks: bool) -> (FeedConn, Heard) {
    let conn = world.client.get_or_create::<Feed>("all").connect();
    let heard = Heard::default();
    let hear = || {
        let heard = Arc::clone(&heard);
        move |letter, number| heard.lock().unwrap().push((letter, number))
    };
    let (tick, tock, note) = (hear(), hear(), hear());
    conn.on(move |Note(number)| note('n', number));
    if ticks {
        conn.on(move |Tick(number)| tick('t', number));
    }
    if tocks {
        conn.on(move |Tock(number)| tock('o', number));
    }
    conn.settle().await.unwrap();
    (conn, heard)
}

/// What member `nth` is to hear.
fn expected(steps: &[Step], nth: usize, ticks: bool, tocks: bool) -> Vec<(char, usize)> {
    let heard = |step: Step| match step {
        Step::Tick => ticks.then_some('t'),
        Step::Tock => tocks.then_some('o'),
        Step::TickToOthersThan(other) => (ticks && other != nth).then_some('t'),
        Step::NoteTo(other) => (other == nth).then_some('n'),
        Step::NoteToAllBut(other) => (other != nth).then_some('n'),
    };
    let steps = steps.iter().enumerate();
    steps.filter_map(|(number, step)| heard(*step).map(|letter| (letter, number))).collect()
}

const TASTES: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (true, true)];

both_worlds!(
    l15_what_a_turn_sends_arrives_in_the_order_sent_however_it_is_sent,
    registry(),
    async |world: &World| {
        let mut members = Vec::new();
        for (ticks, tocks) in TASTES {
            members.push(member(world, ticks, tocks).await);
        }
        for seed in 0..60 {
            let mut random = fastrand::Rng::with_seed(seed);
            // Some are longer than what goes out at once.
            let length = random.usize(..400);
            let mut step = || match random.usize(..20) {
                0..12 => Step::Tick,
                12..16 => Step::Tock,
                16 => Step::TickToOthersThan(random.usize(..TASTES.len())),
                17 => Step::NoteTo(random.usize(..TASTES.len())),
                _ => Step::NoteToAllBut(random.usize(..TASTES.len())),
            };
            let steps: Vec<_> = iter::repeat_with(&mut step).take(length).collect();
            members[0].0.play(steps.clone()).await.unwrap();
            for (nth, (conn, heard)) in members.iter().enumerate() {
                conn.settle().await.unwrap();
                let (ticks, tocks) = TASTES[nth];
                assert_eq!(
                    std::mem::take(&mut *heard.lock().unwrap()),
                    expected(&steps, nth, ticks, tocks),
                    "seed {seed}"
                );
            }
        }
    }
);

// A connection's calls that come together broadcast together: neither their order nor their answers may show it.
both_worlds!(
    r10_what_calls_made_at_once_send_arrives_at_everybody_in_one_order_and_before_their_answers,
    registry(),
    async |world: &World| {
        const CALLS: usize = 100;
        let mut members = Vec::new();
        for (ticks, tocks) in TASTES {
            members.push(member(world, ticks, tocks).await);
        }
        for round in 0..10 {
            // Two callers, whose calls come in between each other's.
            let call = async |caller: usize, nth: usize| {
                let (conn, heard) = &members[caller];
                let number = caller * CALLS + nth;
                conn.tick_and_tock(number).await.unwrap();
                assert!(heard.lock().unwrap().contains(&('t', number)), "{number}: an answer came first");
            };
            join_all((0..2 * CALLS).map(|nth| call(nth % 2, nth / 2))).await;
            let mut heard = Vec::new();
            for (conn, own) in &members {
                conn.settle().await.unwrap();
                heard.push(std::mem::take(&mut *own.lock().unwrap()));
            }
            let of = |letter| heard[0].iter().copied().filter(move |(heard, _)| *heard == letter);
            assert_eq!(heard[0], heard[3], "round {round}");
            assert!(of('t').eq(heard[1].iter().copied()), "round {round}");
            assert!(of('o').eq(heard[2].iter().copied()), "round {round}");
            for caller in [0..CALLS, CALLS..2 * CALLS] {
                let own = of('t').map(|(_, number)| number).filter(|number| caller.contains(number));
                assert!(own.eq(caller.clone()), "round {round}: in order, and each once");
            }
        }
    }
);

both_worlds!(what_was_broadcast_leaves_where_the_turn_awaits, registry(), async |world: &World| {
    let (conn, heard) = member(world, true, false).await;
    let ticked = Arc::new(Notify::new());
    let tell = Arc::clone(&ticked);
    conn.on(move |_: Tick| tell.notify_one());
    conn.settle().await.unwrap();
    let waiting = conn.tick_and_wait();
    let go_on = async {
        timeout(Duration::from_secs(10), ticked.notified())
            .await
            .expect("the event arrives before the turn ends");
        assert_eq!(*heard.lock().unwrap(), [('t', 0)]);
        conn.go_on().await.unwrap();
    };
    let (waited, ()) = tokio::join!(waiting, go_on);
    waited.unwrap();
    assert_eq!(*heard.lock().unwrap(), [('t', 0), ('t', 1)]);
});

both_worlds!(what_was_broadcast_before_a_close_arrives_before_it, registry(), async |world: &World| {
    let (conn, heard) = member(world, true, true).await;
    let third = Arc::new(Notify::new());
    let tell = Arc::clone(&third);
    conn.on(move |Tick(number)| {
        if number == 2 {
            tell.notify_one();
        }
    });
    conn.settle().await.unwrap();
    world.client.get_or_create::<Feed>("all").tick_and_disconnect().await.unwrap();
    third.notified().await;
    assert_eq!(*heard.lock().unwrap(), [('t', 0), ('t', 1), ('t', 2)]);
});

both_worlds!(what_was_broadcast_before_a_panic_is_sent, registry(), async |world: &World| {
    let (conn, heard) = member(world, true, true).await;
    conn.tick_and_panic().await.unwrap_err();
    conn.settle().await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [('t', 0)]);
});

both_worlds!(what_is_broadcast_outside_of_a_runtime_arrives, registry(), async |world: &World| {
    let mut members = Vec::new();
    for _ in 0..3 {
        let (conn, heard) = member(world, true, false).await;
        let arrived = Arc::new(Notify::new());
        let tell = Arc::clone(&arrived);
        conn.on(move |_: Tick| tell.notify_one());
        conn.settle().await.unwrap();
        members.push((conn, heard, arrived));
    }
    members[0].0.tick_from_a_thread().await.unwrap();
    for (_, heard, arrived) in &members {
        // Not only with the next ping, which would wake its session.
        timeout(Duration::from_secs(5), arrived.notified()).await.unwrap();
        assert_eq!(*heard.lock().unwrap(), [('t', 0)]);
    }
});

/// Turns end while others broadcast beside them: nothing is left lying.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_broadcast_beside_the_turns_arrives_while_turns_come_and_go() {
    const TASKS: usize = 4;
    const TICKS: usize = 5_000;
    let world = World::in_process(registry());
    let (conn, heard) = member(&world, true, false).await;
    let all = Arc::new(Notify::new());
    let (tell, count) = (Arc::clone(&all), Mutex::new(0));
    conn.on(move |_: Tick| {
        let mut count = count.lock().unwrap();
        *count += 1;
        if *count == TASKS * TICKS {
            tell.notify_one();
        }
    });
    conn.settle().await.unwrap();
    in_time(async {
        conn.tick_beside(TASKS, TICKS).await.unwrap();
        let room = world.client.get_or_create::<Feed>("all");
        let mut all = std::pin::pin!(all.notified());
        // Turns that end at any moment; the last ticks have none to go out with.
        for _ in 0..2_000 {
            room.tock().await.unwrap();
        }
        all.as_mut().await;
    })
    .await;
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    for task in 0..TASKS {
        let of_task: Vec<_> =
            heard.iter().map(|(_, number)| *number).filter(|number| number / TICKS == task).collect();
        assert!(of_task.iter().copied().eq(task * TICKS..(task + 1) * TICKS), "in order, and each once");
    }
    world.stop().await;
}
