//! Schedules: actions that run later, once or again and again, whatever happens in between.
#![allow(clippy::unwrap_used)]
#![allow(clippy::manual_assert, clippy::unnecessary_wraps)]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use callboard::{
    prelude::*,
    schedule::ScheduleId,
    store::{Alarm, AlarmChange, AlarmEncoding, AlarmId, AlarmKind, Commit, MemoryStore, SqliteStore, Store},
};
use callboard_tests::{World, note, noted, pass, pass_s, paused_world};
use futures_util::future::join_all;
use tokio::time::Instant;

/// One run of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rung {
    name: String,
    /// In milliseconds since the actor was made.
    at_ms: u64,
    by: Option<ScheduleId>,
}

/// Notes what it is told, and when.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Bell {
    made_at_ms: u64,
    rung: Vec<Rung>,
    wakes: u32,
}

#[actor(sleep_timeout = "10s")]
impl Bell {
    #[on_create]
    fn create(ctx: &Ctx<Self>) -> Self {
        if ctx.key().to_string() == "from birth" {
            ctx.after(Duration::from_secs(30), BellAction::Ring { name: "born".into() }).unwrap();
        }
        Self { made_at_ms: ctx.now_ms(), ..Self::default() }
    }

    #[on_wake]
    fn wake(&mut self) {
        self.wakes += 1;
    }

    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>, name: String) {
        self.rung.push(Rung { name, at_ms: ctx.now_ms() - self.made_at_ms, by: ctx.schedule_id() });
    }

    #[action]
    async fn ring_and_save(&mut self, ctx: &Ctx<Self>, name: String) {
        ctx.after(Duration::from_secs(5), BellAction::Ring { name }).unwrap();
        ctx.save(self).await.unwrap();
        std::future::pending::<()>().await;
    }

    #[action]
    fn ring_once(&mut self, ctx: &Ctx<Self>, name: String) {
        self.ring(ctx, name);
        assert!(ctx.cancel(ctx.schedule_id().unwrap()));
    }

    #[action]
    fn ring_and_panic(&mut self, ctx: &Ctx<Self>, name: String) {
        note(&ctx.key().to_string(), name.clone());
        self.ring(ctx, name);
        panic!("after a change");
    }

    #[action]
    fn after(&self, ctx: &Ctx<Self>, ms: u64, name: String) -> ScheduleId {
        ctx.after(Duration::from_millis(ms), BellAction::Ring { name }).unwrap()
    }

    #[action]
    fn at(&mut self, ctx: &Ctx<Self>, ms: u64, name: String) -> ScheduleId {
        ctx.at(self.made_at_ms + ms, BellAction::Ring { name }).unwrap()
    }

    #[action]
    async fn every(&self, ctx: &Ctx<Self>, ms: u64, name: String) -> ScheduleId {
        ctx.every(Duration::from_millis(ms), BellAction::Ring { name }).unwrap()
    }

    #[action]
    fn cron(&self, ctx: &Ctx<Self>, expression: String, name: String) -> Option<ScheduleId> {
        ctx.cron(&expression, BellAction::Ring { name }).ok()
    }

    #[action]
    fn every_once(&self, ctx: &Ctx<Self>, ms: u64) {
        ctx.every(Duration::from_millis(ms), BellAction::RingOnce { name: "once".into() }).unwrap();
    }

    #[action]
    fn panic_later(&self, ctx: &Ctx<Self>, ms: u64) {
        let ring = || BellAction::RingAndPanic { name: "panic".into() };
        ctx.after(Duration::from_millis(ms), ring()).unwrap();
        ctx.every(Duration::from_millis(ms), ring()).unwrap();
    }

    #[action]
    fn after_and_panic(&mut self, ctx: &Ctx<Self>) {
        self.after(ctx, 1_000, "never".into());
        panic!("after it was scheduled");
    }

    #[action]
    fn cancel_and_panic(&mut self, ctx: &Ctx<Self>, id: ScheduleId) {
        assert!(ctx.cancel(id));
        panic!("after it was cancelled");
    }

    #[action]
    fn cancel(&self, ctx: &Ctx<Self>, id: ScheduleId) -> bool {
        ctx.cancel(id)
    }

    /// Id, when, and what of each.
    #[action]
    fn list(&self, ctx: &Ctx<Self>) -> Vec<(ScheduleId, u64, String, bool)> {
        let row = |schedule: callboard::schedule::Schedule| {
            let at_ms = schedule.due_ms - self.made_at_ms;
            (schedule.id, at_ms, schedule.action, schedule.repeat.is_some())
        };
        ctx.schedules().into_iter().map(row).collect()
    }

    #[action]
    fn rung(&self) -> Vec<Rung> {
        self.rung.clone()
    }

    #[action]
    fn wakes(&self) -> u32 {
        self.wakes
    }

    #[action]
    fn made_at_ms(&self) -> u64 {
        self.made_at_ms
    }
}

