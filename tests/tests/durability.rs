//! What is saved when: an answer never says more than the store has.
#![allow(clippy::unwrap_used)]
#![allow(clippy::semicolon_if_nothing_returned)]

use std::{pin::pin, sync::Arc, time::Duration};

use callboard::{
    prelude::*,
    store::{MemoryStore, Store},
    testing::FaultyStore,
};
use callboard_tests::{heard, pass, pass_s};
use futures_util::{future::join_all, poll};
use tokio::time::Instant;

/// A number was added, and this is the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Added(u64);

/// An account book of this durability.
macro_rules! book {
    ($(#[$doc:meta])* $name:ident, $action:ident, #[actor($($options:tt)*)]) => {
        $(#[$doc])*
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            sum: u64,
            rings: u64,
        }

        #[actor(events(Added), $($options)*)]
        impl $name {
            #[on_connect]
            fn welcome(&self) {}

            #[action]
            fn add(&mut self, ctx: &Ctx<Self>, n: u64) -> u64 {
                self.sum += n;
                ctx.broadcast(&Added(self.sum));
                self.sum
            }

            #[action]
            async fn add_slowly(&mut self, ctx: &Ctx<Self>, n: u64) -> u64 {
                tokio::task::yield_now().await;
                self.add(ctx, n)
            }

            #[action]
            async fn add_saved_and_hang(&mut self, ctx: &Ctx<Self>, n: u64) {
                self.sum += n;
                ctx.save(self).await.unwrap();
                self.sum += n;
                ctx.broadcast(&Added(self.sum));
                std::future::pending().await
            }

            #[action]
            fn sum(&self) -> u64 {
                self.sum
            }

            #[action]
            async fn sum_slowly(&self) -> u64 {
                tokio::task::yield_now().await;
                self.sum
            }

            #[action]
            fn read_and_panic(&self) {
                panic!("only a read");
            }

            #[action]
            fn ring(&mut self) {
                self.rings += 1;
            }

            #[action]
            fn ring_later(&self, ctx: &Ctx<Self>, ms: u64) {
                ctx.after(Duration::from_millis(ms), $action::Ring {}).unwrap();
            }

            #[action]
            fn rings(&self) -> u64 {
                self.rings
            }

            #[action]
            fn destroy(&self, ctx: &Ctx<Self>) {
                ctx.destroy();
            }

            #[action]
            fn destroy_and_panic(&mut self, ctx: &Ctx<Self>) {
                ctx.destroy();
                panic!("after it asked for the end");
            }

            #[action]
            fn destroy_from_beside(&self, ctx: &Ctx<Self>) {
                let beside = ctx.clone();
                ctx.keep_awake(async move { beside.destroy() });
            }

            #[action]
            fn go_to_sleep(&self, ctx: &Ctx<Self>) {
                ctx.sleep();
            }
        }
    };
}

book!(
    /// Answers wait, events do not.
    Book,
    BookAction,
    #[actor(action_timeout = "2s")]
);
book!(
    /// Answers and events wait.
    StrictBook,
    StrictBookAction,
    #[actor(durability = "output", action_timeout = "2s")]
);
book!(
    /// Nothing waits, and connections do not keep it awake.
    DozyBook,
    DozyBookAction,
    #[actor(durability = "relaxed", save_interval = "1h", hibernate, sleep_timeout = "2s")]
);
book!(
    /// Nothing waits.
    LazyBook,
    LazyBookAction,
    #[actor(durability = "relaxed", save_interval = "5s", action_timeout = "2s", sleep_timeout = "1h")]
);

/// Actors over a store that can be steered, and that outlives them.
fn open(store: &FaultyStore) -> Registry {
    Registry::new()
        .register::<Book>()
        .register::<StrictBook>()
        .register::<LazyBook>()
        .register::<DozyBook>()
        .store(store.clone())
}

fn store() -> FaultyStore {
    FaultyStore::new(MemoryStore::new())
}

/// Whether the call ended with an error that tells nothing.
fn failed<T>(result: Result<T, CallError>) -> bool {
    result.is_err_and(|error| error.fault().is_some_and(|fault| fault.code() == "internal_error"))
}

fn not_found<T>(result: Result<T, CallError>) -> bool {
    result.is_err_and(|error| error.fault().is_some_and(|fault| fault.is("actor", "not_found")))
}

/// What a fresh registry finds in the store.
macro_rules! saved {
    ($store:expr, $book:ident, $key:literal) => {
        open(&$store).client().get::<$book>($key).sum().await.unwrap()
    };
}

#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_its_commit_and_an_event_does_not() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("reply");
    let (conn, listener) = (book.connect(), book.connect());
    let (tell, mut added) = heard();
    listener.on(move |event: Added| tell.send(event.0).unwrap());
    listener.sum().await.unwrap();
    conn.add(1).await.unwrap();
    assert_eq!(added.next().await, 1);

    let hold = store.hold_batches();
    let (mut on_conn, mut on_handle) = (pin!(conn.add(2)), pin!(book.add_slowly(3)));
    assert!(poll!(&mut on_conn).is_pending());
    assert_eq!(added.next().await, 3, "before it is saved");
    assert!(poll!(&mut on_handle).is_pending());
    assert_eq!(added.next().await, 6);
    let mut read = pin!(book.sum());
    assert!(poll!(&mut read).is_pending());
    pass_s(60).await;
    assert!(poll!(&mut on_conn).is_pending());
    assert!(poll!(&mut on_handle).is_pending());
    assert!(poll!(&mut read).is_pending(), "it speaks of what is not saved");
    drop(hold);
    assert_eq!((on_conn.await.unwrap(), on_handle.await.unwrap(), read.await.unwrap()), (3, 6, 6));
}

