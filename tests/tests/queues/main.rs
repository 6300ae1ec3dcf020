//! Queues: what is sent is saved, handed out in order, and handled at least once; what is done to the state with it,
//! exactly once.
#![allow(clippy::unwrap_used)]

mod admission;
mod backlog;
mod bounds;
mod commits;
mod messages;
mod restarts;
mod sleep;

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