fn registry() -> Registry {
    Registry::new()
        .in_memory()
        .register::<Bell>()
        .register::<Lazy>()
        .register::<Sick>()
        .register::<Clerk>()
        .register::<Temp>()
}

fn bell(world: &World, key: &str) -> BellHandle {
    world.client.get_or_create::<Bell>(key)
}

/// What rang, and when, to the tenth of a second.
async fn rung(bell: &BellHandle) -> Vec<(String, u64)> {
    let rung = bell.rung().await.unwrap();
    rung.into_iter().map(|rung| (rung.name, rung.at_ms / 100 * 100)).collect()
}

fn times(name: &str, at_ms: impl IntoIterator<Item = u64>) -> Vec<(String, u64)> {
    at_ms.into_iter().map(|at_ms| (name.to_owned(), at_ms)).collect()
}

paused_world!(a_schedule_runs_once_at_its_time, registry(), async |world: &World| {
    let bell = bell(world, "once");
    bell.at(3_000, "at".into()).await.unwrap();
    let id = bell.after(2_000, "after".into()).await.unwrap();
    bell.at(0, "past".into()).await.unwrap();
    pass_s(9).await;
    let expected = [("past".to_owned(), 0), ("after".to_owned(), 2_000), ("at".to_owned(), 3_000)];
    assert_eq!(rung(&bell).await, expected);
    assert_eq!(bell.rung().await.unwrap()[1].by, Some(id), "it knows who runs it");
    bell.ring("called".into()).await.unwrap();
    assert_eq!(bell.rung().await.unwrap()[3].by, None);
    assert_eq!(bell.wakes().await.unwrap(), 1);
});

paused_world!(a_schedule_repeats_in_step_until_it_is_cancelled, registry(), async |world: &World| {
    let bell = bell(world, "every");
    let id = bell.every(1_500, "tick".into()).await.unwrap();
    pass_s(5).await;
    assert_eq!(rung(&bell).await, times("tick", [1_500, 3_000, 4_500]));
    assert!(bell.cancel(id).await.unwrap());
    assert!(!bell.cancel(id).await.unwrap());
    pass_s(5).await;
    assert_eq!(rung(&bell).await.len(), 3);
});

paused_world!(a_repeating_action_can_cancel_itself, registry(), async |world: &World| {
    let bell = bell(world, "itself");
    bell.every_once(1_000).await.unwrap();
    pass_s(5).await;
    assert_eq!(rung(&bell).await, times("once", [1_000]));
    assert_eq!(bell.list().await.unwrap(), []);
});

paused_world!(a_cron_expression_runs_by_the_clock_in_utc, registry(), async |world: &World| {
    let bell = bell(world, "cron");
    let made_at_ms = bell.made_at_ms().await.unwrap();
    assert_eq!(bell.cron("every now and then".into(), "no".into()).await.unwrap(), None);
    assert!(bell.cron("*/5 * * * *".into(), "cron".into()).await.unwrap().is_some());
    pass_s(20 * 60).await;
    let rung = bell.rung().await.unwrap();
    assert_eq!(rung.len(), 4);
    for rung in rung {
        let after_five_minutes = (made_at_ms + rung.at_ms) % 300_000;
        assert!(after_five_minutes < 100, "{rung:?}");
    }
});

