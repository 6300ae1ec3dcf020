//! How much a queue holds, and how much a message.

use super::*;

both_worlds!(
    a_full_queue_refuses_the_next_message_and_no_other,
    registry().limits(Limits::new().queue_depth(3)),
    async |world: &World| {
        let shop = world.client.get_or_create::<Shop>("full");
        for n in 0..3 {
            shop.send(letter(n)).await.unwrap();
        }
        assert_eq!(code(shop.send(letter(3)).await), "queue.full");
        assert_eq!(shop.send_and_wait(Job(1), 5 * SECOND).await.unwrap(), Some(1), "another queue");
        // Whoever has a message may give it back.
        let key = format!("full {}", world.url.is_some());
        shop.hold_letter(key.clone()).await.unwrap();
        assert_eq!(code(shop.send(letter(3)).await), "queue.full");
        let refused = shop.write_to_itself(3).await.unwrap();
        assert!(refused.is_some_and(|refused| refused.contains("queue.full")));
        release(&key);
        assert!(shop.read_letter().await.unwrap().is_some());
        shop.send(letter(3)).await.unwrap();
        assert_eq!(code(shop.send(letter(4)).await), "queue.full");
    }
);

both_worlds!(
    a_message_may_have_so_many_bytes_and_no_more,
    registry().limits(Limits::new().queued_message_bytes(100)),
    async |world: &World| {
        let shop = world.client.get_or_create::<Shop>("large");
        // In CBOR, all else has 16 of them.
        let fitting = |more: usize| Letter { number: 1, text: "x".repeat(100 - 16 + more) };
        shop.send(fitting(0)).await.unwrap();
        for more in [1, 10, 1_000, 100_000] {
            assert_eq!(code(shop.send(fitting(more)).await), "queue.message_too_large", "{more}");
        }
        assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    }
);
