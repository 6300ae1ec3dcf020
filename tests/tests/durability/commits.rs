//! Commits: what waits for them, what shares them, and what needs none.

use super::*;

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
async fn with_output_an_event_of_a_turn_that_changes_nothing_waits_for_what_was_changed_before() {
    let store = store();
    let registry = open(&store);
    let porter = registry.client().get_or_create::<Porter>("reads");
    let (tell, mut greeted) = heard();
    let connect = || {
        let (conn, tell) = (porter.connect(), tell.clone());
        conn.on(move |event: Added| tell.send(event.0).unwrap());
        conn
    };
    let _first = connect();
    pass_s(1).await;
    assert_eq!(greeted.so_far(), [0], "there is nothing to wait for");

    let hold = store.hold_batches();
    let mut expects = pin!(porter.expect(2));
    assert!(poll!(&mut expects).is_pending());
    let _second = connect();
    pass_s(1).await;
    assert_eq!(greeted.so_far(), [0; 0]);
    drop(hold);
    expects.await.unwrap();
    pass_s(1).await;
    assert_eq!(greeted.so_far(), [2]);
}

/// Calls `part` while the answer to an `add` waits on a connection.
macro_rules! part_while_an_answer_waits {
    ($book:ident) => {{
        let store = store();
        let registry = open(&store);
        let book = registry.client().get_or_create::<$book>("parts");
        let conn = book.connect();
        let (tell, mut added) = heard();
        conn.on(move |event: Added| tell.send(event.0).unwrap());
        conn.sum().await.unwrap();

        let hold = store.hold_batches();
        let (mut adds, mut parts) = (pin!(conn.add(1)), pin!(book.part()));
        assert!(poll!(&mut adds).is_pending());
        pass_s(1).await;
        assert!(poll!(&mut parts).is_pending());
        pass_s(1).await;
        assert!(poll!(&mut adds).is_pending());
        drop(hold);
        assert_eq!(adds.await.unwrap(), 1);
        parts.await.unwrap();
        pass_s(1).await;
        added.so_far()
    }};
}

#[tokio::test(start_paused = true)]
async fn a_close_waits_for_what_was_sent_before_it() {
    assert_eq!(part_while_an_answer_waits!(Book), [1, 1]);
    assert_eq!(part_while_an_answer_waits!(StrictBook), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn with_output_a_close_is_void_that_speaks_of_what_could_not_be_saved() {
    let store = store();
    let registry = open(&store);
    let book = registry.client().get_or_create::<StrictBook>("void");
    let conn = book.connect();
    conn.add(1).await.unwrap();
    let id = conn.id();
    store.fail_batches(1);
    assert!(failed(book.part().await));
    pass_s(1).await;
    assert_eq!((conn.sum().await.unwrap(), conn.id()), (1, id));
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

/// What ends before a turn that awaits does not wait for its end, and yet there is no save for each such turn.
#[tokio::test(start_paused = true)]
async fn of_turns_that_await_one_save_is_under_way_and_one_waits() {
    for count in [1, 10, 200] {
        let store = store();
        let registry = open(&store);
        let book = registry.client().get_or_create::<Book>("await");
        book.sum().await.unwrap();
        let before = store.commits();
        let hold = store.hold_batches();
        let mut first = pin!(book.add(1));
        assert!(poll!(&mut first).is_pending());
        store.batches_reach(store.batches() + 1).await;
        let mut adds = pin!(join_all((0..count).map(|_| book.add_slowly(1))));
        let mut rings = pin!(join_all((0..count).map(|_| book.ring_later_slowly(60_000))));
        assert!(poll!(&mut adds).is_pending() && poll!(&mut rings).is_pending());
        pass_s(1).await;
        let mut last = pin!(book.add_in_a_second(1));
        assert!(poll!(&mut last).is_pending());
        drop(hold);
        let others = async { (first.await.unwrap(), adds.await, rings.await) };
        let soon = timeout(Duration::from_millis(500), others).await;
        let (first, adds, rings) = soon.expect("the turn that goes on holds nobody up");
        assert_eq!(adds.into_iter().map(Result::unwrap).max(), Some(first + count));
        assert!(rings.into_iter().all(|set| set.is_ok()));
        assert_eq!(store.commits() - before, 2, "the first one's, and that of all others");
        assert_eq!(last.await.unwrap(), 2 + count);
        assert_eq!(store.commits() - before, 3);
        pass_s(120).await;
        assert_eq!(open(&store).client().get::<Book>("await").rings().await.unwrap(), count);
    }
}

/// What is handed to the store grows with what has changed, and not with how often that was tried to be saved.
#[tokio::test(start_paused = true)]
async fn each_change_is_handed_to_the_store_once() {
    let ledger = Ledger::default();
    let registry = Registry::new().register::<Book>().store(ledger.clone());
    let book = registry.client().get_or_create::<Book>("once");
    let sets = join_all((0..500).map(|_| book.ring_later_slowly(60_000))).await;
    assert!(sets.into_iter().all(|set| set.is_ok()));
    assert_eq!(ledger.alarm_changes(), 500);
    pass_s(120).await;
    assert_eq!(book.rings().await.unwrap(), 500);
    assert_eq!(ledger.alarm_changes(), 1_000, "each has rung");
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

/// What the tests above rely on.
#[tokio::test]
async fn a_store_in_an_arc_is_that_store() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let registry = Registry::new().register::<Book>().store(Arc::clone(&store));
    registry.client().get_or_create::<Book>("arc").add(1).await.unwrap();
    assert_eq!(store.list("book", None, usize::MAX).await.unwrap().len(), 1);
}
