//! Thousands of random schedules: calls, connections and panics, over a store that is slow, fails, and loses answers.
//! Nothing leaves an actor before it is saved, and what is saved is what was answered.
//!
//! `CALLBOARD_STORMS=100000 cargo test --release -p callboard-tests --test storms` is the long form;
//! `CALLBOARD_SEED=7` plays one of them again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod judge;
mod panics;
mod window;

use std::{
    collections::BTreeSet,
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use callboard::{Actor as _, ActorId, prelude::*, testing::FaultyStore};
use callboard_tests::{in_a_week, quiet_panics};
use fastrand::Rng;
use futures_util::future::join_all;
use tokio::{task::yield_now, time::sleep};

use self::{
    judge::{Fate, Judge, fate, fate_of_saved, void},
    window::Window,
};

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

/// Calls on the connection if there is one, else through the handle.
macro_rules! ask {
    ($conn:ident, $handle:ident, $action:ident($($arg:expr),*)) => {
        match &$conn {
            Some(conn) => conn.$action($($arg),*).await,
            None => $handle.$action($($arg),*).await,
        }
    };
}
use ask;

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

            /// It could change them, and does not.
            #[action]
            fn own_notes(&mut self) -> Vec<u64> {
                self.notes.clone()
            }

            #[action]
            async fn own_notes_slowly(&mut self) -> Vec<u64> {
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
                    let read = async |kind: u8| {
                        let notes = match kind {
                            7 => ask!(conn, book, notes()),
                            8 => ask!(conn, book, notes_slowly()),
                            10 => ask!(conn, book, own_notes()),
                            _ => ask!(conn, book, own_notes_slowly()),
                        };
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
                            kind => read(kind).await,
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
