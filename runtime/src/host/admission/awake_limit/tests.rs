//! Which actor sleeps for another.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use futures_util::FutureExt as _;

use super::*;

/// An actor that sleeps when it is asked to, and gives its permit back.
struct Dummy {
    used_at_ms: AtomicU64,
    is_busy: AtomicBool,
    looked_at: Arc<AtomicUsize>,
    permit: Mutex<Option<AwakePermit>>,
}

impl Evictable for Dummy {
    fn used_at_ms(&self) -> u64 {
        self.used_at_ms.load(Ordering::Relaxed)
    }

    fn can_sleep(&self) -> bool {
        self.looked_at.fetch_add(1, Ordering::Relaxed);
        !self.is_busy.load(Ordering::Relaxed)
    }

    fn sleep_if_idle(self: Arc<Self>) -> BoxFuture<'static, ()> {
        let permit = self.permit.lock().take();
        async move { drop(permit) }.boxed()
    }
}

impl Dummy {
    fn is_awake(&self) -> bool {
        self.permit.lock().is_some()
    }
}

struct World {
    limit: Arc<AwakeLimit>,
    actors: Vec<Arc<Dummy>>,
    looked_at: Arc<AtomicUsize>,
}

impl World {
    fn new(limit: usize) -> Self {
        Self { limit: Arc::new(AwakeLimit::new(limit)), actors: Vec::new(), looked_at: Arc::default() }
    }

    async fn wake(&mut self, now_ms: u64) -> Result<(), Fault> {
        let permit = self.limit.acquire(now_ms).await?;
        let actor = Arc::new(Dummy {
            used_at_ms: AtomicU64::new(now_ms),
            is_busy: AtomicBool::new(false),
            looked_at: Arc::clone(&self.looked_at),
            permit: Mutex::new(None),
        });
        let weak: Weak<dyn Evictable> = Arc::downgrade(&actor) as _;
        permit.assign(weak);
        *actor.permit.lock() = Some(permit);
        self.actors.push(actor);
        Ok(())
    }

    fn awake(&self) -> Vec<usize> {
        let all = self.actors.iter().enumerate();
        all.filter(|(_, actor)| actor.is_awake()).map(|(n, _)| n).collect()
    }
}

#[tokio::test]
async fn the_actor_idle_longest_sleeps_for_another() {
    let mut world = World::new(3);
    for n in 0..3 {
        world.wake(n).await.unwrap();
    }
    world.actors[0].used_at_ms.store(10, Ordering::Relaxed);
    world.wake(20).await.unwrap();
    assert_eq!(world.awake(), [0, 2, 3]);
    world.wake(21).await.unwrap();
    assert_eq!(world.awake(), [0, 3, 4]);
    world.wake(22).await.unwrap();
    assert_eq!(world.awake(), [3, 4, 5]);
}

#[tokio::test]
async fn a_busy_actor_stays_awake_and_if_all_are_busy_the_call_is_refused() {
    let mut world = World::new(3);
    for n in 0..3 {
        world.wake(n).await.unwrap();
    }
    for n in [0, 2] {
        world.actors[n].is_busy.store(true, Ordering::Relaxed);
    }
    world.wake(10).await.unwrap();
    assert_eq!(world.awake(), [0, 2, 3]);
    world.actors[3].is_busy.store(true, Ordering::Relaxed);
    let refused = world.wake(11).await.unwrap_err();
    assert!(refused.is("guard", "service_unavailable"));
    assert_eq!(refused.metadata().unwrap()["limit"], "actors_awake");
    world.actors[0].is_busy.store(false, Ordering::Relaxed);
    world.wake(12).await.unwrap();
    assert_eq!(world.awake(), [2, 3, 4]);
}

/// However many there are, and whichever of them are busy.
#[tokio::test]
async fn the_actor_to_sleep_is_found_without_looking_at_all() {
    let mut world = World::new(10_000);
    for n in 0..10_000 {
        world.wake(n).await.unwrap();
        world.actors[usize::try_from(n).unwrap()].is_busy.store(n % 100 != 0, Ordering::Relaxed);
    }
    for n in 0..100 {
        world.wake(20_000 + n).await.unwrap();
    }
    assert!(world.looked_at.load(Ordering::Relaxed) <= 10_100, "{:?}", world.looked_at);
    let before = world.looked_at.load(Ordering::Relaxed);
    for n in 0..100 {
        // Those that were woken last are idle.
        world.wake(30_000 + n).await.unwrap();
    }
    let looks = world.looked_at.load(Ordering::Relaxed) - before;
    assert!(looks <= AwakeLimit::MAX_LOOKS * AwakeLimit::MAX_EVICTIONS * 100, "{looks}");
}

#[tokio::test]
async fn permits_that_are_dropped_leave_no_memory_behind() {
    let mut world = World::new(0);
    for n in 0..10_000 {
        world.wake(n).await.unwrap();
    }
    for actor in world.actors.drain(..) {
        drop(actor.permit.lock().take());
    }
    let table = world.limit.table.lock();
    let (room, lists) = table.room();
    assert_eq!((table.len(), lists), (0, 0));
    assert!(room < 2_000, "{room}");
}
