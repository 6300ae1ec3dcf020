//! Thousands of random schedules: calls, connections and panics, over a store that is slow, fails, and loses answers.
//! Nothing leaves an actor before it is saved, and what is saved is what was answered.
//!
//! `CALLBOARD_STORMS=100000 cargo test --release -p callboard-tests --test storms` is the long form;
//! `CALLBOARD_SEED=7` plays one of them again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeSet, HashMap},
    env,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use callboard::{
    Actor as _, ActorId,
    prelude::*,
    store::{ActorRecord, Claim, Commit, CommitOutcome, MemoryStore, Store, StoreError},
    testing::FaultyStore,
};
use callboard_tests::{in_a_week, quiet_panics, taken_back};
use fastrand::Rng;
use futures_util::future::join_all;
use tokio::{task::yield_now, time::sleep};

const CLIENTS: u64 = 6;
const CALLS: u64 = 8;
/// What a note schedules has its number and this.
const LATER: u64 = 500;

/// A note was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Noted(u64);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ActorError)]
enum Refusal {
    #[error("noted, but refused")]
    Refused,
}

/// What must have become of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Once,
    AtMostOnce,
    Never,
}

/// What was found to be wrong, and what the store must have in the end.
#[derive(Debug, Default)]
struct Judge {
    wrongs: Vec<String>,
    fates: HashMap<u64, Fate>,
}

impl Judge {
    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrongs.push(what());
        }
    }

    /// Compares what the store has in the end with what was answered.
    fn compare(&mut self, notes: &[u64], clients: Range<u64>) {
        for (id, fate) in std::mem::take(&mut self.fates) {
            let count = notes.iter().filter(|note| **note == id).count();
            let fits = match fate {
                Fate::Once => count == 1,
                Fate::AtMostOnce => count <= 1,
                Fate::Never => count == 0,
            };
            self.must(fits, || format!("note {id} is there {count} times, not {fate:?}"));
        }
        for client in clients {
            let own: Vec<_> =
                notes.iter().filter(|id| **id / 1000 == client && **id % 1000 < LATER).collect();
            self.must(own.is_sorted(), || format!("the notes of client {client} are out of order: {own:?}"));
        }
    }
}

/// A store that shows what it has; one that lies says that it has what it has not.
#[derive(Debug, Default)]
struct Window {
    store: MemoryStore,
    states: Mutex<HashMap<ActorId, bytes::Bytes>>,
    lies: bool,
}

#[async_trait]
impl Store for Window {
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError> {
        self.store.find(name, key).await
    }

    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError> {
        self.store.find_by_id(id).await
    }

    async fn list(&self, name: &str) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.list(name).await
    }

    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError> {
        self.store.claim(name, key).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError> {
        if self.lies {
            return Ok(vec![CommitOutcome::Done; batch.len()]);
        }
        let outcomes = self.store.commit(batch.clone()).await?;
        for (commit, outcome) in batch.into_iter().zip(&outcomes) {
            if let (Commit::Save { id, state: Some(state), .. }, CommitOutcome::Done) = (commit, outcome) {
                self.states.lock().unwrap().insert(id, state);
            }
        }
        Ok(outcomes)
    }

    async fn due(&self, until_ms: u64, limit: usize) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.due(until_ms, limit).await
    }

    async fn next_alarm_after(&self, after_ms: u64) -> Result<Option<u64>, StoreError> {
        self.store.next_alarm_after(after_ms).await
    }

    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError> {
        self.store.with_messages(after, limit).await
    }
}

/// Calls on the connection if there is one, else through the handle.
macro_rules! ask {
    ($conn:ident, $handle:ident, $action:ident($($arg:expr),*)) => {
        match &$conn {
            Some(conn) => conn.$action($($arg),*).await,
            None => $handle.$action($($arg),*).await,
        }
    };
}

