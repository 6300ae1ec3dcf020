//! Turns: who runs beside whom, who waits for whom, and how many may wait.
#![allow(clippy::unwrap_used)]
#![allow(clippy::manual_assert, clippy::unnecessary_wraps)]

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use callboard::prelude::*;
use callboard_tests::{World, both_worlds, gate, note, noted, pass_s, paused_world, release};
use futures_util::future::join_all;
use tokio::{task::yield_now, time::Instant};

/// Passes calls on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Node;

/// What came back, as text.
fn told<E: std::fmt::Display>(result: Result<String, CallError<E>>) -> String {
    match result {
        Ok(text) => text,
        Err(CallError::Fault(fault)) => format!("{}.{}: {}", fault.group(), fault.code(), fault.message()),
        Err(error) => error.to_string(),
    }
}

#[actor(action_timeout = "60s")]
impl Node {
    /// Passes a call on along the path, and holds this node to itself meanwhile.
    #[action]
    async fn hold(&mut self, ctx: &Ctx<Self>, path: Vec<String>) -> String {
        self.pass_on(ctx, path).await
    }

    /// Passes a call on along the path, beside other reads.
    #[action]
    async fn read(&self, ctx: &Ctx<Self>, path: Vec<String>) -> String {
        self.pass_on(ctx, path).await
    }

    #[action]
    fn name(&self, ctx: &Ctx<Self>) -> String {
        ctx.key().to_string()
    }

    #[action]
    fn hold_later(&self, ctx: &Ctx<Self>, path: Vec<String>) {
        ctx.after(Duration::from_secs(1), NodeAction::HoldAndNote { path }).unwrap();
    }

    /// Tells itself to note something, which it does when this has ended.
    #[action]
    async fn tell_itself(&mut self, ctx: &Ctx<Self>) {
        let myself = ctx.client().get_or_create::<Self>(ctx.key());
        myself.tell(NodeAction::HoldAndNote { path: Vec::new() }).await.unwrap();
        note(&ctx.key().to_string(), "told");
    }

    #[action]
    async fn hold_and_note(&mut self, ctx: &Ctx<Self>, path: Vec<String>) {
        let told = self.pass_on(ctx, path).await;
        note(&ctx.key().to_string(), told);
    }

    #[on_connect]
    async fn call_back(&mut self, ctx: &Ctx<Self>) {
        let path = vec![format!("hold {}", ctx.key())];
        note(&format!("{} connect", ctx.key()), self.pass_on(ctx, path).await);
    }

    /// The path's steps are `hold a`, `read a`, `name a`.
    async fn pass_on(&self, ctx: &Ctx<Self>, mut path: Vec<String>) -> String {
        if path.is_empty() {
            return ctx.key().to_string();
        }
        let step = path.remove(0);
        let (how, who) = step.split_once(' ').unwrap();
        let node = ctx.client().get_or_create::<Self>(who);
        match how {
            "hold" => told(node.hold(path).await),
            "read" => told(node.read(path).await),
            _ => told(node.name().await),
        }
    }
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Node>().register::<Place>()
}

fn path(steps: &[&str]) -> Vec<String> {
    steps.iter().map(|step| (*step).to_owned()).collect()
}

fn node(world: &World, key: &str) -> NodeHandle {
    world.client.get_or_create::<Node>(key)
}

paused_world!(a_circle_of_calls_is_an_error_at_once_that_names_it, registry(), async |world: &World| {
    let before = Instant::now();
    let told = node(world, "a").hold(path(&["hold b", "hold a"])).await.unwrap();
    assert_eq!(
        told,
        "actor.deadlock: The call would wait for itself: node/a.hold -> node/b.hold -> node/a.hold."
    );
    let told = node(world, "a").hold(path(&["read b", "name a"])).await.unwrap();
    assert!(told.ends_with("node/a.hold -> node/b.read -> node/a.name."), "{told}");
    let told = node(world, "a").read(path(&["read b", "hold a"])).await.unwrap();
    assert!(told.ends_with("node/a.read -> node/b.read -> node/a.hold."), "{told}");
    let told = node(world, "a").hold(path(&["hold a"])).await.unwrap();
    assert!(told.ends_with("node/a.hold -> node/a.hold."), "{told}");
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(node(world, "a").name().await.unwrap(), "a");
});

