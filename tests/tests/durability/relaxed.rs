//! Actors that are saved by the clock.

use super::*;

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
async fn a_relaxed_actor_that_panics_goes_back_also_if_the_save_under_way_fails() {
    let store = store();
    let registry = open(&store);
    let lazy = registry.client().get_or_create::<LazyBook>("panic");
    lazy.add(1).await.unwrap();
    pass_s(6).await;
    let hold = store.hold_batches();
    store.fail_batches(1);
    lazy.add(10).await.unwrap();
    pass_s(6).await;
    lazy.destroy_and_panic().await.unwrap_err();
    drop(hold);
    let sum = timeout(Duration::from_mins(1), lazy.sum()).await;
    assert_eq!(sum.expect("it waits for no save that has ended").unwrap(), 1);
    assert_eq!(lazy.add(2).await.unwrap(), 3);
}