/// A book that notes are taken in, and a storm over it.
macro_rules! book {
    ($(#[$doc:meta])* $name:ident, $action:ident, $storm:ident, events_wait: $events_wait:literal, #[actor($($options:tt)*)]) => {
        $(#[$doc])*
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            notes: Vec<u64>,
        }

        #[actor(events(Noted), action_timeout = "50ms", sleep_timeout = "30ms", $($options)*)]
        impl $name {
            #[action]
            fn note(&mut self, ctx: &Ctx<Self>, id: u64) {
                self.notes.push(id);
                ctx.broadcast(&Noted(id));
            }

            #[action]
            async fn note_slowly(&mut self, ctx: &Ctx<Self>, id: u64) {
                self.note(ctx, id);
                sleep(Duration::from_millis(id % 7)).await;
            }

            #[action]
            async fn note_and_save(&mut self, ctx: &Ctx<Self>, id: u64) -> Result<(), Fault> {
                self.note(ctx, id);
                ctx.save(self).await?;
                yield_now().await;
                Ok(())
            }

            #[action]
            fn note_again_later(&mut self, ctx: &Ctx<Self>, id: u64) {
                self.note(ctx, id);
                ctx.after(Duration::from_millis(id % 50), $action::NoteSlowly { id: id + LATER }).unwrap();
            }

            #[action]
            fn note_and_refuse(&mut self, ctx: &Ctx<Self>, id: u64) -> Result<(), Refusal> {
                self.note(ctx, id);
                Err(Refusal::Refused)
            }

            #[action]
            async fn note_and_panic(&mut self, ctx: &Ctx<Self>, id: u64) {
                self.note(ctx, id);
                if id % 2 == 0 {
                    yield_now().await;
                }
                panic!("on purpose");
            }

            #[action]
            async fn note_and_hang(&mut self, ctx: &Ctx<Self>, id: u64) {
                self.note(ctx, id);
                std::future::pending().await
            }

            #[action]
            fn notes(&self) -> Vec<u64> {
                self.notes.clone()
            }

            #[action]
            async fn notes_slowly(&self) -> Vec<u64> {
                sleep(Duration::from_millis(2)).await;
                self.notes.clone()
            }

            #[action]
            fn go_to_sleep(&self, ctx: &Ctx<Self>) {
                ctx.sleep();
            }
        }

        /// What is wrong after the storm of this seed.
        async fn $storm(seed: u64, lies: bool) -> Vec<String> {
            let mut rng = Rng::with_seed(seed);
            let window = Arc::new(Window { lies, ..Window::default() });
            let store = FaultyStore::new(Arc::clone(&window));
            let registry = Registry::new().register::<$name>().store(store.clone());
            let books = ["left", "right"].map(|key| registry.client().get_or_create::<$name>(key));
            let mut ids = Vec::new();
            for book in &books {
                ids.push(book.resolve().await.unwrap());
            }
            let judge = Arc::new(Mutex::new(Judge::default()));
            let saved = |id: ActorId| {
                let state = window.states.lock().unwrap().get(&id).cloned();
                state.map_or_else(Vec::new, |state| $name::load(&state).unwrap().notes)
            };
            let clients = (0..CLIENTS).map(|client| {
                let side = usize::from(client % 2 == 0);
                let (book, id) = (books[side].clone(), ids[side]);
                let (store, judge, saved, mut rng) = (store.clone(), Arc::clone(&judge), &saved, rng.fork());
                let window = Arc::clone(&window);
                async move {
                    let conn = (client < CLIENTS / 2).then(|| book.connect());
                    let heard = Arc::new(Mutex::new(BTreeSet::new()));
                    if let Some(conn) = &conn {
                        let (heard, judge) = (Arc::clone(&heard), Arc::clone(&judge));
                        conn.on(move |Noted(note): Noted| {
                            heard.lock().unwrap().insert(note);
                            let state = window.states.lock().unwrap().get(&id).cloned();
                            let is_saved = state.is_some_and(|state| $name::load(&state).unwrap().notes.contains(&note));
                            let early = || format!("the event of note {note} left before it was saved");
                            judge.lock().unwrap().must(is_saved || !$events_wait, early);
                        });
                    }
                    let call = async |note: u64, kind: u8| {
                        let fate = match kind {
                            0 => fate(&ask!(conn, book, note(note))),
                            1 => fate(&ask!(conn, book, note_slowly(note))),
                            2 => fate_of_saved(&ask!(conn, book, note_and_save(note))),
                            3 => fate(&ask!(conn, book, note_again_later(note))),
                            4 => fate(&ask!(conn, book, note_and_refuse(note))),
                            5 => void(&ask!(conn, book, note_and_panic(note))),
                            _ => void(&ask!(conn, book, note_and_hang(note))),
                        };
                        let mut judge = judge.lock().unwrap();
                        let judge = &mut *judge;
                        let early = || format!("the answer to note {note} left before it was saved");
                        judge.must(fate != Fate::Once || saved(id).contains(&note), early);
                        let behind = || format!("the answer to note {note} came before its event");
                        let is_heard = conn.is_none() || kind > 3 || heard.lock().unwrap().contains(&note);
                        judge.must(fate != Fate::Once || is_heard, behind);
                        judge.fates.insert(note, fate);
                        if kind == 3 {
                            judge.fates.insert(note + LATER, fate);
                        }
                    };
                    let read = async |slowly: bool| {
                        let notes = if slowly { ask!(conn, book, notes_slowly()) } else { ask!(conn, book, notes()) };
                        let (notes, saved) = (notes.unwrap_or_default(), saved(id));
                        let early = || format!("an answer says {notes:?}, and the store has {saved:?}");
                        judge.lock().unwrap().must(saved.starts_with(&notes), early);
                    };
                    let mut n = 0;
                    while n < CALLS {
                        disturb(&store, &mut rng).await;
                        match rng.u8(0..12) {
                            kind @ 0..7 => call(client * 1000 + n, kind).await,
                            // Several at once keep their order on a connection.
                            7 | 8 if conn.is_some() => {
                                join_all((n..n + 3).map(|n| call(client * 1000 + n, rng.u8(0..5)))).await;
                                n += 2;
                            }
                            9 => drop(book.go_to_sleep().await),
                            kind => read(kind % 2 == 0).await,
                        }
                        n += 1;
                    }
                }
            });
            join_all(clients).await;
            calm(&store).await;
            let mut notes = Vec::new();
            for (book, id) in books.iter().zip(&ids) {
                let own = book.notes().await.unwrap();
                let differ = || format!("the store has {:?}, and the actor {own:?}", saved(*id));
                judge.lock().unwrap().must(own == saved(*id), differ);
                notes.extend(own);
            }
            registry.stop().await;
            let mut judge = judge.lock().unwrap();
            judge.compare(&notes, 0..CLIENTS);
            std::mem::take(&mut judge.wrongs)
        }
    };
}

book!(
    /// Answers wait.
    Book,
    BookAction,
    storm,
    events_wait: false,
    #[actor()]
);
book!(
    /// Answers and events wait.
    StrictBook,
    StrictBookAction,
    strict_storm,
    events_wait: true,
    #[actor(durability = "output")]
);

/// What must become of a note after this answer.
fn fate<T, E>(answer: &Result<T, CallError<E>>) -> Fate {
    match answer {
        Ok(_) | Err(CallError::Action(_)) => Fate::Once,
        Err(error) if taken_back(error) => Fate::Never,
        Err(_) => Fate::AtMostOnce,
    }
}

/// The same for a note that may have been saved before it was given up.
fn fate_of_saved<T, E>(answer: &Result<T, CallError<E>>) -> Fate {
    if answer.is_ok() { Fate::Once } else { Fate::AtMostOnce }
}

/// The same for a note that cannot have been taken.
fn void<T>(answer: &Result<T, CallError>) -> Fate {
    if answer.is_err() { Fate::Never } else { Fate::Once }
}

/// Lets some time pass, or has something go wrong.
async fn disturb(store: &FaultyStore, rng: &mut Rng) {
    match rng.u8(0..14) {
        0 => store.fail_batches(rng.usize(1..3)),
        1 => store.lose_answers(rng.usize(1..3)),
        2 => store.delay_batches(Duration::from_millis([0, 1, 10, 200][rng.usize(0..4)])),
        3 => {
            let hold = store.hold_batches();
            sleep(Duration::from_millis(rng.u64(0..20))).await;
            drop(hold);
        }
        4..8 => sleep(Duration::from_millis(rng.u64(0..10))).await,
        8..10 => yield_now().await,
        _ => {}
    }
}

/// Lets the store recover, and what is due ring.
async fn calm(store: &FaultyStore) {
    store.fail_batches(0);
    store.lose_answers(0);
    store.delay_batches(Duration::ZERO);
    sleep(Duration::from_secs(10)).await;
}

/// The seed of the first storm after which something is wrong, and what that is.
async fn first_wrong(storm: impl AsyncFn(u64) -> Vec<String>) -> Option<(u64, Vec<String>)> {
    quiet_panics();
    let number = |name| env::var(name).ok().map(|number: String| number.parse::<u64>().expect("a number"));
    let seeds = match number("CALLBOARD_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CALLBOARD_STORMS").unwrap_or(500),
    };
    for seed in seeds {
        let wrongs = in_a_week(storm(seed)).await;
        if !wrongs.is_empty() {
            return Some((seed, wrongs));
        }
    }
    None
}

