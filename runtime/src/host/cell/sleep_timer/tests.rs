use std::sync::atomic::{AtomicBool, AtomicUsize};

use tokio::time::{Instant, sleep};

use super::*;

struct Keeper {
    clock: Clock,
    over: CancellationToken,
}

impl Timekeeper for Keeper {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn over(&self) -> &CancellationToken {
        &self.over
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);

struct Dummy {
    look: NextLook,
    used_at_ms: AtomicU64,
    wakes: AtomicUsize,
    woken: Notify,
    is_lost: AtomicBool,
}

impl Sleeper for Dummy {
    fn next_look(&self) -> &NextLook {
        &self.look
    }

    fn used_at_ms(&self) -> u64 {
        self.used_at_ms.load(Ordering::Relaxed)
    }

    fn wake(&self) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        self.woken.notify_one();
    }
}

impl OnRuntime for Dummy {
    fn runtime_is_over(self: Arc<Self>) {
        self.is_lost.store(true, Ordering::Relaxed);
    }
}

struct World {
    keeper: Arc<Keeper>,
    timers: SleepTimers<Dummy>,
    timer: Arc<SleepTimer<Dummy>>,
}

impl World {
    fn new() -> Self {
        let keeper = Arc::new(Keeper { clock: Clock::start(None), over: CancellationToken::new() });
        let timers = SleepTimers::new(TIMEOUT);
        Self { keeper, timer: timers.of(&Handle::current()), timers }
    }

    fn now_ms(&self) -> u64 {
        self.keeper.clock.elapsed_ms()
    }

    fn dummy(&self, when: When) -> Arc<Dummy> {
        self.dummy_of(&self.timer, when)
    }

    fn dummy_of(&self, timer: &Arc<SleepTimer<Dummy>>, when: When) -> Arc<Dummy> {
        let dummy = Arc::new(Dummy {
            look: NextLook::default(),
            used_at_ms: AtomicU64::new(self.now_ms()),
            wakes: AtomicUsize::new(0),
            woken: Notify::new(),
            is_lost: AtomicBool::new(false),
        });
        timer.set(&dummy, when, &self.keeper);
        dummy
    }
}

/// How long it takes until it is woken, and finds that it is to look.
async fn wake_of(dummy: &Dummy) -> Duration {
    let began = Instant::now();
    dummy.woken.notified().await;
    assert!(dummy.look.take_due() && !dummy.look.take_due(), "it is said once");
    began.elapsed()
}

fn assert_about(took: Duration, expected: Duration) {
    assert!(took >= expected && took < expected + Duration::from_millis(50), "{took:?}, not {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_idle_is_woken_when_the_time_is_over_and_not_before() {
    let world = World::new();
    let dummy = world.dummy(When::Idle);
    assert_about(wake_of(&dummy).await, TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_used_since_is_woken_only_once_it_was_idle() {
    let world = World::new();
    let dummy = world.dummy(When::Idle);
    sleep(TIMEOUT / 2).await;
    dummy.used_at_ms.store(world.now_ms(), Ordering::Relaxed);
    assert_about(wake_of(&dummy).await, TIMEOUT);
    assert_eq!(dummy.wakes.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_set_last_counts_whether_it_is_earlier_or_later() {
    let world = World::new();
    let (sooner, later) = (world.dummy(When::Idle), world.dummy(When::In(TIMEOUT / 10)));
    world.timer.set(&sooner, When::In(TIMEOUT / 5), &world.keeper);
    world.timer.set(&later, When::In(TIMEOUT * 2), &world.keeper);
    assert_about(wake_of(&sooner).await, TIMEOUT / 5);
    assert_about(wake_of(&later).await, TIMEOUT * 9 / 5);
    sleep(TIMEOUT * 3).await;
    assert_eq!(sooner.wakes.load(Ordering::Relaxed), 1, "nothing is left of what was set before");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_kept_awake_looks_again_after_an_eighth() {
    let world = World::new();
    let dummy = world.dummy(When::Idle);
    wake_of(&dummy).await;
    world.timer.set(&dummy, When::Idle, &world.keeper);
    assert_about(wake_of(&dummy).await, TIMEOUT / 8);
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_last_who_is_entered() {
    let world = World::new();
    drop(world.dummy(When::Idle));
    assert!(world.timer.table.lock().has_task);
    sleep(TIMEOUT * 2).await;
    assert!(!world.timer.table.lock().has_task && Arc::strong_count(&world.timer) == 1);
    let dummy = world.dummy(When::Idle);
    assert_about(wake_of(&dummy).await, TIMEOUT);
}

#[test]
fn those_on_a_runtime_that_is_shut_down_hear_of_it_and_no_others() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (first, second) = (runtime(), runtime());
    let world = first.block_on(async { World::new() });
    let other = world.timers.of(second.handle());
    assert!(!Arc::ptr_eq(&other, &world.timer) && Arc::ptr_eq(&other, &world.timers.of(second.handle())));
    let (lost, stays) = (world.dummy(When::Idle), world.dummy_of(&other, When::Idle));
    drop(first);
    assert!(lost.is_lost.load(Ordering::Relaxed) && !stays.is_lost.load(Ordering::Relaxed));
    // It is told at once if it enters itself again.
    lost.is_lost.store(false, Ordering::Relaxed);
    world.timer.set(&lost, When::Idle, &world.keeper);
    assert!(lost.is_lost.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_entered_is_woken_when_everything_is_over() {
    let world = World::new();
    let dummy = world.dummy(When::Idle);
    tokio::task::yield_now().await;
    world.keeper.over.cancel();
    assert_about(wake_of(&dummy).await, Duration::ZERO);
    assert!(!dummy.is_lost.load(Ordering::Relaxed));
}

#[test]
fn whoever_is_due_stays_so_when_the_time_to_look_is_set_again() {
    let look = NextLook::default();
    look.set_due();
    look.set_at_ms(5);
    assert!(look.take_due());
    assert!(!look.take_due(), "it is said once");
    assert_eq!(look.at_ms(), 5);
    look.set_at_ms(u64::MAX);
    assert!(!look.take_due(), "however late it is to look");
}