paused_world!(a_read_may_come_back_to_an_actor_that_reads, registry(), async |world: &World| {
    let before = Instant::now();
    for back in ["read c", "name c"] {
        assert_eq!(node(world, "c").read(path(&["hold d", back])).await.unwrap(), "c");
        assert_eq!(node(world, "c").read(path(&[back])).await.unwrap(), "c");
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
});

paused_world!(
    a_read_comes_back_even_if_somebody_waits_to_write_meanwhile,
    registry(),
    async |world: &World| {
        let reader = world.client.get_or_create::<Place>("back");
        let reading = tokio::spawn({
            let reader = reader.clone();
            async move { reader.read_and_come_back("back".into()).await.unwrap() }
        });
        pass_s(1).await;
        let mut writing = std::pin::pin!(reader.write());
        assert!(futures_util::poll!(&mut writing).is_pending(), "it waits for the read");
        pass_s(1).await;
        release("back");
        assert_eq!(reading.await.unwrap(), 0);
        writing.await.unwrap();
    }
);

paused_world!(
    a_circle_that_begins_with_a_schedule_or_a_hook_is_found_too,
    registry(),
    async |world: &World| {
        let before = Instant::now();
        let node = node(world, "e");
        node.hold_later(path(&["hold f", "hold e"])).await.unwrap();
        pass_s(2).await;
        let expected = "node/e.holdAndNote -> node/f.hold -> node/e.hold.";
        assert!(noted("e")[0].ends_with(expected), "{:?}", noted("e"));
        node.connect().opened().await.unwrap();
        let expected = "node/e.on_connect -> node/e.hold.";
        assert!(noted("e connect")[0].ends_with(expected), "{:?}", noted("e connect"));
        assert_eq!(before.elapsed().as_secs(), 2);
    }
);

/// A place that counts who is in it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    writes: u32,
    log: Vec<u32>,
    #[serde(skip)]
    readers: AtomicUsize,
    #[serde(skip)]
    crowded: AtomicUsize,
}

/// Counts a reader while it is there.
struct Reading<'a>(&'a AtomicUsize);

