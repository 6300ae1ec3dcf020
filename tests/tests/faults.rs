//! What goes wrong in an actor costs one call: panics, actions without an end, callers that go away, starts that
//! fail.
#![allow(clippy::unwrap_used)]
#![allow(clippy::semicolon_if_nothing_returned)]

use std::{collections::BTreeSet, time::Duration};

use callboard::{client::Status, prelude::*};
use callboard_tests::{
    World, both_worlds, gate, note, noted, pass, pass_s, paused_world, quiet_panics, release, taken_back,
};
use futures_util::future::join_all;
use tokio::time::Instant;

/// Breaks now and then.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Fragile {
    numbers: BTreeSet<u32>,
}

#[actor(action_timeout = "2s")]
impl Fragile {
    #[on_wake]
    fn wake(&self, ctx: &Ctx<Self>) {
        assert!(noted(&format!("broken {}", ctx.key())).is_empty(), "SECRET, on purpose: it is broken");
    }

    #[action]
    fn add(&mut self, n: u32) -> u32 {
        self.numbers.insert(n);
        assert_ne!(n % 100, 7, "SECRET, on purpose: an unlucky number");
        n
    }

    #[action]
    async fn add_slowly(&mut self, n: u32) -> u32 {
        self.numbers.insert(n);
        tokio::task::yield_now().await;
        assert_ne!(n % 100, 7, "SECRET, on purpose: an unlucky number");
        n
    }

    #[action]
    fn numbers(&self) -> BTreeSet<u32> {
        self.numbers.clone()
    }

    #[action]
    async fn read_and_panic(&self) {
        tokio::task::yield_now().await;
        panic!("SECRET, on purpose: only a read");
    }

    #[action]
    async fn add_and_hang(&mut self, n: u32) {
        self.numbers.insert(n);
        std::future::pending().await
    }

    #[action]
    async fn read_and_hang(&self) {
        std::future::pending().await
    }

    #[action]
    async fn add_at_the_gate(&mut self, n: u32, until: String) {
        release(&format!("{until} has come"));
        gate(&until).notified().await;
        self.numbers.insert(n);
    }

    #[action]
    fn go_to_sleep(&self, ctx: &Ctx<Self>) {
        ctx.sleep();
    }
}

fn registry() -> Registry {
    quiet_panics();
    Registry::new().in_memory().register::<Fragile>().register::<Restless>()
}

fn fragile(world: &World, key: &str) -> FragileHandle {
    world.client.get_or_create::<Fragile>(key)
}

fn code<E>(error: &CallError<E>) -> &str {
    error.fault().map_or("no fault", Fault::code)
}

both_worlds!(
    when_one_call_of_a_hundred_panics_every_call_is_answered_and_what_succeeded_is_the_state,
    registry(),
    async |world: &World| {
        let fragile = fragile(world, "hundred");
        let conn = fragile.connect();
        conn.opened().await.unwrap();
        let id = conn.id();
        let calls = (0..400).map(|n: u32| {
            let (fragile, conn) = (fragile.clone(), conn.clone());
            tokio::spawn(async move {
                let result = match n % 4 {
                    0 => fragile.add(n).await,
                    1 => fragile.add_slowly(n).await,
                    2 => conn.add(n).await,
                    _ => conn.add_slowly(n).await,
                };
                (n, result)
            })
        });
        let mut succeeded = BTreeSet::new();
        let mut panicked = 0;
        for call in join_all(calls).await {
            match call.unwrap() {
                (n, Ok(answer)) => {
                    assert_eq!(answer, n);
                    succeeded.insert(n);
                }
                (n, Err(error)) if n % 100 == 7 => {
                    assert_eq!(code(&error), "internal_error");
                    assert!(!format!("{error:?}").contains("SECRET"));
                    panicked += 1;
                }
                // It ran, but was not on its way to the store when a panic after it spoilt the state.
                (_, Err(error)) => assert_eq!(code(&error), "rolled_back"),
            }
        }
        assert_eq!(panicked, 4);
        assert!(succeeded.len() > 200);
        assert_eq!(fragile.numbers().await.unwrap(), succeeded);
        assert_eq!((conn.status(), conn.id()), (Status::Connected, id), "the connection is the same");
    }
);

paused_world!(a_panicking_read_costs_that_read_alone, registry(), async |world: &World| {
    let fragile = fragile(world, "read");
    fragile.add(1).await.unwrap();
    let (first, second, third) =
        tokio::join!(fragile.add(2), fragile.read_and_panic(), fragile.add_slowly(3));
    assert_eq!(code(&second.unwrap_err()), "internal_error");
    first.unwrap();
    third.unwrap();
    assert_eq!(fragile.numbers().await.unwrap(), [1, 2, 3].into());
});

paused_world!(
    an_action_without_an_end_is_given_up_and_what_it_did_is_taken_back,
    registry(),
    async |world: &World| {
        let fragile = fragile(world, "hang");
        fragile.add(1).await.unwrap();
        let before = Instant::now();
        let (hung, next, last) = tokio::join!(fragile.add_and_hang(2), fragile.add(3), fragile.add_slowly(4));
        let fault = hung.unwrap_err().fault().cloned().unwrap();
        assert!(fault.is("actor", "action_timed_out"), "{fault}");
        next.unwrap();
        last.unwrap();
        assert_eq!(before.elapsed().as_secs(), 2);
        assert_eq!(fragile.numbers().await.unwrap(), [1, 3, 4].into());
    }
);