#[tokio::test(start_paused = true)]
async fn no_answer_leaves_early_and_what_was_answered_is_there_once_and_in_order() {
    assert_eq!(first_wrong(async |seed| storm(seed, false).await).await, None);
}

#[tokio::test(start_paused = true)]
async fn with_output_no_event_leaves_early_either() {
    assert_eq!(first_wrong(async |seed| strict_storm(seed, false).await).await, None);
}

/// The controls: what is wrong is found.
#[tokio::test(start_paused = true)]
async fn a_store_that_says_done_too_early_is_found() {
    quiet_panics();
    let mut wrongs = Vec::new();
    for seed in 0..10 {
        wrongs.extend(strict_storm(seed, true).await);
    }
    let has = |what: &str| wrongs.iter().any(|wrong| wrong.contains(what));
    assert!(has("the answer to note") && has("the event of note"), "{wrongs:#?}");
}

#[test]
fn the_judge_sees_losses_duplicates_lies_and_disorder() {
    let wrongs = |fates: &[(u64, Fate)], notes: &[u64]| {
        let mut judge = Judge { fates: fates.iter().copied().collect(), ..Judge::default() };
        judge.compare(notes, 0..2);
        judge.wrongs
    };
    assert!(wrongs(&[(1, Fate::Once), (2, Fate::AtMostOnce), (3, Fate::Never)], &[1, 1001]).is_empty());
    assert!(wrongs(&[(2, Fate::AtMostOnce)], &[2]).is_empty());
    assert_eq!(wrongs(&[(1, Fate::Once)], &[]).len(), 1);
    assert_eq!(wrongs(&[(1, Fate::Once)], &[1, 1]).len(), 1);
    assert_eq!(wrongs(&[(1, Fate::AtMostOnce)], &[1, 1]).len(), 1);
    assert_eq!(wrongs(&[(1, Fate::Never)], &[1]).len(), 1);
    assert_eq!(wrongs(&[], &[2, 1]).len(), 1);
}

