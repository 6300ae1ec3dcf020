//! The commit that ends an actor.

use super::*;

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
