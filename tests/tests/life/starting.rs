//! Starts: an actor is started where it is needed first, and is nobody's part.

use std::{
    future::Future as _,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use callboard::store::MemoryStore;

use super::*;

/// Needs a while to be made, if its key says so.
#[derive(Debug, Default)]
struct Slow;

#[actor(ephemeral)]
impl Slow {
    #[on_create]
    async fn create(ctx: &Ctx<Self>) -> Self {
        let page = ctx.key().to_string();
        note(&page, "begun");
        if page.starts_with("slow") {
            gate(&page).notified().await;
        }
        note(&page, "made");
        Self
    }

    #[action]
    fn hello(&self) -> u32 {
        1
    }
}

/// A number that is not to be read.
#[derive(Debug)]
struct Unlucky;

impl Serialize for Unlucky {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(13)
    }
}

impl<'de> Deserialize<'de> for Unlucky {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("13 is read");
    }
}

#[derive(Debug, Default)]
struct Careless;

#[actor(ephemeral)]
impl Careless {
    #[on_create]
    fn create(_number: Unlucky) -> Self {
        Self
    }

    #[action]
    fn hello(&self) -> u32 {
        1
    }
}

/// Each needs the next one to be made.
#[derive(Debug, Default)]
struct Domino(u32);

#[actor(ephemeral)]
impl Domino {
    #[on_create]
    async fn create(ctx: &Ctx<Self>, left: u32) -> Result<Self, CallError> {
        if left == 0 {
            return Ok(Self(0));
        }
        let next = ctx.client().get_or_create_with::<Self>(left - 1, left - 1)?;
        Ok(Self(1 + next.count().await?))
    }

    #[action]
    fn count(&self) -> u32 {
        self.0
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_half_way_does_not_take_the_start_with_it() {
    let registry = Registry::new().in_memory().register::<Slow>();
    let slow = registry.client().get_or_create::<Slow>("slow start");
    {
        let call = pin!(slow.hello());
        assert!(call.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    release("slow start");
    assert_eq!(slow.hello().await.unwrap(), 1);
    assert_eq!(noted("slow start"), ["begun", "made"], "once");
    registry.stop().await;
}

#[tokio::test]
async fn a_start_that_waits_for_nothing_and_the_first_call_need_no_other_task() {
    let registry = Registry::new().in_memory().register::<Slow>();
    let quick = registry.client().get_or_create::<Slow>("quick start");
    let call = pin!(quick.hello());
    let Poll::Ready(answer) = call.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for another task");
    };
    assert_eq!(answer.unwrap(), 1);
    registry.stop().await;
}

#[tokio::test]
async fn a_panic_outside_of_an_actors_code_ends_its_start_and_reaches_no_caller() {
    let registry = Registry::new().store(Arc::new(MemoryStore::new())).register::<Careless>();
    let careless = registry.client().get_or_create_with::<Careless>("careless", Unlucky).unwrap();
    for _ in 0..2 {
        careless.hello().await.unwrap_err();
    }
    registry.stop().await;
}

/// On one stack they would not fit.
#[tokio::test]
async fn actors_whose_starts_need_each_other_are_started_however_many_they_are() {
    let registry = Registry::new().in_memory().register::<Domino>();
    let first = registry.client().get_or_create_with::<Domino>(300_u32, 300).unwrap();
    assert_eq!(first.count().await.unwrap(), 300);
    registry.stop().await;
}