#[tokio::test(start_paused = true)]
async fn with_output_an_event_waits_too_and_comes_before_the_answer() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<StrictBook>("output");
    let conn = book.connect();
    let (tell, mut added) = heard();
    conn.on(move |event: Added| tell.send(event.0).unwrap());
    conn.add(1).await.unwrap();
    assert_eq!(added.so_far(), [1]);

    let hold = store.hold_batches();
    let (mut on_conn, mut on_handle) = (pin!(conn.add(2)), pin!(book.add_slowly(3)));
    assert!(poll!(&mut on_conn).is_pending());
    pass(Duration::from_millis(1)).await;
    assert!(poll!(&mut on_handle).is_pending());
    pass_s(60).await;
    assert!(poll!(&mut on_conn).is_pending());
    assert!(poll!(&mut on_handle).is_pending());
    assert_eq!(added.so_far(), [0; 0]);
    drop(hold);
    assert_eq!(on_conn.await.unwrap(), 3);
    assert_eq!(added.next().await, 3);
    assert_eq!(on_handle.await.unwrap(), 6);
    assert_eq!(added.next().await, 6);
}

#[tokio::test(start_paused = true)]
async fn calls_that_come_meanwhile_share_one_commit() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("group");
    book.add(1).await.unwrap();
    let before = store.commits();
    let hold = store.hold_batches();
    let mut calls = pin!(join_all((0..100).map(|_| book.add(1))));
    assert!(poll!(&mut calls).is_pending());
    drop(hold);
    assert!(calls.await.iter().all(Result::is_ok));
    assert_eq!(store.commits() - before, 2, "the first one's, and that of all others");
}

#[tokio::test(start_paused = true)]
async fn no_call_succeeds_whose_commit_failed_and_its_effect_is_taken_back() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("fails");
    let strict = registry.client().get_or_create::<StrictBook>("fails");
    let (conn, strict_conn) = (book.connect(), strict.connect());
    let (tell, mut added) = heard();
    strict_conn.on(move |event: Added| tell.send(event.0).unwrap());
    conn.add(1).await.unwrap();
    strict_conn.add(1).await.unwrap();
    let ids = (conn.id(), strict_conn.id());

    store.fail_batches(4);
    assert!(failed(book.add(10).await));
    assert!(failed(conn.add_slowly(10).await));
    assert!(failed(strict.add_slowly(10).await));
    assert!(failed(strict_conn.add(10).await));
    assert_eq!((conn.sum().await.unwrap(), strict_conn.sum().await.unwrap()), (1, 1));

    store.fail_batches(1);
    let hold = store.hold_batches();
    let mut calls = pin!(join_all((0..20).map(|_| book.add(10))));
    assert!(poll!(&mut calls).is_pending());
    let mut read = pin!(conn.sum());
    assert!(poll!(&mut read).is_pending());
    pass_s(1).await;
    drop(hold);
    assert!(calls.await.into_iter().all(failed), "those after it are built on it");
    assert!(failed(read.await), "it saw what is not there");

    assert_eq!((conn.add(2).await.unwrap(), strict_conn.add(2).await.unwrap()), (3, 3));
    assert_eq!(added.so_far(), [1, 3], "what was taken back was never announced");
    assert_eq!((conn.id(), strict_conn.id()), ids, "the connections stay");
    assert_eq!(saved!(store, Book, "fails"), 3);
}

