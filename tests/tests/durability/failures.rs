//! Commits that fail, and those of which nothing is known.

use super::*;

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
