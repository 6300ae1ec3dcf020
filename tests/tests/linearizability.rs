//! Histories of eight clients, over a store that fails and among calls that panic, are those of a register that does
//! one thing after the other.
//!
//! `CALLBOARD_HISTORIES=10000 cargo test --release -p callboard-tests --test linearizability` is the long form.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use callboard::{prelude::*, store::MemoryStore, testing::FaultyStore};
use callboard_tests::{
    in_a_week,
    linear::{Event, Model, is_linearizable},
    quiet_panics, taken_back,
};
use fastrand::Rng;
use futures_util::future::join_all;
use tokio::{task::yield_now, time::sleep};

const CLIENTS: u64 = 8;
const CALLS: u64 = 10;

/// What is done to a register.
#[derive(Debug, Clone, Copy)]
enum Op {
    Read,
    Write(u64),
    Add(u64),
    /// To the second value if it has the first one; answered with the one it had.
    Swap(u64, u64),
}

struct Register;

impl Model for Register {
    type State = u64;
    type Op = Op;
    type Answer = u64;

    fn step(state: &mut u64, op: &Op) -> u64 {
        let before = *state;
        match *op {
            Op::Write(value) => *state = value,
            Op::Add(n) => *state += n,
            Op::Swap(from, to) if before == from => *state = to,
            Op::Read | Op::Swap(..) => {}
        }
        if matches!(op, Op::Swap(..)) { before } else { *state }
    }
}

/// A register actor, and what plays eight clients of it.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $play:ident, read: $read:ident, #[actor($($options:tt)*)]) => {
        $(#[$doc])*
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            value: u64,
            earlier: u64,
        }

        #[actor($($options)*)]
        impl $name {
            fn set(&mut self, value: u64) -> u64 {
                self.earlier = std::mem::replace(&mut self.value, value);
                value
            }

            #[action]
            fn read(&self) -> u64 {
                self.$read
            }

            #[action]
            async fn read_slowly(&self) -> u64 {
                yield_now().await;
                self.$read
            }

            #[action]
            fn write(&mut self, value: u64) -> u64 {
                self.set(value)
            }

            #[action]
            async fn write_slowly(&mut self, value: u64) -> u64 {
                yield_now().await;
                self.set(value)
            }

            #[action]
            async fn add_in_steps(&mut self, n: u64) -> u64 {
                for _ in 0..n {
                    self.set(self.value + 1);
                    yield_now().await;
                }
                self.value
            }

            #[action]
            fn swap(&mut self, from: u64, to: u64) -> u64 {
                let before = self.value;
                if before == from {
                    self.set(to);
                }
                before
            }

            #[action]
            fn write_and_panic(&mut self, value: u64) {
                self.set(value);
                panic!("on purpose");
            }

            #[action]
            fn go_to_sleep(&self, ctx: &Ctx<Self>) {
                ctx.sleep();
            }
        }

        /// What eight clients did, by this seed. Their additions may be made of a read and a write.
        async fn $play(seed: u64, faults: bool, adds_by_hand: bool) -> Vec<Event<Op, u64>> {
            let store = FaultyStore::new(MemoryStore::new());
            let registry = Registry::new().register::<$name>().store(store.clone());
            let register = registry.client().get_or_create::<$name>("register");
            register.read().await.unwrap();
            let clock = AtomicU64::new(0);
            let mut rng = Rng::with_seed(seed);
            let clients = (0..CLIENTS).map(|client| {
                let (register, store, clock, mut rng) = (register.clone(), store.clone(), &clock, rng.fork());
                async move {
                    let conn = (client % 2 == 0).then(|| register.connect());
                    let mut history = Vec::new();
                    for n in 0..CALLS {
                        disturb(faults.then_some(&store), &mut rng).await;
                        let called = clock.fetch_add(1, Ordering::SeqCst);
                        let value = (client * CALLS + n + 1) * 1_000;
                        let some_value = (rng.u64(0..CLIENTS * CALLS) + 1) * 1_000;
                        let (op, answer) = match (rng.u8(0..10), &conn) {
                            (0, Some(conn)) => (Op::Read, conn.read().await),
                            (0, None) => (Op::Read, register.read().await),
                            (1, Some(conn)) => (Op::Read, conn.read_slowly().await),
                            (1, None) => (Op::Read, register.read_slowly().await),
                            (2, Some(conn)) => (Op::Write(value), conn.write(value).await),
                            (2, None) => (Op::Write(value), register.write(value).await),
                            (3, Some(conn)) => (Op::Write(value), conn.write_slowly(value).await),
                            (3, None) => (Op::Write(value), register.write_slowly(value).await),
                            (4 | 5, _) if adds_by_hand => match register.read_slowly().await {
                                Ok(before) => (Op::Add(2), register.write(before + 2).await),
                                Err(_) => continue,
                            },
                            (4, Some(conn)) => (Op::Add(2), conn.add_in_steps(2).await),
                            (4 | 5, _) => (Op::Add(3), register.add_in_steps(3).await),
                            (6, Some(conn)) => (Op::Swap(some_value, value), conn.swap(some_value, value).await),
                            (6 | 7, _) => (Op::Swap(some_value, value), register.swap(some_value, value).await),
                            (8, _) => {
                                // It is in no history: it must leave nothing.
                                register.write_and_panic(value).await.unwrap_err();
                                continue;
                            }
                            _ => {
                                // The store may fail that too.
                                let _ = register.go_to_sleep().await;
                                continue;
                            }
                        };
                        let at = clock.fetch_add(1, Ordering::SeqCst);
                        let answered = match answer {
                            Ok(answer) => Some((at, answer)),
                            // It is in no history either.
                            Err(error) if taken_back(&error) => continue,
                            Err(_) => None,
                        };
                        history.push(Event { op, called, answered });
                    }
                    history
                }
            });
            let mut history: Vec<_> = join_all(clients).await.into_iter().flatten().collect();
            store.fail_batches(0);
            store.lose_answers(0);
            let called = clock.fetch_add(1, Ordering::SeqCst);
            let value = register.read().await.unwrap();
            history.push(Event { op: Op::Read, called, answered: Some((called + 1, value)) });
            history
        }
    };
}