paused_world!(what_is_scheduled_can_be_listed, registry(), async |world: &World| {
    let bell = bell(world, "list");
    let last = bell.at(90_000, "last".into()).await.unwrap();
    let first = bell.at(20_000, "first".into()).await.unwrap();
    let again = bell.every(30_000, "again".into()).await.unwrap();
    let all = [
        (first, 20_000, "ring".to_owned(), false),
        (again, 30_000, "ring".to_owned(), true),
        (last, 90_000, "ring".to_owned(), false),
    ];
    assert_eq!(bell.list().await.unwrap(), all);
    pass_s(15).await;
    assert_eq!(bell.list().await.unwrap(), all, "after a sleep too");
    assert_eq!(bell.wakes().await.unwrap(), 2);
    pass_s(40).await;
    let due: Vec<_> = bell.list().await.unwrap().into_iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(due, [(again, 60_000), (last, 90_000)]);
});

paused_world!(a_schedule_wakes_a_sleeping_actor, registry(), async |world: &World| {
    let bell = bell(world, "sleeping");
    bell.after(60_000, "wake up".into()).await.unwrap();
    bell.every(100_000, "again".into()).await.unwrap();
    pass_s(205).await;
    let expected =
        [("wake up".to_owned(), 60_000), ("again".to_owned(), 100_000), ("again".to_owned(), 200_000)];
    assert_eq!(rung(&bell).await, expected);
    assert_eq!(bell.wakes().await.unwrap(), 4, "asleep in between");
});

paused_world!(a_schedule_can_be_set_while_the_actor_is_made, registry(), async |world: &World| {
    let bell = bell(world, "from birth");
    bell.wakes().await.unwrap();
    pass_s(35).await;
    assert_eq!(rung(&bell).await, times("born", [30_000]));
});

paused_world!(a_schedule_saved_midway_runs_even_if_its_action_fails, registry(), async |world: &World| {
    let bell = bell(world, "midway");
    bell.ring_and_save("saved".into()).await.unwrap_err();
    assert_eq!(rung(&bell).await.len(), 1, "the action held its actor for a minute, and it was due at once");
});

#[tokio::test(start_paused = true)]
async fn schedules_outlive_a_restart() {
    let store = Arc::new(MemoryStore::new());
    let first = registry().store(Arc::clone(&store));
    let bell = first.client().get_or_create::<Bell>("restart");
    bell.after(20_000, "late".into()).await.unwrap();
    let id = bell.every(15_000, "again".into()).await.unwrap();
    first.stop().await;
    let second = registry().store(Arc::clone(&store));
    let bell = second.client().get::<Bell>("restart");
    // Nobody calls it: it is woken by what it has to do.
    pass_s(32).await;
    let names: Vec<_> = rung(&bell).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["again", "late", "again"]);
    assert!(bell.cancel(id).await.unwrap());
    second.stop().await;
}