/// Counts what succeeded.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Counter {
    count: u64,
    /// The numbers of the calls, added up, and their squares: another set of calls has others.
    sum: u64,
    squares: u128,
}

#[actor]
impl Counter {
    fn count_one(&mut self, n: u64) {
        self.count += 1;
        self.sum += n;
        self.squares += u128::from(n) * u128::from(n);
        assert_ne!(n % 100, 7, "on purpose");
    }

    #[action]
    fn add(&mut self, n: u64) {
        self.count_one(n);
    }

    #[action]
    async fn add_slowly(&mut self, n: u64) {
        yield_now().await;
        self.count_one(n);
    }

    #[action]
    fn total(&self) -> (u64, u64, u128) {
        (self.count, self.sum, self.squares)
    }
}

/// `CALLBOARD_CALLS=1000000 cargo test --release -p callboard-tests --test storms one_percent` is the long form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_one_percent_panics_every_call_is_answered_and_what_succeeded_is_the_state() {
    const CALLERS: u64 = 64;
    quiet_panics();
    let calls = env::var("CALLBOARD_CALLS").map_or(20_000, |calls| calls.parse().expect("a number of calls"));
    let registry = Registry::new().in_memory().register::<Counter>();
    let counter = registry.client().get_or_create::<Counter>("percent");
    let callers = (0..CALLERS).map(|caller| {
        let counter = counter.clone();
        tokio::spawn(async move {
            let conn = (caller % 2 == 0).then(|| counter.connect());
            let (mut succeeded, mut panicked) = (Vec::new(), 0);
            for n in (caller..calls).step_by(64) {
                let answer =
                    if n % 3 == 0 { ask!(conn, counter, add_slowly(n)) } else { ask!(conn, counter, add(n)) };
                match answer {
                    Ok(()) => succeeded.push(n),
                    Err(_) if n % 100 == 7 => panicked += 1,
                    // It ran, but was not on its way to the store when a panic after it spoilt the state.
                    Err(error) => assert!(taken_back(&error), "{error}"),
                }
            }
            (succeeded, panicked)
        })
    });
    let (mut total, mut panicked) = ((0, 0, 0), 0);
    for caller in join_all(callers).await {
        let (succeeded, of_this) = caller.unwrap();
        panicked += of_this;
        for n in succeeded {
            assert_ne!(n % 100, 7);
            total = (total.0 + 1, total.1 + n, total.2 + u128::from(n) * u128::from(n));
        }
    }
    assert_eq!(panicked, calls / 100, "each of them was told");
    assert!(total.0 > calls / 2, "only {} of {calls} succeeded", total.0);
    assert_eq!(counter.total().await.unwrap(), total);
    registry.stop().await;
}
