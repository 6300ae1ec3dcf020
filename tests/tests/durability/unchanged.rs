//! Turns that could have changed the state, and have not: there is nothing to save.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_turn_that_changes_nothing_commits_nothing() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("nothing");
    let strict = registry.client().get_or_create::<StrictBook>("nothing");
    let lazy = registry.client().get_or_create::<LazyBook>("nothing");
    for round in 0..2 {
        if round > 0 {
            assert_eq!((book.set(7).await.unwrap(), strict.set(7).await.unwrap()), (7, 7));
            assert_eq!(lazy.set(7).await.unwrap(), 7);
            pass_s(6).await;
        }
        let sum = book.sum().await.unwrap();
        assert_eq!((strict.sum().await.unwrap(), lazy.sum().await.unwrap()), (sum, sum));
        let before = store.commits();
        for _ in 0..10 {
            assert_eq!((book.set(sum).await.unwrap(), book.set_slowly(sum).await.unwrap()), (sum, sum));
            assert_eq!((strict.set(sum).await.unwrap(), strict.set_slowly(sum).await.unwrap()), (sum, sum));
            assert_eq!((lazy.set(sum).await.unwrap(), lazy.set_slowly(sum).await.unwrap()), (sum, sum));
            assert_eq!(book.set_and_save(sum).await.unwrap(), sum);
            assert_eq!(lazy.set_and_save(sum).await.unwrap(), sum);
        }
        pass_s(60).await;
        assert_eq!(store.commits(), before, "from {sum} to {sum}");
    }
    // As the next activation finds it, too.
    let book = open(&store).client().get::<Book>("nothing");
    assert_eq!(book.sum().await.unwrap(), 7);
    let before = store.commits();
    assert_eq!((book.set(7).await.unwrap(), store.commits()), (7, before));
    assert_eq!((book.set(8).await.unwrap(), store.commits()), (8, before + 1));
}

#[tokio::test(start_paused = true)]
async fn its_answer_waits_for_what_was_changed_before_it() {
    for failing in [false, true] {
        let store = store();
        let registry = open(&store);
        let book = registry.client().get_or_create::<Book>("waits");
        book.sum().await.unwrap();
        let before = store.commits();
        let hold = store.hold_batches();
        store.fail_batches(usize::from(failing));
        let (mut add, mut same, mut slowly, mut saved) =
            (pin!(book.add(1)), pin!(book.set(1)), pin!(book.set_slowly(1)), pin!(book.set_and_save(1)));
        assert!(poll!(&mut add).is_pending());
        assert!(poll!(&mut same).is_pending() && poll!(&mut slowly).is_pending());
        pass_s(1).await;
        assert!(poll!(&mut saved).is_pending());
        pass_s(1).await;
        assert!(poll!(&mut same).is_pending() && poll!(&mut slowly).is_pending());
        assert!(poll!(&mut saved).is_pending());
        drop(hold);
        let answers = [add.await, same.await, slowly.await];
        assert!(answers.iter().all(|answer| answer.is_ok() != failing), "{answers:?}");
        assert_eq!(saved.await.is_ok(), !failing);
        assert_eq!(store.commits() - before, 1);
        assert_eq!(book.sum().await.unwrap(), u64::from(!failing));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_undone_while_it_is_on_its_way_to_the_store_is_written_again() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<Book>("undone");
    book.sum().await.unwrap();
    let hold = store.hold_batches();
    let (mut there, mut back) = (pin!(book.set(1)), pin!(book.set(0)));
    assert!(poll!(&mut there).is_pending());
    store.batches_reach(store.batches().max(2)).await;
    assert!(poll!(&mut back).is_pending());
    drop(hold);
    assert_eq!((there.await.unwrap(), back.await.unwrap()), (1, 0));
    assert_eq!(saved!(store, Book, "undone"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_store_has_is_not_known_after_a_lost_answer() {
    for lost in [false, true] {
        let store = store();
        let registry = open(&store);
        let (book, lazy) = (
            registry.client().get_or_create::<Book>("unknown"),
            registry.client().get_or_create::<LazyBook>("unknown"),
        );
        assert_eq!((book.sum().await.unwrap(), lazy.sum().await.unwrap()), (0, 0));
        let fault = |store: &FaultyStore| if lost { store.lose_answers(1) } else { store.fail_batches(1) };
        fault(&store);
        assert!(failed(book.set(1).await));
        fault(&store);
        lazy.set(1).await.unwrap();
        pass_s(6).await;
        // Both are again as they were known to be saved.
        assert_eq!((book.set(0).await.unwrap(), lazy.set(0).await.unwrap()), (0, 0));
        pass_s(60).await;
        assert_eq!((saved!(store, Book, "unknown"), saved!(store, LazyBook, "unknown")), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_activation_has_saved_is_what_counts() {
    let store = store();
    let (registry, other) = (open(&store), open(&store));
    let book = registry.client().get_or_create::<Book>("claims");
    book.set(1).await.unwrap();
    assert_eq!(other.client().get::<Book>("claims").set(2).await.unwrap(), 2);
    // It does not know of that before it writes, as with a read.
    assert_eq!(book.set(1).await.unwrap(), 1);
    assert!(failed(book.set(3).await));
    let before = store.commits();
    assert_eq!((book.set(2).await.unwrap(), store.commits()), (2, before));
    assert_eq!((book.set(1).await.unwrap(), store.commits()), (1, before + 1));
    assert_eq!(saved!(store, Book, "claims"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_is_saved_by_a_turn_that_changes_no_state_and_the_state_is_not() {
    let ledger = Ledger::default();
    let registry = Registry::new().register::<Book>().store(ledger.clone());
    let book = registry.client().get_or_create::<Book>("aside");
    book.add(1).await.unwrap();
    let before = ledger.states();
    book.ring_later_slowly(1_000).await.unwrap();
    assert_eq!((ledger.states(), ledger.alarm_changes()), (before, 1));
    // Nobody stops the first registry: that is the crash.
    let registry = Registry::new().register::<Book>().store(ledger.clone());
    let book = registry.client().get::<Book>("aside");
    book.sum().await.unwrap();
    pass_s(2).await;
    assert_eq!((book.sum().await.unwrap(), book.rings().await.unwrap()), (1, 1));
}