#[tokio::test]
async fn a_time_that_never_comes_is_the_same_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let open = || registry().store(SqliteStore::open(directory.path()).unwrap());
    let first = open();
    let bell = first.client().get_or_create::<Bell>("never");
    let made_at_ms = bell.made_at_ms().await.unwrap();
    bell.at(u64::MAX - made_at_ms, "at".into()).await.unwrap();
    bell.after(u64::MAX, "after".into()).await.unwrap();
    let before = bell.list().await.unwrap();
    assert!(before.iter().all(|row| made_at_ms + row.1 == Alarm::LATEST_MS), "{before:?}");
    first.stop().await;
    let second = open();
    assert_eq!(second.client().get::<Bell>("never").list().await.unwrap(), before);
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn missed_runs_are_made_up_for_by_one_after_a_restart() {
    let store = Arc::new(MemoryStore::new());
    let first = registry().store(Arc::clone(&store));
    let bell = first.client().get_or_create::<Bell>("missed");
    let made_at_ms = bell.made_at_ms().await.unwrap();
    first.stop().await;
    let again = AlarmId::generate();
    let alarms = [
        (AlarmId::generate(), 3_600_000, r#"{"action":"ring","args":["an hour late"]}"#),
        (again, 10_500, r#"{"action":"ring","args":["again"],"repeat":{"everyMs":1000}}"#),
    ];
    let alarms = alarms.map(|(id, late_ms, task)| {
        let alarm = Alarm::new(id, made_at_ms - late_ms, task.as_bytes().into());
        let (kind, period_ms) =
            if id == again { (AlarmKind::Elapsed, Some(1_000)) } else { (AlarmKind::WallClock, None) };
        // As the first versions wrote them.
        AlarmChange::Set(alarm.with_kind(kind).with_period(period_ms).with_encoding(AlarmEncoding::Json))
    });
    let claim = store.claim("bell", &Key::from("missed")).await.unwrap().unwrap();
    let (id, epoch, revision) = (claim.record.id, claim.epoch, claim.revision + 1);
    store
        .commit(vec![Commit::Save {
            id,
            epoch,
            revision,
            state: None,
            alarms: alarms.into(),
            messages: vec![],
        }])
        .await
        .unwrap();

    let second = registry().store(Arc::clone(&store));
    let bell = second.client().get::<Bell>("missed");
    pass(Duration::from_millis(100)).await;
    let names: Vec<_> = rung(&bell).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["an hour late", "again"]);
    assert_eq!(bell.list().await.unwrap().len(), 1);
    assert!(bell.cancel(again).await.unwrap());
    second.stop().await;
}

paused_world!(what_a_failed_call_scheduled_or_cancelled_is_not, registry(), async |world: &World| {
    let bell = bell(world, "failed");
    let id = bell.after(2_000, "kept".into()).await.unwrap();
    bell.after_and_panic().await.unwrap_err();
    bell.cancel_and_panic(id).await.unwrap_err();
    assert_eq!(bell.list().await.unwrap().len(), 1);
    pass_s(5).await;
    assert_eq!(rung(&bell).await, times("kept", [2_000]));
});

paused_world!(a_scheduled_action_that_fails_is_taken_back_and_goes_on, registry(), async |world: &World| {
    let bell = bell(world, "fails");
    bell.panic_later(1_000).await.unwrap();
    bell.after(2_500, "other".into()).await.unwrap();
    pass(Duration::from_millis(3_900)).await;
    assert_eq!(noted("fails"), ["panic"; 4], "once the one, three times the other");
    assert_eq!(rung(&bell).await, times("other", [2_500]), "and nothing of it stays");
    assert_eq!(bell.list().await.unwrap().len(), 1);
});

/// Is saved by the clock.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lazy {
    rings: u32,
}

#[actor(durability = "relaxed", save_interval = "1h")]
impl Lazy {
    #[action]
    fn ring(&mut self) {
        self.rings += 1;
    }

    #[action]
    fn ring_later(&mut self, ctx: &Ctx<Self>, ms: u64) {
        ctx.after(Duration::from_millis(ms), LazyAction::Ring {}).unwrap();
    }

    #[action]
    fn rings(&self) -> u32 {
        self.rings
    }
}

paused_world!(a_relaxed_actors_schedules_run_at_their_time_and_once, registry(), async |world: &World| {
    let lazy = world.client.get_or_create::<Lazy>("lazy");
    lazy.ring_later(1_000).await.unwrap();
    lazy.ring_later(3_000).await.unwrap();
    pass_s(2).await;
    assert_eq!(lazy.rings().await.unwrap(), 1);
    pass_s(2).await;
    assert_eq!(lazy.rings().await.unwrap(), 2);
    pass_s(100).await;
    assert_eq!(lazy.rings().await.unwrap(), 2);
});

/// Each thing that it does takes a tenth of a second.
macro_rules! clerk {
    ($name:ident, $action:ident, #[actor $(($($options:tt)*))?]) => {
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            done: u32,
        }

        #[actor $(($($options)*))?]
        impl $name {
            #[action]
            async fn work(&mut self) {
                pass(Duration::from_millis(100)).await;
                self.done += 1;
            }

            #[action]
            fn work_later(&self, ctx: &Ctx<Self>, times: u32) {
                for _ in 0..times {
                    ctx.after(Duration::from_secs(1), $action::Work {}).unwrap();
                }
            }

            #[action]
            fn done(&self) -> u32 {
                self.done
            }

            #[action]
            fn left(&self, ctx: &Ctx<Self>) -> usize {
                ctx.schedules().len()
            }
        }
    };
}

