//! Queues: what is sent is saved, handed out in order, and handled at least once; what is done to the state with it,
//! exactly once.
#![allow(clippy::unwrap_used)]

use std::{pin::pin, sync::Arc, time::Duration};

use callboard::{
    Limits,
    prelude::*,
    store::{MemoryStore, Store},
    testing::FaultyStore,
};
use callboard_tests::{
    World, both_worlds, gate, note, noted, pass, pass_s, paused_world, quiet_panics, release,
};
use futures_util::{future::join_all, poll};

/// Work for whoever is on the bench.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Job(u32);

/// Something to be looked at when there is time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Letter {
    number: u32,
    text: String,
}

fn letter(number: u32) -> Letter {
    Letter { number, text: String::new() }
}

/// A workshop of this durability: jobs are handled as they come, letters when somebody asks for it.
macro_rules! workshop {
    ($(#[$doc:meta])* $name:ident, #[actor($($options:tt)*)]) => {
        $(#[$doc])*
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            jobs: Vec<u32>,
            letters: Vec<u32>,
            wakes: u32,
        }

        #[actor(queues(Job -> usize = "jobs", Letter -> String), $($options)*)]
        impl $name {
            #[on_wake]
            fn wake(&mut self) {
                self.wakes += 1;
            }

            #[run]
            async fn run(ctx: Ctx<Self>) {
                while let Some(job) = ctx.queue::<Job>().next().await {
                    let handled = job.complete_with(|shop, job| {
                        shop.jobs.push(job.0);
                        shop.jobs.len()
                    });
                    // If that fails, the job is handed out again.
                    drop(handled.await);
                }
            }

            #[action]
            fn jobs(&self) -> Vec<u32> {
                self.jobs.clone()
            }

            #[action]
            fn letters(&self) -> Vec<u32> {
                self.letters.clone()
            }

            #[action]
            fn wakes(&self) -> u32 {
                self.wakes
            }

            /// Looks at the first letter, and leaves it.
            #[action]
            fn peek(&self, ctx: &Ctx<Self>) -> Option<u32> {
                ctx.queue::<Letter>().try_next().map(|letter| letter.body.number)
            }

            #[action]
            fn read_letter(&mut self, ctx: &Ctx<Self>) -> Option<u32> {
                let letter = ctx.queue::<Letter>().try_next()?;
                let number = letter.body.number;
                self.letters.push(number);
                letter.complete(format!("read {number}"));
                Some(number)
            }

            #[action]
            fn read_letter_and_panic(&mut self, ctx: &Ctx<Self>) {
                self.read_letter(ctx);
                panic!("on purpose");
            }

            #[action]
            async fn read_letter_and_wait_for_it(&mut self, ctx: &Ctx<Self>) -> Result<u32, Fault> {
                let letter = ctx.queue::<Letter>().next().await.unwrap();
                let number = letter.body.number;
                self.letters.push(number);
                letter.complete(String::new()).await?;
                Ok(number)
            }

            #[action]
            async fn next_letter_within(&self, ctx: &Ctx<Self>, ms: u64) -> Option<u32> {
                let limit = Duration::from_millis(ms);
                let letter = tokio::time::timeout(limit, ctx.queue::<Letter>().next()).await.ok()??;
                let number = letter.body.number;
                letter.complete(String::new());
                Some(number)
            }

            /// Takes a letter, and drops it once it may.
            #[action]
            fn hold_letter(&self, ctx: &Ctx<Self>, until: String) {
                let letter = ctx.queue::<Letter>().try_next();
                ctx.clone().keep_awake(async move {
                    gate(&until).notified().await;
                    drop(letter);
                });
            }

            /// Two who read letters side by side, and write down which.
            #[action]
            fn employ_two(&self, ctx: &Ctx<Self>, page: String) {
                for name in ["one", "two"] {
                    let (letters, page) = (ctx.queue::<Letter>(), page.clone());
                    ctx.wait_until(async move {
                        while let Some(letter) = letters.next().await {
                            tokio::task::yield_now().await;
                            note(&page, format!("{name}: {}", letter.body.number));
                            letter.complete(String::new()).await.unwrap();
                        }
                        note(&page, "home");
                    });
                }
            }

            #[action]
            fn write_to_itself(&mut self, ctx: &Ctx<Self>, number: u32) -> Option<String> {
                self.letters.push(number);
                ctx.queue::<Letter>().send(letter(number)).err().map(|fault| fault.to_string())
            }

            #[action]
            fn write_to_itself_and_panic(&mut self, ctx: &Ctx<Self>, number: u32) {
                assert_eq!(self.write_to_itself(ctx, number), None);
                panic!("on purpose");
            }

            /// Sends itself a letter as its clients do, in the middle of a turn.
            #[action]
            async fn write_as_a_client(&mut self, ctx: &Ctx<Self>, wait: bool) -> Result<String, Fault> {
                let me = ctx.client().get::<Self>(ctx.key());
                let sent = if wait {
                    me.send_and_wait(letter(1), Duration::MAX).await.map(Option::unwrap_or_default)
                } else {
                    me.send(letter(1)).await.map(|()| String::new())
                };
                Ok(sent.unwrap_or_else(|error| error.to_string()))
            }

            #[action]
            fn go_to_sleep(&self, ctx: &Ctx<Self>) {
                ctx.sleep();
            }

            #[action]
            fn destroy(&self, ctx: &Ctx<Self>) {
                ctx.destroy();
            }
        }
    };
}

workshop!(
    /// Answers wait until they are saved.
    Shop,
    #[actor(sleep_timeout = "10s")]
);
workshop!(
    /// Nothing waits.
    LazyShop,
    #[actor(durability = "relaxed", save_interval = "5s", sleep_timeout = "1h")]
);
workshop!(
    /// Nothing is saved.
    PopUpShop,
    #[actor(ephemeral)]
);

fn registry() -> Registry {
    open(MemoryStore::new())
}

fn open(store: impl Store) -> Registry {
    Registry::new().register::<Shop>().register::<LazyShop>().register::<PopUpShop>().store(store)
}

fn store() -> FaultyStore {
    FaultyStore::new(MemoryStore::new())
}

const SECOND: Duration = Duration::from_secs(1);

/// The code of the fault that a call ended with.
fn code<T: std::fmt::Debug>(result: Result<T, CallError>) -> String {
    let error = result.unwrap_err();
    let fault = error.fault().unwrap_or_else(|| panic!("{error}"));
    format!("{}.{}", fault.group(), fault.code())
}

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

both_worlds!(
    a_full_queue_refuses_the_next_message_and_no_other,
    registry().limits(Limits::new().queued_messages(3)),
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
    registry().limits(Limits::new().queued_message(100)),
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

/// Begins to work once it may, which is noted outside of its state.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Late {
    done: Vec<u32>,
}

#[actor(queues(Job))]
impl Late {
    #[run]
    async fn run(ctx: Ctx<Self>) {
        let page = ctx.key().to_string();
        gate(&page).notified().await;
        while let Some(job) = ctx.queue::<Job>().next().await {
            let page = page.clone();
            let handled = job.complete_with(move |late, job| {
                late.done.push(job.0);
                note(&page, format!("{:?}", late.done));
            });
            drop(handled.await);
        }
    }

    #[action]
    fn done(&self) -> Vec<u32> {
        self.done.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_left_in_a_queue_is_handled_after_a_restart_without_anybody_asking() {
    let store = Arc::new(MemoryStore::new());
    let open = || Registry::new().register::<Late>().store(Arc::clone(&store));
    let keys = ["late 1", "late 2", "late 3"];
    let first = open();
    for key in keys {
        let late = first.client().get_or_create::<Late>(key);
        for n in 1..=3 {
            late.send(Job(n)).await.unwrap();
        }
    }
    first.stop().await;
    drop(first);

    let second = World::network(open()).await;
    for key in keys {
        release(key);
    }
    pass_s(1).await;
    for key in keys {
        assert_eq!(noted(key), ["[1]", "[1, 2]", "[1, 2, 3]"]);
        assert_eq!(second.client.get::<Late>(key).done().await.unwrap(), [1, 2, 3]);
    }
    second.stop().await;
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

/// Lets in who knows the word.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Club;

#[derive(Debug, thiserror::Error, ActorError)]
enum Refusal {
    #[error("say the word")]
    WrongWord,
}

#[actor(queues(Letter))]
impl Club {
    #[on_before_connect]
    fn admit(&self, word: Option<String>) -> Result<(), Refusal> {
        if word.as_deref() == Some("please") { Ok(()) } else { Err(Refusal::WrongWord) }
    }
}

both_worlds!(
    who_is_not_let_in_sends_nothing,
    Registry::new().register::<Club>().store(MemoryStore::new()),
    async |world: &World| {
        let club = world.client.get_or_create::<Club>("door");
        let wrong = club.with_params(Some("now".to_owned())).unwrap();
        assert_eq!(code(wrong.send(letter(1)).await), "user.wrong_word");
        let conn = club.connect(Some("now".to_owned()));
        assert_eq!(code(conn.send(letter(1)).await), "user.wrong_word");
        if world.url.is_some() {
            assert_eq!(code(club.send(letter(1)).await), "user.wrong_word");
        }
        let right = club.with_params(Some("please".to_owned())).unwrap();
        right.send(letter(1)).await.unwrap();
        club.connect(Some("please".to_owned())).send(letter(1)).await.unwrap();
    }
);

/// An earlier version of an actor, whose messages had no text.
mod earlier {
    use super::*;

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) struct Letter(pub u32);

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub struct Shop {
        jobs: Vec<u32>,
        letters: Vec<u32>,
        wakes: u32,
    }

    #[actor(queues(Letter -> String, Job -> usize = "jobs", #[cfg(all())] String = "closed"))]
    impl Shop {
        #[action]
        fn peek(&self, ctx: &Ctx<Self>) -> Option<u32> {
            ctx.queue::<Letter>().try_next().map(|letter| letter.body.0)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn messages_of_another_version_stay_where_they_are() {
    let store = Arc::new(MemoryStore::new());
    let first = Registry::new().register::<earlier::Shop>().store(Arc::clone(&store));
    let shop = first.client().get_or_create::<earlier::Shop>("versions");
    shop.send(earlier::Letter(1)).await.unwrap();
    shop.send("to a queue that is no more".to_owned()).await.unwrap();
    shop.send(Job(2)).await.unwrap();
    first.stop().await;

    let second = open(Arc::clone(&store));
    let shop = second.client().get::<Shop>("versions");
    shop.send(letter(3)).await.unwrap();
    assert_eq!(shop.read_letter().await.unwrap(), Some(3));
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.send_and_wait(Job(4), SECOND).await.unwrap(), Some(2));
    second.stop().await;

    let third = Registry::new().register::<earlier::Shop>().store(store);
    assert_eq!(third.client().get::<earlier::Shop>("versions").peek().await.unwrap(), Some(1));
}
