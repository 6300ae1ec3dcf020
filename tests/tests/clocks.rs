//! Clocks: what follows the time of day when somebody sets it, and what follows the time that has elapsed.
#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use callboard::{prelude::*, store::MemoryStore, testing::TestClock};
use callboard_tests::{gate, in_a_week, note, noted, pass, pass_s, release};
use tokio::time::Instant;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

macro_rules! actors {
    ($($actor:ident, $action:ident, $options:meta;)*) => { $(
        /// Notes on its page what rings.
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $actor {
            rings: u32,
        }

        #[actor($options)]
        impl $actor {
            #[on_wake]
            fn wake(&self, ctx: &Ctx<Self>) {
                note(&format!("{} wakes", ctx.key()), "wakes");
            }

            #[action]
            fn ring(&mut self, ctx: &Ctx<Self>, name: String) {
                self.rings += 1;
                let page = ctx.key().to_string();
                note(&page, name);
                release(&page);
            }

            #[action]
            fn at(&self, ctx: &Ctx<Self>, due_ms: u64, name: String) {
                ctx.at(due_ms, $action::Ring { name }).unwrap();
            }

            #[action]
            fn after(&self, ctx: &Ctx<Self>, ms: u64, name: String) {
                ctx.after(Duration::from_millis(ms), $action::Ring { name }).unwrap();
            }

            #[action]
            fn every(&self, ctx: &Ctx<Self>, ms: u64, name: String) {
                ctx.every(Duration::from_millis(ms), $action::Ring { name }).unwrap();
            }

            #[action]
            fn cron(&self, ctx: &Ctx<Self>, expression: String, name: String) {
                ctx.cron(&expression, $action::Ring { name }).unwrap();
            }

            #[action]
            fn now_ms(&self, ctx: &Ctx<Self>) -> u64 {
                ctx.now_ms()
            }

            /// In how many milliseconds from now each schedule is due.
            #[action]
            fn due_in_ms(&self, ctx: &Ctx<Self>) -> Vec<u64> {
                ctx.schedules().iter().map(|schedule| schedule.due_ms.saturating_sub(ctx.now_ms())).collect()
            }
        }
    )* };
}

actors! {
    Bell, BellAction, sleep_timeout = "10s";
    Gong, GongAction, ephemeral;
}

fn registry(store: &Arc<MemoryStore>, clock: &TestClock) -> Registry {
    Registry::new().register::<Bell>().register::<Gong>().store(Arc::clone(store)).clock(clock.clone())
}

/// A registry with a clock that can be set.
fn open() -> (Registry, TestClock) {
    let clock = TestClock::new();
    (registry(&Arc::new(MemoryStore::new()), &clock), clock)
}

/// How long it takes until as many have rung on this page.
async fn rung(page: &str, count: usize) -> Duration {
    let began = Instant::now();
    let ringing = async {
        while noted(page).len() < count {
            gate(page).notified().await;
        }
    };
    in_a_week(ringing).await;
    began.elapsed()
}

fn is_about(elapsed: Duration, expected: Duration) -> bool {
    elapsed.abs_diff(expected) <= Duration::from_millis(100)
}