#[tokio::test(start_paused = true)]
async fn whatever_the_store_does_the_state_is_that_of_the_calls_that_succeeded() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("storm");
    let conn = book.connect();
    let mut succeeded = book.add(1).await.unwrap();
    for round in 0..300_u64 {
        store.fail_batches(usize::from(round % 3 == 0));
        store.delay_batches(Duration::from_millis(round % 4));
        let calls = (0..8).map(|n| {
            let (book, conn) = (book.clone(), conn.clone());
            async move {
                pass(Duration::from_millis((round + n) % 5)).await;
                match (round + n) % 4 {
                    0 => book.add(1).await,
                    1 => book.add_slowly(1).await,
                    2 => conn.add(1).await,
                    _ => conn.add_slowly(1).await,
                }
            }
        });
        succeeded += join_all(calls).await.into_iter().map(|result| u64::from(result.is_ok())).sum::<u64>();
        store.fail_batches(0);
        assert_eq!(book.sum().await.unwrap(), succeeded, "round {round}");
    }
    assert!((1_000..2_400).contains(&succeeded), "some failed, and most did not: {succeeded}");
    assert_eq!(saved!(store, Book, "storm"), succeeded);
}

/// An action that awaits does not hold up what ended before it, so a second save may follow one that is under way.
#[tokio::test(start_paused = true)]
async fn of_two_saves_under_way_one_that_fails_costs_what_waits_for_it_and_no_more() {
    for (failing, sums) in [(None, [6].as_slice()), (Some(1), &[0, 3]), (Some(2), &[1])] {
        let store = store();
        let registry = open(&store);
        let book = registry.client().get_or_create::<Book>("two");
        book.sum().await.unwrap();
        let before = store.batches();
        let hold = store.hold_batches();
        if failing == Some(1) {
            store.fail_batches(1);
        }
        let (mut first, mut second, mut third) =
            (pin!(book.add(1)), pin!(book.add(2)), pin!(book.add_slowly(3)));
        assert!(poll!(&mut first).is_pending());
        store.batches_reach(before + 1).await;
        assert!(poll!(&mut second).is_pending());
        assert!(poll!(&mut third).is_pending());
        if failing == Some(2) {
            store.fail_batches(1);
        }
        drop(hold);
        let answers = [first.await, second.await, third.await].map(|answer| answer.is_ok());
        let expected = match failing {
            None => [true, true, true],
            Some(1) => [false, false, false],
            _ => [true, false, false],
        };
        assert_eq!(answers, expected, "{failing:?} fails");
        let sum = book.sum().await.unwrap();
        assert!(sums.contains(&sum), "{sum} when {failing:?} fails");
        assert_eq!(saved!(store, Book, "two"), sum);
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_of_which_nothing_is_known_is_no_success() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("lost");
    book.add(1).await.unwrap();
    store.lose_answers(1);
    assert!(failed(book.add(10).await));
    assert_eq!(book.sum().await.unwrap(), 11, "what the store has is what counts");
    assert_eq!(book.add(2).await.unwrap(), 13);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_could_not_be_saved_at_first_does_not_exist() {
    let store = store();
    let registry = open(&store);
    store.fail_batches(1);
    assert!(failed(registry.client().get_or_create::<Book>("first").add(1).await));
    let error = open(&store).client().get::<Book>("first").sum().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
    pass_s(1).await;
    assert_eq!(registry.client().get_or_create::<Book>("first").add(1).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_state_saved_midway_is_what_a_failed_action_leaves() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("midway");
    book.add(1).await.unwrap();
    let error = book.add_saved_and_hang(10).await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.is("actor", "action_timed_out")), "{error}");
    assert_eq!(book.sum().await.unwrap(), 11);
}

#[tokio::test(start_paused = true)]
async fn reads_write_nothing() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("reads");
    book.add(1).await.unwrap();
    let before = store.commits();
    let conn = book.connect();
    for _ in 0..10 {
        conn.sum().await.unwrap();
        book.sum_slowly().await.unwrap();
        book.read_and_panic().await.unwrap_err();
    }
    conn.close().await;
    pass_s(60).await;
    assert_eq!(store.commits(), before, "nor does a hook that takes `&self`, nor sleep");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_and_saves_what_was_taken() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("stop");
    let lazy = registry.client().get_or_create::<LazyBook>("stop");
    book.add(1).await.unwrap();
    lazy.add(1).await.unwrap();
    let hold = store.hold_batches();
    let mut call = pin!(book.add_slowly(2));
    assert!(poll!(&mut call).is_pending());
    pass(Duration::from_millis(1)).await;
    let mut stop = pin!(registry.stop());
    assert!(poll!(&mut stop).is_pending());
    pass_s(1).await;
    assert!(poll!(&mut stop).is_pending());
    let before = Instant::now();
    for late in [book.add(4).await, book.sum().await, lazy.add(4).await, lazy.sum().await] {
        let late = late.unwrap_err();
        assert!(late.fault().is_some_and(|fault| fault.is("guard", "service_unavailable")), "{late}");
    }
    assert_eq!(before.elapsed(), Duration::ZERO, "it does not wait for the end of the stop");
    drop(hold);
    stop.await;
    assert_eq!(call.await.unwrap(), 3);
    assert_eq!((saved!(store, Book, "stop"), saved!(store, LazyBook, "stop")), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_relaxed_actor_answers_at_once_and_is_saved_by_the_clock() {
    let store = store();
    let registry = open(&store);
    let lazy = registry.client().get_or_create::<LazyBook>("lazy");
    let conn = lazy.connect();
    let (tell, mut added) = heard();
    conn.on(move |event: Added| tell.send(event.0).unwrap());
    conn.sum().await.unwrap();
    let before = store.commits();
    let hold = store.hold_batches();
    for n in 1..=100 {
        let sum = if n % 2 == 0 { conn.add(1).await } else { conn.add_slowly(1).await };
        assert_eq!(sum.unwrap(), n);
        assert_eq!(added.next().await, n);
    }
    pass_s(4).await;
    assert_eq!(store.commits(), before);
    pass_s(2).await;
    assert_eq!(store.commits(), before + 1, "once for all, when the interval is over");
    assert_eq!(conn.add_slowly(1).await.unwrap(), 101, "also while a save is under way");
    drop(hold);
    pass_s(60).await;
    assert_eq!(store.commits(), before + 2);
    assert_eq!(saved!(store, LazyBook, "lazy"), 101);
}

#[tokio::test(start_paused = true)]
async fn a_crash_costs_a_relaxed_actor_what_was_not_saved_yet() {
    let store = store();
    let registry = open(&store);
    let lazy = registry.client().get_or_create::<LazyBook>("crash");
    lazy.add(1).await.unwrap();
    pass_s(6).await;
    lazy.add(10).await.unwrap();
    // Nobody stops the first registry: that is the crash.
    assert_eq!(saved!(store, LazyBook, "crash"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_relaxed_actor_is_saved_when_it_sleeps_and_by_the_clock_after_that() {
    let store = store();
    let registry = open(&store);
    let lazy = registry.client().get_or_create::<LazyBook>("sleep");
    // The connection outlives the sleep, and so does what the actor shares with it.
    let conn = lazy.connect();
    conn.add(1).await.unwrap();
    conn.go_to_sleep().await.unwrap();
    pass_s(1).await;
    let before = store.commits();
    assert_eq!(conn.add(1).await.unwrap(), 2);
    pass_s(6).await;
    assert_eq!(store.commits(), before + 1);
    assert_eq!(saved!(store, LazyBook, "sleep"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_relaxed_actor_keeps_what_could_not_be_saved_and_tries_again() {
    for lost in [false, true] {
        let store = store();
        let registry = open(&store);
        let lazy = registry.client().get_or_create::<LazyBook>("again");
        lazy.sum().await.unwrap();
        let before = store.batches();
        if lost {
            store.lose_answers(2)
        } else {
            store.fail_batches(2)
        }
        lazy.add(1).await.unwrap();
        // The clock does not hurry: neither for the state nor for the schedule that goes with it.
        lazy.ring_later(1_000).await.unwrap();
        pass_s(4).await;
        assert_eq!((store.batches() - before, lazy.sum().await.unwrap()), (1, 1));
        pass_s(30).await;
        assert_eq!((lazy.sum().await.unwrap(), lazy.rings().await.unwrap()), (1, 1));
        pass_s(30).await;
        assert_eq!(saved!(store, LazyBook, "again"), 1);
        assert_eq!(open(&store).client().get::<LazyBook>("again").rings().await.unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hibernating_actor_that_cannot_be_saved_stays_awake_and_keeps_its_connections() {
    let store = store();
    let registry = open(&store);
    let conn = registry.client().get_or_create::<DozyBook>("dozy").connect();
    let (tell, mut added) = heard();
    conn.on(move |event: Added| tell.send(event.0).unwrap());
    conn.opened().await.unwrap();
    let id = conn.id();
    conn.add(1).await.unwrap();
    let before = store.batches();
    store.fail_batches(usize::MAX);
    pass_s(20).await;
    assert!(store.batches() > before, "it tried to sleep");
    assert_eq!(conn.add(1).await.unwrap(), 2, "nothing of it was lost");

    store.fail_batches(0);
    pass_s(60).await;
    let slept = store.batches();
    pass_s(60).await;
    assert_eq!(store.batches(), slept, "it sleeps");
    assert_eq!(conn.add(1).await.unwrap(), 3);
    assert_eq!(added.so_far(), [1, 2, 3]);
    assert_eq!(conn.id(), id, "it is the same connection");
    pass_s(60).await;
    assert_eq!(saved!(store, DozyBook, "dozy"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_fired_schedule_is_cleared_in_the_commit_of_its_effect() {
    for lost in [false, true] {
        let store = store();
        let registry = open(&store);
        let book = registry.client().get_or_create::<Book>("rings");
        book.ring_later(1_000).await.unwrap();
        if lost {
            store.lose_answers(1)
        } else {
            store.fail_batches(1)
        }
        let before = Instant::now();
        pass_s(10).await;
        assert_eq!(book.rings().await.unwrap(), 1, "both or neither, then once more");
        pass_s(60).await;
        assert_eq!(book.rings().await.unwrap(), 1);
        assert_eq!(open(&store).client().get::<Book>("rings").rings().await.unwrap(), 1);
        assert!(before.elapsed().as_secs() == 70);
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_destroy_waits_until_the_store_has_forgotten_the_actor() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("destroy");
    book.add(1).await.unwrap();
    let hold = store.hold_batches();
    let mut destroyed = pin!(book.destroy());
    assert!(poll!(&mut destroyed).is_pending());
    pass_s(60).await;
    assert!(poll!(&mut destroyed).is_pending());
    drop(hold);
    destroyed.await.unwrap();
    assert!(not_found(open(&store).client().get::<Book>("destroy").sum().await));
    assert_eq!(book.sum().await.unwrap(), 0, "a new one");
}

#[tokio::test(start_paused = true)]
async fn a_destroy_that_the_store_fails_is_an_error_and_the_actor_stays() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("stays");
    book.add(1).await.unwrap();
    store.fail_batches(1);
    assert!(failed(book.destroy().await));
    pass_s(60).await;
    assert_eq!(book.add(1).await.unwrap(), 2);
    // Of a commit whose answer was lost the store can be asked.
    store.lose_answers(1);
    book.destroy().await.unwrap();
    assert!(not_found(registry.client().get::<Book>("stays").sum().await));
}

#[tokio::test(start_paused = true)]
async fn a_destroy_by_a_call_that_panics_is_taken_back() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("panics");
    book.add(1).await.unwrap();
    assert!(failed(book.destroy_and_panic().await));
    pass_s(60).await;
    assert_eq!(book.sum().await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_destroy_that_no_call_waits_for_is_tried_again() {
    for lost in [false, true] {
        let store = store();
        let registry = open(&store);
        let (book, lazy) = (
            registry.client().get_or_create::<Book>("again"),
            registry.client().get_or_create::<LazyBook>("again"),
        );
        book.add(1).await.unwrap();
        lazy.sum().await.unwrap();
        let go_wrong = || if lost { store.lose_answers(2) } else { store.fail_batches(2) };
        go_wrong();
        book.destroy_from_beside().await.unwrap();
        pass_s(10).await;
        go_wrong();
        lazy.destroy().await.unwrap();
        pass_s(10).await;
        store.lose_answers(0);
        assert!(not_found(registry.client().get::<Book>("again").sum().await));
        assert!(not_found(registry.client().get::<LazyBook>("again").sum().await));
        assert_eq!(book.sum().await.unwrap(), 0, "a new one");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_keeps_nobody_busy() {
    let store = store();
    let registry = open(&store);
    let lazy = registry.client().get_or_create::<LazyBook>("busy");
    let book = registry.client().get_or_create::<Book>("busy");
    lazy.add(1).await.unwrap();
    book.ring_later(500).await.unwrap();
    lazy.ring_later(500).await.unwrap();
    let before = store.batches();
    store.fail_batches(usize::MAX);
    lazy.add(1).await.unwrap();
    lazy.go_to_sleep().await.unwrap();
    pass_s(100).await;
    let tries = store.batches() - before;
    assert!((10..300).contains(&tries), "{tries} in 100 s");
    store.fail_batches(0);
    pass_s(10).await;
    assert_eq!(
        (lazy.sum().await.unwrap(), lazy.rings().await.unwrap(), book.rings().await.unwrap()),
        (2, 1, 1)
    );
}

/// What the tests above rely on.
#[tokio::test]
async fn a_store_in_an_arc_is_that_store() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let registry = Registry::new().register::<Book>().store(Arc::clone(&store));
    registry.client().get_or_create::<Book>("arc").add(1).await.unwrap();
    assert_eq!(store.list("book").await.unwrap().len(), 1);
}
