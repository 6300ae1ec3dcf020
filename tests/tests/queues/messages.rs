//! Messages: who gets them, in which order, and who hears that they are handled.

use super::*;

both_worlds!(who_waits_gets_what_a_message_was_completed_with, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("responses");
    assert_eq!(shop.send_and_wait(Job(7), 5 * SECOND).await.unwrap(), Some(1));
    assert_eq!(shop.send_and_wait(Job(8), Duration::MAX).await.unwrap(), Some(2));
    assert_eq!(shop.jobs().await.unwrap(), [7, 8]);
});

both_worlds!(a_connection_sends_too, registry(), async |world: &World| {
    let conn = world.client.get_or_create::<Shop>("conn").connect();
    assert_eq!(conn.send_and_wait(Job(7), 5 * SECOND).await.unwrap(), Some(1));
    conn.send(letter(3)).await.unwrap();
    assert_eq!(conn.peek().await.unwrap(), Some(3));
});

both_worlds!(what_nobody_handles_in_time_stays_in_the_queue, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("late");
    assert_eq!(shop.send_and_wait(letter(1), Duration::from_millis(20)).await.unwrap(), None);
    assert_eq!(shop.send_and_wait(letter(2), Duration::ZERO).await.unwrap(), None);
    let (letter, read) = tokio::join!(shop.send_and_wait(letter(3), 5 * SECOND), async {
        loop {
            match shop.read_letter().await.unwrap() {
                Some(3) => return shop.letters().await.unwrap(),
                _ => tokio::task::yield_now().await,
            }
        }
    });
    assert_eq!((letter.unwrap().as_deref(), read), (Some("read 3"), vec![1, 2, 3]));
});

both_worlds!(messages_are_handed_out_in_the_order_sent, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("order");
    for n in 0..50 {
        shop.send(Job(n)).await.unwrap();
        shop.send(letter(n)).await.unwrap();
    }
    for n in 0..50 {
        assert_eq!(shop.read_letter().await.unwrap(), Some(n));
    }
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.send_and_wait(Job(50), 5 * SECOND).await.unwrap(), Some(51));
    assert_eq!(shop.jobs().await.unwrap(), (0..=50).collect::<Vec<_>>());
});

both_worlds!(a_message_that_is_dropped_comes_back_to_its_place, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("dropped");
    for n in 1..=3 {
        shop.send(letter(n)).await.unwrap();
    }
    let key = format!("dropped {}", world.url.is_some());
    shop.hold_letter(key.clone()).await.unwrap();
    assert_eq!(shop.peek().await.unwrap(), Some(2), "the first is somebody's");
    release(&key);
    while shop.peek().await.unwrap() == Some(2) {
        tokio::task::yield_now().await;
    }
    for n in 1..=3 {
        assert_eq!(shop.read_letter().await.unwrap(), Some(n));
    }
    assert_eq!(shop.peek().await.unwrap(), None);
});

both_worlds!(a_turn_that_panics_handles_and_sends_nothing, registry(), async |world: &World| {
    quiet_panics();
    let shop = world.client.get_or_create::<Shop>("panics");
    shop.send(letter(1)).await.unwrap();
    shop.read_letter_and_panic().await.unwrap_err();
    shop.write_to_itself_and_panic(2).await.unwrap_err();
    assert_eq!(shop.letters().await.unwrap(), [0_u32; 0]);
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.letters().await.unwrap(), [1]);
});

both_worlds!(an_actor_sends_itself_messages, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("itself");
    assert_eq!(shop.write_to_itself(5).await.unwrap(), None);
    assert_eq!(shop.read_letter().await.unwrap(), Some(5));
    assert_eq!(shop.write_as_a_client(false).await.unwrap(), "");
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
});

both_worlds!(who_waits_for_itself_is_told_so, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("deadlock");
    let refused = shop.write_as_a_client(true).await.unwrap();
    assert!(refused.contains("actor.deadlock"), "{refused}");
    assert_eq!(shop.peek().await.unwrap(), None);
});

both_worlds!(a_completion_is_not_waited_for_in_its_own_turn, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("in turn");
    shop.send(letter(4)).await.unwrap();
    assert_eq!(shop.read_letter_and_wait_for_it().await.unwrap(), 4);
    assert_eq!(shop.letters().await.unwrap(), [4]);
});

both_worlds!(a_destroyed_actor_takes_its_messages_along, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("destroyed");
    shop.send(letter(1)).await.unwrap();
    let (waited, ()) = tokio::join!(shop.send_and_wait(letter(2), Duration::MAX), async {
        while shop.peek().await.unwrap() != Some(1) || shop.read_letter().await.unwrap() != Some(1) {}
        while shop.peek().await.unwrap() != Some(2) {}
        shop.destroy().await.unwrap();
    });
    assert_eq!(code(waited), "queue.actor_destroyed");
    assert_eq!(shop.peek().await.unwrap(), None);
});

both_worlds!(who_goes_away_takes_no_message_along, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("gone");
    {
        let mut waiting = pin!(shop.send_and_wait(letter(1), Duration::MAX));
        while shop.peek().await.unwrap().is_none() {
            assert!(poll!(&mut waiting).is_pending());
        }
    }
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    assert_eq!(shop.letters().await.unwrap(), [1]);
});

both_worlds!(two_who_read_side_by_side_share_the_messages, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("two");
    let page = format!("two {}", world.url.is_some());
    shop.employ_two(page.clone()).await.unwrap();
    let letters = (0..100).map(|n| shop.send_and_wait(letter(n), 5 * SECOND));
    let handled: Vec<_> = join_all(letters).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(handled, vec![Some(String::new()); 100]);
    let mut read: Vec<u32> =
        noted(&page).iter().map(|line| line.split(' ').next_back().unwrap().parse().unwrap()).collect();
    read.sort_unstable();
    assert_eq!(read, (0..100).collect::<Vec<_>>());
    for name in ["one", "two"] {
        assert!(noted(&page).iter().any(|line| line.starts_with(name)), "{name} has read none");
    }
});

both_worlds!(an_actor_that_is_in_no_store_has_queues_too, registry(), async |world: &World| {
    quiet_panics();
    let shop = world.client.get_or_create::<PopUpShop>("pop-up");
    assert_eq!(shop.send_and_wait(Job(1), 5 * SECOND).await.unwrap(), Some(1));
    shop.send(letter(1)).await.unwrap();
    shop.write_to_itself(2).await.unwrap();
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    shop.write_to_itself_and_panic(3).await.unwrap_err();
    assert_eq!(shop.read_letter().await.unwrap(), Some(2), "a panic takes no message along that was there");
    assert_eq!(shop.read_letter().await.unwrap(), None);
});