register!(
    /// As it should be.
    Sound,
    play_sound,
    read: value,
    #[actor(sleep_timeout = "20ms")]
);
register!(
    /// As it should be, and nothing leaves before it is saved.
    Strict,
    play_strict,
    read: value,
    #[actor(durability = "output", sleep_timeout = "20ms")]
);
register!(
    /// Answers reads with the value before the last.
    Stale,
    play_stale,
    read: earlier,
    #[actor()]
);
register!(
    /// Answers before it is saved, and a panic takes back what it has answered.
    Hasty,
    play_hasty,
    read: value,
    #[actor(durability = "relaxed", save_interval = "50ms")]
);

/// Lets some time pass, or has something go wrong with the store.
async fn disturb(store: Option<&FaultyStore>, rng: &mut Rng) {
    match (rng.u8(0..60), store) {
        (0, Some(store)) => store.fail_batches(1),
        (1, Some(store)) => store.lose_answers(1),
        (2..6, Some(store)) => store.delay_batches(Duration::from_millis(rng.u64(0..4))),
        (..24, _) => sleep(Duration::from_millis(rng.u64(0..8))).await,
        (..35, _) => yield_now().await,
        _ => {}
    }
}

fn histories() -> u64 {
    env::var("CALLBOARD_HISTORIES").map_or(100, |count| count.parse().expect("a number of histories"))
}

/// The seed of the first history that is not linearizable.
async fn first_wrong(play: impl AsyncFn(u64) -> Vec<Event<Op, u64>>) -> Option<u64> {
    quiet_panics();
    for seed in 0..histories() {
        if !is_linearizable::<Register>(&in_a_week(play(seed)).await) {
            return Some(seed);
        }
    }
    None
}

#[tokio::test(start_paused = true)]
async fn histories_are_linearizable_whatever_the_store_does_and_whoever_panics() {
    assert_eq!(
        first_wrong(async |seed| play_sound(seed, true, false).await).await,
        None,
        "the seed to try again"
    );
}

#[tokio::test(start_paused = true)]
async fn histories_are_linearizable_with_output_held_too() {
    assert_eq!(
        first_wrong(async |seed| play_strict(seed, true, false).await).await,
        None,
        "the seed to try again"
    );
}

/// The controls: what is wrong is found.
#[tokio::test(start_paused = true)]
async fn a_register_that_answers_with_an_earlier_value_is_found() {
    assert!(first_wrong(async |seed| play_stale(seed, false, false).await).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lost_update_is_found() {
    assert!(first_wrong(async |seed| play_sound(seed, false, true).await).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn answers_that_leave_before_they_are_saved_are_found() {
    assert!(first_wrong(async |seed| play_hasty(seed, false, false).await).await.is_some());
}