impl<'a> Reading<'a> {
    fn begin(readers: &'a AtomicUsize) -> Self {
        readers.fetch_add(1, Ordering::SeqCst);
        Self(readers)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[actor]
impl Place {
    #[action]
    async fn meet(&self, me: String, other: String) {
        release(&me);
        gate(&other).notified().await;
    }

    #[action]
    async fn read(&self) -> u32 {
        let _reading = Reading::begin(&self.readers);
        let before = self.writes;
        for _ in 0..3 {
            yield_now().await;
            self.note_if(self.writes != before);
        }
        before
    }

    #[action]
    fn read_now(&self) -> u32 {
        let _reading = Reading::begin(&self.readers);
        self.writes
    }

    #[action]
    async fn write(&mut self) -> u32 {
        self.note_if(self.readers.load(Ordering::SeqCst) > 0);
        self.writes += 1;
        let before = self.writes;
        for _ in 0..3 {
            yield_now().await;
            self.note_if(self.readers.load(Ordering::SeqCst) > 0 || self.writes != before);
        }
        self.writes
    }

    #[action]
    fn write_now(&mut self) -> u32 {
        self.note_if(self.readers.load(Ordering::SeqCst) > 0);
        self.writes += 1;
        self.writes
    }

    #[action]
    fn crowded(&self) -> usize {
        self.crowded.load(Ordering::SeqCst)
    }

    #[action]
    async fn wait_alone(&mut self, until: String) {
        gate(&until).notified().await;
    }

    #[action]
    async fn read_and_come_back(&self, ctx: &Ctx<Self>, until: String) -> u32 {
        gate(&until).notified().await;
        ctx.client().get_or_create::<Self>(ctx.key()).read().await.unwrap()
    }

    #[action]
    fn log_now(&mut self, n: u32) {
        self.log.push(n);
    }

    #[action]
    async fn log_slowly(&mut self, n: u32) {
        yield_now().await;
        self.log.push(n);
    }

    #[action]
    fn log_length(&self) -> usize {
        self.log.len()
    }

    #[action]
    async fn log(&self) -> Vec<u32> {
        self.log.clone()
    }

    fn note_if(&self, crowded: bool) {
        self.crowded.fetch_add(usize::from(crowded), Ordering::SeqCst);
    }
}

fn place(world: &World, key: &str) -> PlaceHandle {
    world.client.get_or_create::<Place>(key)
}

both_worlds!(reads_run_side_by_side, registry(), async |world: &World| {
    let conn = place(world, "meet").connect();
    let port = world.url.clone().unwrap_or_default();
    let (a, b) = (format!("a{port}"), format!("b{port}"));
    // Each lets the other go on; one of them alone never ends.
    let (first, second) = tokio::join!(conn.meet(a.clone(), b.clone()), conn.meet(b, a));
    first.unwrap();
    second.unwrap();
});

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_runs_beside_a_write() {
    let registry = registry();
    let place = registry.client().get_or_create::<Place>("crowd");
    let conn = place.connect();
    let callers = (0..16).map(|caller: u32| {
        let (place, conn) = (place.clone(), conn.clone());
        tokio::spawn(async move {
            for n in 0..100 {
                match (caller + n) % 5 {
                    0 => place.read().await,
                    1 => place.read_now().await,
                    2 => place.write().await,
                    3 => place.write_now().await,
                    _ => conn.write_now().await,
                }
                .unwrap();
            }
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    assert_eq!(place.crowded().await.unwrap(), 0);
    assert_eq!(place.read_now().await.unwrap(), 16 * 60);
    registry.stop().await;
}

both_worlds!(calls_of_one_connection_take_effect_in_the_order_made, registry(), async |world: &World| {
    let conn = place(world, "order").connect();
    let calls = (0..300).map(|n: u32| {
        let conn = conn.clone();
        async move {
            match n % 3 {
                0 => conn.log_now(n).await.unwrap(),
                1 => conn.log_slowly(n).await.unwrap(),
                // A read sees what was written before it, and nothing of what comes after.
                _ => assert_eq!(conn.log_length().await.unwrap(), n as usize / 3 * 2 + 2),
            }
        }
    });
    join_all(calls).await;
    let expected: Vec<_> = (0..300).filter(|n| n % 3 < 2).collect();
    assert_eq!(conn.log().await.unwrap(), expected);
});

paused_world!(more_calls_than_the_mailbox_holds_are_refused_at_once, registry(), async |world: &World| {
    let place = place(world, "full");
    let waiting = tokio::spawn({
        let place = place.clone();
        async move { place.wait_alone("full".into()).await }
    });
    pass_s(1).await;
    let calls: Vec<_> = (0..10_100).map(|_| place.write_now()).collect();
    let (results, ()) = tokio::join!(join_all(calls), async { release("full") });
    waiting.await.unwrap().unwrap();
    let refused: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(refused.len(), 100);
    assert!(refused.iter().all(|error| error.fault().is_some_and(|fault| fault.is("actor", "overloaded"))));
    assert_eq!(place.read_now().await.unwrap(), 10_000, "those that were taken ran");
});

paused_world!(telling_does_not_wait_for_a_busy_actor, registry(), async |world: &World| {
    let place = place(world, "told");
    let waiting = tokio::spawn({
        let place = place.clone();
        async move { place.wait_alone("told".into()).await }
    });
    pass_s(1).await;
    for _ in 0..10_000 {
        place.tell(PlaceAction::WriteNow {}).await.unwrap();
    }
    let refused = place.tell(PlaceAction::WriteNow {}).await.unwrap_err();
    assert!(refused.fault().is_some_and(|fault| fault.is("actor", "overloaded")), "{refused}");
    release("told");
    waiting.await.unwrap().unwrap();
    assert_eq!(place.read_now().await.unwrap(), 10_000, "it runs before what is called after it");
});

paused_world!(an_actor_may_tell_itself_something, registry(), async |world: &World| {
    let node = world.client.get_or_create::<Node>("myself");
    node.tell_itself().await.unwrap();
    assert_eq!(node.name().await.unwrap(), "myself");
    assert_eq!(noted("myself"), ["told", "myself"]);
});

#[tokio::test]
async fn a_chain_of_many_calls_does_not_use_up_the_stack() {
    let registry = registry();
    let first = registry.client().get_or_create::<Node>("0");
    let path: Vec<_> = (1..1_000).map(|n| format!("hold {n}")).collect();
    assert_eq!(first.hold(path.clone()).await.unwrap(), "999");
    // Now all of them are awake and idle.
    assert_eq!(first.hold(path).await.unwrap(), "999");
    registry.stop().await;
}