#[tokio::test(start_paused = true)]
async fn when_the_clock_is_put_forward_the_time_of_day_and_what_is_due_by_it_follow() {
    let (registry, clock) = open();
    let bell = registry.client().get_or_create::<Bell>("forward");
    let before = bell.now_ms().await.unwrap();
    bell.at(before + 3_601_000, "at".into()).await.unwrap();
    pass_s(2).await;
    clock.step_forward(HOUR);
    assert!(bell.now_ms().await.unwrap() >= before + 3_602_000);
    let noticed = rung("forward", 1).await;
    assert!(noticed <= Duration::from_millis(5_100), "{noticed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sleeping_actor_is_woken_by_a_clock_that_is_put_forward() {
    let (registry, clock) = open();
    let bell = registry.client().get_or_create::<Bell>("asleep");
    bell.at(bell.now_ms().await.unwrap() + 3_601_000, "at".into()).await.unwrap();
    pass_s(60).await;
    clock.step_forward(HOUR);
    let noticed = rung("asleep", 1).await;
    assert!(noticed <= Duration::from_millis(5_100), "{noticed:?}");
}

#[tokio::test(start_paused = true)]
async fn an_actor_in_memory_notices_a_clock_that_is_put_forward() {
    let (registry, clock) = open();
    let gong = registry.client().get_or_create::<Gong>("in memory");
    gong.at(gong.now_ms().await.unwrap() + 3_601_000, "at".into()).await.unwrap();
    gong.after(20_000, "after".into()).await.unwrap();
    pass_s(2).await;
    clock.step_forward(HOUR);
    let noticed = rung("in memory", 1).await;
    assert!(noticed <= Duration::from_millis(5_100), "{noticed:?}");
    assert!(is_about(noticed + rung("in memory", 2).await, Duration::from_secs(18)));
    assert_eq!(noted("in memory"), ["at", "after"]);
}

#[tokio::test(start_paused = true)]
async fn when_the_clock_is_put_back_what_is_due_by_it_waits() {
    let (registry, clock) = open();
    let bell = registry.client().get_or_create::<Bell>("back");
    bell.at(bell.now_ms().await.unwrap() + 1_000, "at".into()).await.unwrap();
    clock.step_back(DAY);
    pass(Duration::from_hours(23)).await;
    assert!(noted("back").is_empty());
    assert!(is_about(rung("back", 1).await, Duration::from_secs(3_601)));
}

#[tokio::test(start_paused = true)]
async fn a_step_does_not_move_what_follows_elapsed_time() {
    for asleep in [false, true] {
        for (name, step) in
            [("forward", TestClock::step_forward as fn(&_, _)), ("back", TestClock::step_back)]
        {
            let (registry, clock) = open();
            let page = format!("elapsed {name} {asleep}");
            let bell = registry.client().get_or_create::<Bell>(page.as_str());
            bell.after(100_000, "after".into()).await.unwrap();
            bell.every(60_000, "every".into()).await.unwrap();
            pass_s(if asleep { 30 } else { 5 }).await;
            step(&clock, DAY);
            let due = bell.due_in_ms().await.unwrap();
            let passed = if asleep { 30_000 } else { 5_000 };
            let expected = [60_000 - passed, 100_000 - passed];
            assert!(due.iter().zip(expected).all(|(due, expected)| due.abs_diff(expected) < 50), "{due:?}");
            let first = rung(&page, 1).await;
            let second = first + rung(&page, 2).await;
            assert!(is_about(first, Duration::from_millis(60_000 - passed)), "{page}: {first:?}");
            assert!(is_about(second, Duration::from_millis(100_000 - passed)), "{page}: {second:?}");
            assert_eq!(noted(&page), ["every", "after"]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_does_not_move_the_time_at_which_an_idle_actor_sleeps() {
    let (registry, clock) = open();
    let bell = registry.client().get_or_create::<Bell>("idle");
    let wakes = async |passed| {
        pass_s(passed).await;
        bell.now_ms().await.unwrap();
        noted("idle wakes").len()
    };
    assert_eq!(wakes(0).await, 1);
    clock.step_forward(DAY);
    assert_eq!(wakes(5).await, 1);
    assert_eq!(wakes(15).await, 2);
    clock.step_back(2 * DAY);
    assert_eq!(wakes(5).await, 2);
    assert_eq!(wakes(15).await, 3);
}

#[tokio::test(start_paused = true)]
async fn after_a_start_with_a_clock_ahead_and_a_restart_with_the_right_one_nothing_is_further_ahead_than_it_was_set()
 {
    let store = Arc::new(MemoryStore::new());
    let clock = TestClock::new();
    clock.step_forward(DAY);
    let first = registry(&store, &clock);
    let bell = first.client().get_or_create::<Bell>("restart");
    bell.every(1_000, "every".into()).await.unwrap();
    let other = first.client().get_or_create::<Bell>("restart other");
    other.after(10_000, "after".into()).await.unwrap();
    first.stop().await;
    drop(first);
    let second = registry(&store, &TestClock::new());
    // Nobody calls them.
    let _client = second.client();
    assert!(rung("restart", 1).await <= Duration::from_millis(1_100));
    assert!(rung("restart", 3).await <= Duration::from_millis(2_100));
    assert!(rung("restart other", 1).await <= Duration::from_millis(10_100));
}

#[tokio::test(start_paused = true)]
async fn what_was_set_after_a_step_is_due_when_it_was_to_be_after_a_restart_too() {
    for (name, step) in [("forward", TestClock::step_forward as fn(&_, _)), ("back", TestClock::step_back)] {
        let store = Arc::new(MemoryStore::new());
        let clock = TestClock::new();
        let first = registry(&store, &clock);
        let page = format!("restarted {name}");
        let bell = first.client().get_or_create::<Bell>(page.as_str());
        bell.now_ms().await.unwrap();
        step(&clock, HOUR);
        bell.after(7_200_000, "after".into()).await.unwrap();
        pass_s(60).await;
        first.stop().await;
        drop(first);
        let second = registry(&store, &clock);
        let _client = second.client();
        let waited = rung(&page, 1).await;
        assert!(is_about(waited, Duration::from_mins(119)), "{page}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn cron_goes_on_by_a_clock_that_was_put_back_by_a_day() {
    for asleep in [false, true] {
        let (registry, clock) = open();
        let page = format!("cron {asleep}");
        let bell = registry.client().get_or_create::<Bell>(page.as_str());
        bell.cron("*/5 * * * *".into(), "cron".into()).await.unwrap();
        pass_s(if asleep { 60 } else { 1 }).await;
        clock.step_back(DAY);
        let waited = rung(&page, 3).await;
        assert!(waited <= Duration::from_mins(16), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn cron_goes_on_after_a_restart_with_a_clock_that_was_put_back_by_a_day() {
    let store = Arc::new(MemoryStore::new());
    let clock = TestClock::new();
    let first = registry(&store, &clock);
    let bell = first.client().get_or_create::<Bell>("cron restart");
    bell.cron("*/5 * * * *".into(), "cron".into()).await.unwrap();
    first.stop().await;
    drop(first);
    clock.step_back(DAY);
    let second = registry(&store, &clock);
    let _client = second.client();
    let waited = rung("cron restart", 2).await;
    assert!(waited <= Duration::from_mins(11), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cron_has_run_is_not_run_again_by_a_clock_that_was_put_back_by_a_minute() {
    let (registry, clock) = open();
    let bell = registry.client().get_or_create::<Bell>("minute");
    bell.cron("*/5 * * * *".into(), "cron".into()).await.unwrap();
    rung("minute", 1).await;
    clock.step_back(Duration::from_mins(1));
    let waited = rung("minute", 2).await;
    assert!(is_about(waited, Duration::from_mins(6)), "{waited:?}");
}
