//! What is saved when: an answer never says more than the store has.
#![allow(clippy::unwrap_used)]
#![allow(clippy::semicolon_if_nothing_returned)]

mod commits;
mod destroys;
mod failures;
mod ledger;
mod relaxed;
mod unchanged;

use std::{pin::pin, sync::Arc, time::Duration};

use callboard::{
    prelude::*,
    store::{MemoryStore, Store},
    testing::FaultyStore,
};
use callboard_tests::{heard, pass, pass_s};
use futures_util::{future::join_all, poll};
use tokio::time::{Instant, timeout};

use self::ledger::Ledger;

/// A number was added, and this is the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Added(u64);

/// An account book of this durability.
macro_rules! book {
    ($(#[$doc:meta])* $name:ident, $action:ident, #[actor($($options:tt)*)]) => {
        $(#[$doc])*
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            sum: u64,
            rings: u64,
            partings: u64,
        }

        #[actor(events(Added), $($options)*)]
        impl $name {
            #[on_connect]
            fn welcome(&self) {}

            #[action]
            fn add(&mut self, ctx: &Ctx<Self>, n: u64) -> u64 {
                self.sum += n;
                ctx.broadcast(&Added(self.sum));
                self.sum
            }

            /// Tells everybody, and sends them away.
            #[action]
            fn part(&mut self, ctx: &Ctx<Self>) {
                self.partings += 1;
                ctx.broadcast(&Added(self.sum));
                ctx.conns().for_each(|conn| conn.disconnect("closing time"));
            }

            #[action]
            async fn add_slowly(&mut self, ctx: &Ctx<Self>, n: u64) -> u64 {
                tokio::task::yield_now().await;
                self.add(ctx, n)
            }

            /// Changes something if it is another sum.
            #[action]
            fn set(&mut self, sum: u64) -> u64 {
                self.sum = sum;
                self.sum
            }

            #[action]
            async fn set_slowly(&mut self, sum: u64) -> u64 {
                tokio::task::yield_now().await;
                self.set(sum)
            }

            #[action]
            async fn set_and_save(&mut self, ctx: &Ctx<Self>, sum: u64) -> Result<u64, Fault> {
                self.sum = sum;
                ctx.save(self).await?;
                Ok(self.sum)
            }

            #[action]
            async fn add_in_a_second(&mut self, n: u64) -> u64 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                self.sum += n;
                self.sum
            }

            #[action]
            async fn add_saved_and_hang(&mut self, ctx: &Ctx<Self>, n: u64) {
                self.sum += n;
                ctx.save(self).await.unwrap();
                self.sum += n;
                ctx.broadcast(&Added(self.sum));
                std::future::pending().await
            }

            #[action]
            fn sum(&self) -> u64 {
                self.sum
            }

            #[action]
            async fn sum_slowly(&self) -> u64 {
                tokio::task::yield_now().await;
                self.sum
            }

            #[action]
            fn read_and_panic(&self) {
                panic!("only a read");
            }

            #[action]
            fn ring(&mut self) {
                self.rings += 1;
            }

            #[action]
            fn ring_later(&self, ctx: &Ctx<Self>, ms: u64) {
                ctx.after(Duration::from_millis(ms), $action::Ring {}).unwrap();
            }

            /// Changes nothing but its schedules.
            #[action]
            async fn ring_later_slowly(&mut self, ctx: &Ctx<Self>, ms: u64) {
                tokio::task::yield_now().await;
                ctx.after(Duration::from_millis(ms), $action::Ring {}).unwrap();
            }

            #[action]
            fn rings(&self) -> u64 {
                self.rings
            }

            #[action]
            fn destroy(&self, ctx: &Ctx<Self>) {
                ctx.destroy();
            }

            #[action]
            fn destroy_and_panic(&mut self, ctx: &Ctx<Self>) {
                ctx.destroy();
                panic!("after it asked for the end");
            }

            #[action]
            fn destroy_from_beside(&self, ctx: &Ctx<Self>) {
                let beside = ctx.clone();
                ctx.keep_awake(async move { beside.destroy() });
            }

            #[action]
            fn go_to_sleep(&self, ctx: &Ctx<Self>) {
                ctx.sleep();
            }
        }
    };
}

book!(
    /// Answers wait, events do not.
    Book,
    BookAction,
    #[actor(action_timeout = "2s")]
);
book!(
    /// Answers and events wait.
    StrictBook,
    StrictBookAction,
    #[actor(durability = "output", action_timeout = "2s")]
);
book!(
    /// Nothing waits, and connections do not keep it awake.
    DozyBook,
    DozyBookAction,
    #[actor(durability = "relaxed", save_interval = "1h", hibernate, sleep_timeout = "2s")]
);
book!(
    /// Nothing waits.
    LazyBook,
    LazyBookAction,
    #[actor(durability = "relaxed", save_interval = "5s", action_timeout = "2s", sleep_timeout = "1h")]
);

/// Greets everybody, and changes nothing for it. Events wait.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Porter {
    guests: u64,
}

#[actor(durability = "output", events(Added))]
impl Porter {
    #[on_connect]
    async fn greet(&self, conn: &Conn<Self>) {
        tokio::task::yield_now().await;
        conn.send(&Added(self.guests));
    }

    #[action]
    fn expect(&mut self, guests: u64) {
        self.guests += guests;
    }
}

/// Actors over a store that can be steered, and that outlives them.
fn open(store: &FaultyStore) -> Registry {
    Registry::new()
        .register::<Book>()
        .register::<StrictBook>()
        .register::<Porter>()
        .register::<LazyBook>()
        .register::<DozyBook>()
        .store(store.clone())
}

fn store() -> FaultyStore {
    FaultyStore::new(MemoryStore::new())
}

/// Whether the call ended with an error that tells nothing.
fn failed<T>(result: Result<T, CallError>) -> bool {
    result.is_err_and(|error| error.fault().is_some_and(|fault| fault.code() == "internal_error"))
}

fn not_found<T>(result: Result<T, CallError>) -> bool {
    result.is_err_and(|error| error.fault().is_some_and(|fault| fault.is("actor", "not_found")))
}

/// What a fresh registry finds in the store.
macro_rules! saved {
    ($store:expr, $book:ident, $key:literal) => {
        open(&$store).client().get::<$book>($key).sum().await.unwrap()
    };
}
use saved;
