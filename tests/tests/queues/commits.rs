//! What is saved when, and what becomes of it if it is not.

use super::*;

#[tokio::test]
async fn a_stop_tells_who_waits_that_the_message_is_still_there() {
    for network in [false, true] {
        let store = Arc::new(MemoryStore::new());
        let registry = open(Arc::clone(&store));
        let world = if network { World::network(registry).await } else { World::in_process(registry) };
        let shop = world.client.get_or_create::<Shop>("stopped");
        let waiting = {
            let shop = shop.clone();
            tokio::spawn(async move { shop.send_and_wait(letter(9), Duration::MAX).await })
        };
        while shop.peek().await.unwrap().is_none() {}
        world.stop().await;
        assert_eq!(code(waiting.await.unwrap()), "queue.not_handled_yet");
        let world = World::in_process(open(store));
        let shop = world.client.get::<Shop>("stopped");
        assert_eq!(shop.read_letter().await.unwrap(), Some(9));
        world.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_there_and_acknowledged_once_it_is_saved() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("saved");
    assert_eq!(shop.peek().await.unwrap(), None);

    let hold = store.hold_batches();
    let mut sending = pin!(shop.send(letter(1)));
    assert!(poll!(&mut sending).is_pending());
    pass_s(5).await;
    assert!(poll!(&mut sending).is_pending());
    assert_eq!(shop.peek().await.unwrap(), None);
    drop(hold);
    sending.await.unwrap();
    assert_eq!(shop.peek().await.unwrap(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn messages_that_come_together_share_a_commit() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("group");
    shop.peek().await.unwrap();
    let hold = store.hold_batches();
    let mut first = pin!(shop.send(letter(0)));
    assert!(poll!(&mut first).is_pending());
    store.batches_reach(store.batches() + 1).await;
    let before = store.batches();
    let mut rest = pin!(join_all((1..100).map(|n| shop.send(letter(n)))));
    assert!(poll!(&mut rest).is_pending());
    drop(hold);
    first.await.unwrap();
    assert!(rest.await.iter().all(Result::is_ok));
    assert_eq!(store.batches() - before, 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_could_not_be_saved_is_an_error_and_is_not_there() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("failed");
    shop.write_to_itself(1).await.unwrap();
    store.fail_batches(1);
    assert_eq!(code(shop.send(letter(2)).await), "rivetkit.internal_error");
    assert_eq!(shop.letters().await.unwrap(), [1], "nothing else is taken back");
    shop.send(letter(3)).await.unwrap();
    for n in [Some(1), Some(3), None] {
        assert_eq!(shop.read_letter().await.unwrap(), n);
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_leaves_once_it_is_saved_that_the_message_was_handled() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("response");
    let mut waiting = pin!(shop.send_and_wait(letter(1), Duration::MAX));
    while shop.peek().await.unwrap().is_none() {
        assert!(poll!(&mut waiting).is_pending());
    }
    let (hold, before) = (store.hold_batches(), store.commits());
    let mut reading = pin!(shop.read_letter());
    assert!(poll!(&mut reading).is_pending());
    pass_s(5).await;
    assert!(poll!(&mut waiting).is_pending());
    drop(hold);
    assert_eq!(waiting.await.unwrap().as_deref(), Some("read 1"));
    assert_eq!(reading.await.unwrap(), Some(1));
    assert_eq!(store.commits() - before, 1, "what was done, and that it was");
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_saved_is_handled_again_and_its_effect_is_there_once() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("again");
    let mut waiting = pin!(shop.send_and_wait(letter(1), Duration::MAX));
    while shop.peek().await.unwrap().is_none() {
        assert!(poll!(&mut waiting).is_pending());
    }
    for _ in 0..3 {
        store.fail_batches(1);
        shop.read_letter().await.unwrap_err();
        assert!(poll!(&mut waiting).is_pending());
        assert_eq!(shop.letters().await.unwrap(), [0_u32; 0]);
    }
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    assert_eq!(waiting.await.unwrap().as_deref(), Some("read 1"));
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.letters().await.unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_run_loop_handles_again_what_could_not_be_saved() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("loop");
    shop.jobs().await.unwrap();
    let hold = store.hold_batches();
    let mut waiting = pin!(shop.send_and_wait(Job(1), Duration::MAX));
    assert!(poll!(&mut waiting).is_pending());
    store.batches_reach(store.batches() + 1).await;
    // The message itself is in the batch that is held; these are its handling.
    store.fail_batches(2);
    drop(hold);
    assert_eq!(waiting.await.unwrap(), Some(1));
    assert_eq!(shop.jobs().await.unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn what_was_saved_without_anybody_hearing_of_it_is_not_handled_again() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("lost");
    let mut waiting = pin!(shop.send_and_wait(letter(1), Duration::MAX));
    while shop.peek().await.unwrap().is_none() {
        assert!(poll!(&mut waiting).is_pending());
    }
    store.lose_answers(1);
    shop.read_letter().await.unwrap_err();
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.letters().await.unwrap(), [1]);
    assert_eq!(code(waiting.await), "rivetkit.internal_error");
}

#[tokio::test(start_paused = true)]
async fn a_message_waits_for_no_turn() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("turns");
    // It has the actor to itself, and waits for the letter.
    let mut reading = pin!(shop.read_letter_and_wait_for_it());
    assert!(poll!(&mut reading).is_pending());
    pass_s(1).await;
    shop.send(letter(6)).await.unwrap();
    assert_eq!(reading.await.unwrap(), 6);
}

#[tokio::test(start_paused = true)]
async fn messages_that_come_while_an_actor_returns_to_its_saved_state_are_not_lost() {
    quiet_panics();
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("returning");
    shop.peek().await.unwrap();
    let mut sent = Vec::new();
    for n in 0..100 {
        let (panicked, letter) = tokio::join!(shop.read_letter_and_panic(), shop.send(letter(n)));
        panicked.unwrap_err();
        letter.unwrap();
        sent.push(n);
    }
    let mut read = Vec::new();
    while let Some(n) = shop.read_letter().await.unwrap() {
        read.push(n);
    }
    assert_eq!(read, sent);
}

#[tokio::test(start_paused = true)]
async fn a_relaxed_actor_saves_messages_at_once_and_what_is_done_with_them_by_the_clock() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<LazyShop>("lazy");
    shop.peek().await.unwrap();
    pass_s(60).await;

    let before = store.commits();
    shop.send(letter(1)).await.unwrap();
    assert_eq!(store.commits() - before, 1);
    shop.write_to_itself(2).await.unwrap();
    while store.commits() - before < 2 {
        pass(Duration::from_millis(1)).await;
    }
    let before = store.commits();
    let hold = store.hold_batches();
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    assert_eq!(shop.read_letter().await.unwrap(), Some(2));
    assert_eq!(store.commits(), before);
    drop(hold);
    pass_s(6).await;
    assert_eq!(store.commits() - before, 1);

    drop(registry);
    let registry = open(store);
    let shop = registry.client().get_or_create::<LazyShop>("lazy");
    assert_eq!((shop.peek().await.unwrap(), shop.letters().await.unwrap()), (None, vec![2, 1, 2]));
}