clerk!(Clerk, ClerkAction, #[actor]);
// In memory only.
clerk!(Temp, TempAction, #[actor(ephemeral)]);

macro_rules! alarms_take_turns {
    ($name:ident, $actor:ty) => {
        mod $name {
            use super::*;

            paused_world!(a_call_waits_for_one_alarm_and_not_for_all, registry(), async |world: &World| {
                let clerk = world.client.get_or_create::<$actor>("alarms");
                clerk.work_later(50).await.unwrap();
                pass(Duration::from_millis(1_050)).await;
                for _ in 0..10 {
                    let asked = Instant::now();
                    clerk.done().await.unwrap();
                    let waited = asked.elapsed();
                    assert!(waited <= Duration::from_millis(101), "{waited:?}");
                }
                pass_s(6).await;
                assert_eq!(clerk.done().await.unwrap(), 50);
            });

            paused_world!(calls_that_wait_together_wait_for_one_alarm, registry(), async |world: &World| {
                let clerk = world.client.get_or_create::<$actor>("together");
                clerk.work_later(50).await.unwrap();
                pass(Duration::from_millis(1_050)).await;
                let asked = Instant::now();
                join_all((0..60).map(|_| clerk.done())).await;
                let waited = asked.elapsed();
                assert!(waited <= Duration::from_millis(101), "{waited:?}");
            });

            paused_world!(alarms_go_on_while_there_are_always_calls, registry(), async |world: &World| {
                let clerk = world.client.get_or_create::<$actor>("calls");
                clerk.work_later(10).await.unwrap();
                let calling = (0..4).map(|_| async {
                    for _ in 0..40 {
                        clerk.work().await.unwrap();
                    }
                });
                let reading = async {
                    pass_s(8).await;
                    (clerk.left().await.unwrap(), clerk.done().await.unwrap())
                };
                let ((left, done), _) = tokio::join!(reading, join_all(calling));
                assert_eq!(left, 0, "each waits for four calls");
                assert!(done < 100, "the calls are not at their end: {done}");
                assert_eq!(clerk.done().await.unwrap(), 170);
            });
        }
    };
}

alarms_take_turns!(alarms_of_an_actor_in_the_store, Clerk);
alarms_take_turns!(alarms_of_an_actor_in_memory, Temp);

/// Cannot wake when it is told not to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sick {
    rings: u32,
}

#[actor(sleep_timeout = "10s")]
impl Sick {
    #[on_wake]
    fn wake(&mut self, ctx: &Ctx<Self>) {
        let key = ctx.key().to_string();
        let times = noted(&key).len();
        note(&key, "wakes");
        assert!(times == 0 || noted("health").contains(&key), "too sick to get up");
    }

    #[action]
    fn ring(&mut self) {
        self.rings += 1;
    }

    #[action]
    fn ring_later(&mut self, ctx: &Ctx<Self>, ms: u64) {
        ctx.after(Duration::from_millis(ms), SickAction::Ring {}).unwrap();
    }

    #[action]
    fn rings(&self) -> u32 {
        self.rings
    }
}

paused_world!(
    an_actor_that_cannot_wake_for_its_schedule_is_tried_again_now_and_then,
    registry(),
    async |world: &World| {
        let sick = world.client.get_or_create::<Sick>("sick");
        sick.ring_later(30_000).await.unwrap();
        let bell = bell(world, "healthy");
        bell.every(10_000, "tick".into()).await.unwrap();
        pass_s(135).await;
        let tries = noted("sick").len() - 1;
        assert!((3..20).contains(&tries), "{tries} times in 100 s");
        assert_eq!(rung(&bell).await.len(), 13, "the others are not disturbed");
        note("health", "sick");
        pass_s(120).await;
        assert_eq!(sick.rings().await.unwrap(), 1);
    }
);

/// A number that serde cannot read out of a tagged enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Small { number: u32 },
    Big { number: u128 },
}

#[derive(Debug, thiserror::Error, ActorError)]
enum TooMuch {
    #[error("{why}")]
    Refused { why: String },
}

