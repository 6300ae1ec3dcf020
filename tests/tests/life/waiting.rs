//! Work beside the turns that its own actor waits for: the circle is an error at once.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{task::yield_now, time::Instant};

use super::*;

/// Waits for work that wants a turn of it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[allow(clippy::unsafe_derive_deserialize, reason = "it is tokio's `select!` that has it")]
struct Worker {
    turns: u32,
}

type Told = Result<(), String>;

#[actor(action_timeout = "60s", ephemeral)]
impl Worker {
    /// Waits for the work at once, or a second after it has asked for what it wants.
    #[action]
    async fn wait(&mut self, ctx: &Ctx<Self>, how: String, what: String, late: bool) -> Told {
        Self::wait_for(ctx, &how, what, late).await
    }

    #[action]
    async fn wait_reading(&self, ctx: &Ctx<Self>, how: String, what: String, late: bool) -> Told {
        Self::wait_for(ctx, &how, what, late).await
    }

    /// Waits for work that waits for other work.
    #[action]
    async fn wait_for_two(&mut self, ctx: &Ctx<Self>, late: bool) -> Told {
        let beside = ctx.clone();
        let outer = ctx.keep_awake(async move {
            let inner = begin(&beside, "wait_until", "turn".into());
            if late {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            inner.await.unwrap()
        });
        if late {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        outer.await.unwrap()
    }

    /// Waits for work with so many turns, which it has asked for before.
    #[action]
    async fn wait_for_many(&mut self, ctx: &Ctx<Self>, count: usize) -> usize {
        let beside = ctx.clone();
        let work = ctx.keep_awake(async move {
            let turns = (0..count).map(|_| beside.turn(|worker| worker.turns += 1));
            let is_told =
                |turn: &Result<(), Fault>| matches!(turn, Err(fault) if fault.is("actor", "deadlock"));
            join_all(turns).await.iter().filter(|turn| is_told(turn)).count()
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        work.await.unwrap()
    }

    /// Waits for the work, and does something else now and then.
    #[action]
    async fn wait_in_a_loop(&mut self, ctx: &Ctx<Self>) -> Told {
        let mut work = begin(ctx, "keep_awake", "late turn".into());
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                biased;
                _ = ticks.tick() => {}
                told = &mut work => return told.unwrap(),
            }
        }
    }

    /// Begins the work, and does not wait for it.
    #[action]
    async fn begin(&mut self, ctx: &Ctx<Self>, how: String, what: String) {
        note_told(ctx, &how, what);
        tokio::time::sleep(Duration::from_secs(1)).await;
        note(&ctx.key().to_string(), "ended");
    }

    /// Looks at the work, and goes on without it.
    #[action]
    async fn look(&mut self, ctx: &Ctx<Self>, keeps: bool) {
        let mut work = note_told(ctx, "keep_awake", "late turn".into());
        tokio::select! {
            biased;
            _ = &mut work => {}
            () = yield_now() => {}
        }
        let _kept = keeps.then_some(work);
        tokio::time::sleep(Duration::from_secs(1)).await;
        note(&ctx.key().to_string(), "ended");
    }

    #[action]
    async fn pass_on(&self, ctx: &Ctx<Self>, to: String) -> Told {
        told(ctx.client().get_or_create::<Self>(to).touch().await)
    }

    #[action]
    fn touch(&mut self) {
        self.turns += 1;
    }

    #[action]
    fn turns(&self) -> u32 {
        self.turns
    }

    #[run]
    async fn run(ctx: Ctx<Self>) {
        let result = begin(&ctx, "keep_awake", "turn".into()).await.unwrap();
        note(&format!("{} run", ctx.key()), format!("{result:?}"));
    }

    async fn wait_for(ctx: &Ctx<Self>, how: &str, what: String, late: bool) -> Told {
        let work = begin(ctx, how, what);
        if late {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        work.await.unwrap()
    }
}

fn told<T, E: std::fmt::Display>(result: Result<T, E>) -> Told {
    result.map(drop).map_err(|error| error.to_string())
}

/// Work that wants this of its actor.
fn begin(ctx: &Ctx<Worker>, how: &str, what: String) -> callboard::WorkHandle<Told> {
    let beside = ctx.clone();
    let work = async move {
        let me = beside.client().get_or_create::<Worker>(beside.key());
        let other = || beside.client().get_or_create::<Worker>(format!("{}'s other", beside.key()));
        match &*what {
            "turn" => told(beside.turn(|worker| worker.turns += 1).await),
            "late turn" => {
                tokio::time::sleep(Duration::from_millis(500)).await;
                told(beside.turn(|worker| worker.turns += 1).await)
            }
            "call" => told(me.touch().await),
            "read" => told(me.turns().await),
            _ => other().pass_on(beside.key().to_string()).await.unwrap(),
        }
    };
    if how == "keep_awake" { ctx.keep_awake(work) } else { ctx.wait_until(work) }
}

/// The same, which notes what it is told.
fn note_told(ctx: &Ctx<Worker>, how: &str, what: String) -> callboard::WorkHandle<()> {
    let beside = ctx.clone();
    let work = async move {
        let what = begin(&beside, "keep_awake", what).await.unwrap();
        note(&beside.key().to_string(), format!("{what:?}"));
    };
    if how == "keep_awake" { ctx.keep_awake(work) } else { ctx.wait_until(work) }
}

fn workers() -> Registry {
    Registry::new().in_memory().register::<Worker>()
}

async fn worker(world: &World, key: &str) -> WorkerHandle {
    let worker = world.client.get_or_create::<Worker>(key);
    worker.turns().await.unwrap();
    pass(Duration::from_millis(1)).await;
    assert_eq!(worker.turns().await.unwrap(), 1, "that of `#[run]`");
    worker
}

paused_world!(
    work_that_its_action_waits_for_is_told_at_once_what_it_waits_for,
    workers(),
    async |world: &World| {
        for (how, name) in [("keep_awake", "keepAwake"), ("wait_until", "waitUntil")] {
            for late in [false, true] {
                let me = format!("{how} {late}");
                let worker = worker(world, &me).await;
                let before = Instant::now();
                let circle = |action: &str, end: &str| {
                    let circle = format!("worker/{me}.{action} -> worker/{me}.{name} -> {end}");
                    Err(format!("The call would wait for itself: {circle}. (actor.deadlock)"))
                };
                for (what, end) in [
                    ("turn", format!("worker/{me}.turn")),
                    ("call", format!("worker/{me}.touch")),
                    ("other", format!("worker/{me}'s other.passOn -> worker/{me}.touch")),
                ] {
                    let told = worker.wait(how.into(), what.into(), late).await.unwrap();
                    assert_eq!(told, circle("wait", &end));
                    let told = worker.wait_reading(how.into(), what.into(), late).await.unwrap();
                    assert_eq!(told, circle("waitReading", &end));
                }
                let told = worker.wait(how.into(), "read".into(), late).await.unwrap();
                assert_eq!(told, circle("wait", &format!("worker/{me}.turns")));
                let told = worker.wait_reading(how.into(), "read".into(), late).await.unwrap();
                assert_eq!(told, Ok(()), "a read comes back to a read");
                assert_eq!(before.elapsed(), Duration::from_secs(if late { 8 } else { 0 }));
                assert_eq!(worker.turns().await.unwrap(), 1, "what was ended does not run");
            }
        }
    }
);

paused_world!(a_wait_among_other_things_is_one_too, workers(), async |world: &World| {
    let worker = worker(world, "loop").await;
    let before = Instant::now();
    let told = worker.wait_in_a_loop().await.unwrap().unwrap_err();
    assert!(told.ends_with("(actor.deadlock)"), "{told}");
    assert_eq!(before.elapsed(), Duration::from_millis(500));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_is_told_on_whatever_threads_it_and_its_action_run() {
    let registry = workers();
    let workers = (0..8).map(|n| {
        let worker = registry.client().get_or_create::<Worker>(format!("threads {n}"));
        tokio::spawn(async move {
            for what in ["turn", "call", "other"].into_iter().cycle().take(150) {
                let told = worker.wait("keep_awake".into(), what.into(), false).await.unwrap();
                assert!(told.as_ref().unwrap_err().ends_with("(actor.deadlock)"), "{told:?}");
            }
        })
    });
    for worker in join_all(workers).await {
        worker.unwrap();
    }
    registry.stop().await;
}

paused_world!(work_that_waits_for_other_work_is_part_of_the_circle, workers(), async |world: &World| {
    let worker = worker(world, "two").await;
    for late in [false, true] {
        let told = worker.wait_for_two(late).await.unwrap().unwrap_err();
        let circle =
            "worker/two.waitForTwo -> worker/two.keepAwake -> worker/two.waitUntil -> worker/two.turn";
        assert!(told.contains(circle) && told.ends_with("(actor.deadlock)"), "{told}");
    }
    assert_eq!(worker.turns().await.unwrap(), 1);
});

paused_world!(however_many_turns_wait_all_are_told, workers(), async |world: &World| {
    let worker = worker(world, "many").await;
    assert_eq!(worker.wait_for_many(9_000).await.unwrap(), 9_000);
    assert_eq!(worker.turns().await.unwrap(), 1);
});

paused_world!(work_that_nobody_waits_for_has_its_turn_after_the_action, workers(), async |world: &World| {
    for how in ["keep_awake", "wait_until"] {
        for what in ["turn", "call", "other"] {
            let me = format!("{how} alone, {what}");
            let worker = worker(world, &me).await;
            worker.begin(how.into(), what.into()).await.unwrap();
            pass(Duration::from_millis(1)).await;
            assert_eq!(noted(&me), ["ended", "Ok(())"]);
            assert_eq!(worker.turns().await.unwrap(), 2);
        }
    }
});

paused_world!(an_action_that_goes_on_without_the_work_closes_no_circle, workers(), async |world: &World| {
    for keeps in [true, false] {
        let me = format!("looks {keeps}");
        let worker = worker(world, &me).await;
        worker.look(keeps).await.unwrap();
        pass(Duration::from_millis(1)).await;
        assert_eq!(noted(&me), ["ended", "Ok(())"]);
    }
});

paused_world!(work_that_run_waits_for_has_its_turn, workers(), async |world: &World| {
    worker(world, "runs").await;
    assert_eq!(noted("runs run"), ["Ok(())"]);
});