both_worlds!(a_panic_in_the_middle_of_a_line_costs_no_call_but_its_own, registry(), async |world: &World| {
    let until = format!("line{}", world.url.clone().unwrap_or_default());
    let fragile = fragile(world, "line");
    let conn = fragile.connect();
    let has_come = gate(&format!("{until} has come"));
    // All of them wait behind one that holds its actor, and then run one after the other.
    let first = conn.add_at_the_gate(0, until.clone());
    let line = join_all((1..20).map(|n| conn.add(n)));
    let open = async {
        has_come.notified().await;
        release(&until);
    };
    let (first, line, ()) = tokio::join!(first, line, open);
    first.unwrap();
    for (n, answer) in (1..20).zip(line) {
        if n == 7 {
            assert_eq!(code(&answer.unwrap_err()), "internal_error");
        } else {
            // What ran before the panic and was not saved yet is taken back with it, and says so.
            assert!(
                answer.as_ref().is_ok_and(|sum| *sum == n) || answer.is_err_and(|error| taken_back(&error))
            );
        }
    }
    let numbers = fragile.numbers().await.unwrap();
    assert!(numbers.is_superset(&(8..20).collect()), "{numbers:?}");
    assert!(!numbers.contains(&7), "{numbers:?}");
});

paused_world!(a_read_without_an_end_is_given_up_alone, registry(), async |world: &World| {
    let fragile = fragile(world, "hanging read");
    let (hung, next) = tokio::join!(fragile.read_and_hang(), fragile.numbers());
    assert!(hung.unwrap_err().fault().unwrap().is("actor", "action_timed_out"));
    next.unwrap();
    fragile.add(1).await.unwrap();
    assert_eq!(fragile.numbers().await.unwrap(), [1].into());
});

both_worlds!(a_caller_that_goes_away_does_not_stop_its_action, registry(), async |world: &World| {
    let port = world.url.clone().unwrap_or_default();
    let fragile = fragile(world, "gone");
    let until = format!("gone{port}");
    let has_come = gate(&format!("{until} has come"));
    let call = tokio::spawn({
        let (fragile, until) = (fragile.clone(), until.clone());
        async move { fragile.add_at_the_gate(1, until).await }
    });
    has_come.notified().await;
    call.abort();
    call.await.unwrap_err();
    release(&until);
    while fragile.numbers().await.unwrap() != [1].into() {}

    let conn = fragile.connect();
    let call = tokio::spawn({
        let until = until.clone();
        async move { conn.add_at_the_gate(2, until).await }
    });
    has_come.notified().await;
    // With the connection, which nobody else has.
    call.abort();
    call.await.unwrap_err();
    release(&until);
    while fragile.numbers().await.unwrap() != [1, 2].into() {}
});

paused_world!(
    an_actor_that_cannot_wake_is_left_alone_for_longer_each_time,
    registry(),
    async |world: &World| {
        let broken = fragile(world, "in pieces");
        broken.add(1).await.unwrap();
        broken.go_to_sleep().await.unwrap();
        pass_s(1).await;
        note("broken in pieces", "yes");
        assert_eq!(code(&broken.numbers().await.unwrap_err()), "internal_error");
        let mut pauses = vec![];
        for failures in 1..=4 {
            let fault = broken.numbers().await.unwrap_err().fault().cloned().unwrap();
            assert!(fault.is("actor", "backing_off"), "{fault}");
            let metadata = fault.metadata().unwrap();
            assert_eq!(metadata["failures"], failures);
            let pause = Duration::from_millis(metadata["retryAfterMs"].as_u64().unwrap());
            assert_eq!(fragile(world, "whole").add(failures).await.unwrap(), failures, "others go on");
            pass(pause + Duration::from_millis(1)).await;
            pauses.push(pause);
            assert_eq!(code(&broken.numbers().await.unwrap_err()), "internal_error", "it is tried again");
        }
        assert!(pauses.is_sorted_by(|a, b| a < b), "{pauses:?}");
    }
);

paused_world!(an_actor_that_was_repaired_wakes_with_its_state, registry(), async |world: &World| {
    let broken = fragile(world, "repaired");
    note("broken repaired", "yes");
    assert_eq!(code(&broken.add(1).await.unwrap_err()), "internal_error");
    pass_s(1).await;
    callboard_tests::forget("broken repaired");
    assert_eq!(broken.add(2).await.unwrap(), 2);
    assert_eq!(broken.numbers().await.unwrap(), [2].into());
    assert_eq!(world.client.get::<Fragile>("repaired").numbers().await.unwrap(), [2].into());
});

/// Has code beside its turns that breaks.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Restless {
    turns: u32,
}

#[actor]
impl Restless {
    #[run]
    async fn run(ctx: Ctx<Self>) {
        for n in 1..=3 {
            let turn = ctx.turn(move |restless| {
                restless.turns += 1;
                assert_ne!(n, 2, "in a turn");
                restless.turns
            });
            note(
                &ctx.key().to_string(),
                turn.await.map_or_else(|fault| fault.code().to_owned(), |n| n.to_string()),
            );
        }
    }

    #[action]
    fn turns(&self) -> u32 {
        self.turns
    }
}

paused_world!(a_turn_that_panics_is_taken_back_and_says_so, registry(), async |world: &World| {
    let restless = world.client.get_or_create::<Restless>("restless");
    restless.turns().await.unwrap();
    pass_s(1).await;
    assert_eq!(noted("restless"), ["1", "internal_error", "2"]);
    assert_eq!(restless.turns().await.unwrap(), 2);
});
