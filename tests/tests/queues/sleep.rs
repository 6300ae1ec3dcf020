//! Messages keep actors awake, and wake them.

use super::*;

paused_world!(who_waits_does_so_for_as_long_as_was_said, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("hours");
    let began = tokio::time::Instant::now();
    let waited = shop.send_and_wait(letter(1), Duration::from_hours(3)).await.unwrap();
    assert_eq!((waited, began.elapsed()), (None, Duration::from_hours(3)));
});

paused_world!(
    a_message_that_is_not_waited_for_any_more_is_lost_by_nobody,
    registry(),
    async |world: &World| {
        let shop = world.client.get_or_create::<Shop>("select");
        assert_eq!(shop.next_letter_within(50).await.unwrap(), None);
        shop.send(letter(1)).await.unwrap();
        assert_eq!(shop.next_letter_within(50).await.unwrap(), Some(1));
        for n in 0..50 {
            let (read, sent) = tokio::join!(shop.next_letter_within(10), async {
                pass(Duration::from_millis(10)).await;
                shop.send(letter(n)).await
            });
            sent.unwrap();
            assert_eq!(read.unwrap().or(shop.read_letter().await.unwrap()), Some(n));
        }
    }
);

paused_world!(a_message_wakes_a_sleeping_actor, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("sleeper");
    assert_eq!(shop.wakes().await.unwrap(), 1);
    pass_s(60).await;
    // `#[run]` waits for messages, and does not keep it awake.
    assert_eq!(shop.send_and_wait(Job(1), SECOND).await.unwrap(), Some(1));
    assert_eq!(shop.wakes().await.unwrap(), 2);
});

paused_world!(a_message_that_is_taken_keeps_the_actor_awake, registry(), async |world: &World| {
    let shop = world.client.get_or_create::<Shop>("holding");
    shop.send(letter(1)).await.unwrap();
    shop.hold_letter("holding".to_owned()).await.unwrap();
    pass_s(600).await;
    shop.go_to_sleep().await.unwrap();
    pass_s(600).await;
    assert_eq!(shop.wakes().await.unwrap(), 1);
    release("holding");
    pass_s(600).await;
    assert_eq!((shop.wakes().await.unwrap(), shop.peek().await.unwrap()), (2, Some(1)));
});

paused_world!(
    who_waits_for_a_message_to_be_handled_keeps_the_actor_awake,
    registry(),
    async |world: &World| {
        let shop = world.client.get_or_create::<Shop>("waiting");
        let waited = shop.send_and_wait(letter(1), Duration::from_hours(1)).await.unwrap();
        assert_eq!((waited, shop.wakes().await.unwrap()), (None, 1));
        pass_s(60).await;
        assert_eq!((shop.wakes().await.unwrap(), shop.peek().await.unwrap()), (2, Some(1)));
    }
);

/// Takes its time over each job.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Slow {
    done: u32,
    wakes: u32,
}

#[actor(sleep_timeout = "10s", queues(Job))]
impl Slow {
    #[on_create]
    fn create(ctx: &Ctx<Self>) -> Result<Self, Fault> {
        ctx.queue::<Job>().send(Job(0))?;
        Ok(Self::default())
    }

    #[on_wake]
    fn wake(&mut self) {
        self.wakes += 1;
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        while let Some(job) = ctx.queue::<Job>().next().await {
            job.complete_with(|slow, _| slow.done += 1).await?;
            pass_s(60).await;
        }
        Ok(())
    }

    #[action]
    fn done(&self) -> (u32, u32) {
        (self.done, self.wakes)
    }
}

paused_world!(
    an_actor_does_not_sleep_while_messages_wait_for_its_run_hook,
    Registry::new().register::<Slow>().store(MemoryStore::new()),
    async |world: &World| {
        let slow = world.client.get_or_create::<Slow>("slow");
        for n in 0..5 {
            slow.send(Job(n)).await.unwrap();
        }
        pass_s(60 * 5 + 5).await;
        assert_eq!(slow.done().await.unwrap(), (6, 1), "one of them it has sent itself when it was made");
    }
);

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_message_keeps_an_actor_awake_that_was_about_to_sleep() {
    let store = store();
    let registry = open(store.clone()).limits(Limits::new().actors_awake(1));
    let client = registry.client();
    let shop = client.get_or_create::<LazyShop>("pushed");
    shop.send(letter(1)).await.unwrap();
    pass_s(60).await;
    // A change that is not saved yet: it is before the actor sleeps.
    assert_eq!(shop.read_letter().await.unwrap(), Some(1));
    let hold = store.hold_batches();
    let other = client.get_or_create::<Shop>("other");
    let mut other = pin!(other.wakes());
    assert!(poll!(&mut other).is_pending(), "the first is to sleep for this one");
    pass(Duration::from_millis(10)).await;
    let mut waiting = pin!(shop.send_and_wait(letter(2), Duration::MAX));
    assert!(poll!(&mut waiting).is_pending());
    drop(hold);
    assert_eq!(other.await.unwrap(), 1);
    pass_s(1).await;
    assert!(poll!(&mut waiting).is_pending());
    assert_eq!(shop.read_letter().await.unwrap(), Some(2));
    assert_eq!(waiting.await.unwrap().as_deref(), Some("read 2"));
}