/// What JSON does not hold, or has in another order each time.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Any {
    number: f64,
    maybe: Option<f64>,
    by_number: BTreeMap<(u8, i8), u128>,
    set: HashSet<u32>,
    map: HashMap<String, HashSet<char>>,
    bytes: Option<Bytes>,
    deep: Deep,
    #[serde(skip_deserializing)]
    lost: u32,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Deep(Vec<Deep>);

/// Bytes, which JSON does not have.
#[derive(Debug)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }

        deserializer.deserialize_bytes(Visitor)
    }
}

fn deep(levels: u32) -> Deep {
    (0..levels).fold(Deep::default(), |deep, _| Deep(vec![deep]))
}

fn any(which: u32) -> Any {
    let empty = Any::default();
    match which {
        0 => empty,
        1 => Any { number: f64::INFINITY, maybe: Some(f64::NEG_INFINITY), ..empty },
        2 => Any { number: f64::NAN, maybe: Some(f64::NAN), ..empty },
        3 => Any { by_number: [((1, -1), u128::MAX), ((0, 0), 5)].into(), ..empty },
        4 => Any {
            set: (0..100).collect(),
            map: (0..20).map(|n| (n.to_string(), "what is in it".chars().collect())).collect(),
            ..empty
        },
        5 => Any { bytes: Some(Bytes(vec![0, 255])), ..empty },
        6 => Any { deep: deep(100), ..empty },
        7 => Any { deep: deep(200), ..empty },
        8 => Any { deep: deep(1_000), ..empty },
        _ => Any { lost: 1, ..empty },
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Keeper {
    taken: Option<Tagged>,
}

#[actor]
impl Keeper {
    /// Notes what came, and sets another of it.
    #[action]
    fn take_any(&mut self, ctx: &Ctx<Self>, any: Any) {
        note(&ctx.key().to_string(), format!("{any:?}"));
    }

    #[action]
    fn take_any_later(&mut self, ctx: &Ctx<Self>, which: u32) -> Result<(), TooMuch> {
        let any = any(which);
        ctx.after(Duration::from_secs(1), KeeperAction::TakeAny { any })
            .map(drop)
            .map_err(|error| TooMuch::Refused { why: error.to_string() })
    }

    #[action]
    fn take(&mut self, kind: Tagged) {
        self.taken = Some(kind);
    }

    #[action]
    fn take_later(&mut self, ctx: &Ctx<Self>, kind: Tagged) -> Option<String> {
        let set = ctx.after(Duration::from_secs(1), KeeperAction::Take { kind });
        set.err().map(|error| error.to_string())
    }
}

#[tokio::test]
async fn an_argument_that_could_not_be_read_when_it_is_due_is_an_error_where_it_is_scheduled() {
    let registry = Registry::new().register::<Keeper>().store(MemoryStore::new());
    let keeper = registry.client().get_or_create::<Keeper>("k");
    assert_eq!(keeper.take_later(Tagged::Small { number: 5 }).await.unwrap(), None);
    let error = keeper.take_later(Tagged::Big { number: 5 }).await.unwrap().unwrap();
    assert!(error.contains("could not be read back"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_argument_comes_back_as_it_was_given_whatever_serde_can_carry() {
    let registry = Registry::new().register::<Keeper>().store(MemoryStore::new());
    for which in 0..8 {
        let page = format!("argument {which}");
        let keeper = registry.client().get_or_create::<Keeper>(page.as_str());
        keeper.take_any_later(which).await.unwrap();
        pass_s(2).await;
        let expected = any(which);
        let noted = noted(&page).pop().unwrap();
        if which == 4 {
            // They have another order each time.
            let letters = |text: &str| {
                let mut letters: Vec<_> = text.chars().collect();
                letters.sort_unstable();
                letters
            };
            assert_eq!(letters(&noted), letters(&format!("{expected:?}")));
        } else {
            assert_eq!(noted, format!("{expected:?}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_would_not_come_back_is_an_error_where_it_is_scheduled() {
    let registry = Registry::new().register::<Keeper>().store(MemoryStore::new());
    let keeper = registry.client().get_or_create::<Keeper>("refused");
    for (which, why) in [(8, "levels deep"), (9, "another value")] {
        let error = keeper.take_any_later(which).await.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
