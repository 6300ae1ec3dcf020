// Check that a contract that is a trait is a whole actor: in a module of its own, known by the trait's name alone where
// it is implemented, twice, and called by its clients.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::similar_names, clippy::unnecessary_wraps)]

//! A contract and two actors.

/// What clients know.
pub mod shared {
    use callboard::prelude::*;

    /// What a counter is made from.
    #[derive(Clone, Debug, Serialize, Deserialize)]
    pub struct NewCounter {
        /// Where it begins.
        pub first: u64,
    }

    /// Who counts.
    #[derive(Clone, Debug, Serialize, Deserialize)]
    pub struct Join {
        /// The name.
        pub name: String,
    }

    /// The total has changed.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Changed {
        /// Who has changed it.
        pub by: String,
        /// What it is now.
        pub total: u64,
    }

    /// Why a total stays as it is.
    #[derive(Debug, PartialEq, thiserror::Error, ActorError)]
    pub enum CounterError {
        /// It is as high as it gets.
        #[error("it is at {limit}")]
        Full {
            /// How high.
            limit: u64,
        },
    }

    /// Counts.
    #[actor(name = "tally", events(Changed = "moved"), params = Join, input = NewCounter)]
    pub trait Counter {
        /// Adds to the total.
        #[action(name = "plus")]
        async fn add(&mut self, conn: &Conn<Self>, amount: u64) -> Result<u64, CounterError>;

        /// The total.
        fn total(&self) -> u64;

        fn undocumented(&self, _a: u8, r#type: Option<Vec<String>>);

        /// What it says of itself, if it says nothing else.
        async fn motto(&self, ctx: &Ctx<Self>) -> String {
            format!("{} of {}", self.total(ctx), Self::OPTIONS.sleep_timeout.as_secs())
        }

        /// Only where it can be.
        #[cfg(any())]
        fn nowhere(&self, absent: Absent) -> Absent;
    }
}

mod limited {
    use callboard::prelude::*;

    use crate::shared::{self, Counter};

    /// As high as 100.
    #[derive(Debug, Serialize, Deserialize)]
    pub(crate) struct Limited {
        total: u64,
    }

    #[actor(ephemeral, sleep_timeout = "7s")]
    impl Counter for Limited {
        #[on_create]
        fn create(input: shared::NewCounter) -> Self {
            Self { total: input.first }
        }

        #[on_before_connect]
        async fn admit(&mut self, params: shared::Join) -> String {
            params.name
        }

        async fn add(
            &mut self,
            ctx: &Ctx<Self>,
            conn: &Conn<Self>,
            amount: u64,
        ) -> Result<u64, shared::CounterError> {
            const LIMIT: u64 = 100;
            if self.total + amount > LIMIT {
                return Err(shared::CounterError::Full { limit: LIMIT });
            }
            self.total += amount;
            ctx.broadcast(&shared::Changed { by: conn.state().to_string(), total: self.total });
            Ok(self.total)
        }

        fn total(&self) -> u64 {
            self.total
        }

        #[action]
        fn undocumented(&self, _: &Ctx<Self>, a: u8, b: Option<Vec<String>>) {
            let _ = (a, b);
        }
    }
}

/// Counts nothing.
#[derive(Debug)]
struct Stopped;

#[callboard::actor(ephemeral)]
impl shared::Counter for Stopped {
    #[on_create]
    fn create(_: shared::NewCounter) -> Result<Self, std::io::Error> {
        Ok(Self)
    }

    #[on_before_connect]
    fn admit(&self, _params: shared::Join) {}

    async fn add(&mut self, _: &callboard::Conn<Self>, _: u64) -> Result<u64, shared::CounterError> {
        Err(shared::CounterError::Full { limit: 0 })
    }

    fn total(&self) -> u64 {
        0
    }

    fn undocumented(&self, _: u8, _: Option<Vec<String>>) {}

    async fn motto(&self) -> String {
        "stopped".to_owned()
    }
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    use callboard::{CallError, Contract, Registry};
    use shared::{Changed, CounterContract, CounterError, Join, NewCounter};

    assert_eq!(CounterContract::NAME, "tally");
    assert_eq!(callboard::contract::event_name::<CounterContract, Changed>(), "moved");

    let registry = Registry::new().in_memory().register::<limited::Limited>();
    let counter = registry.client().create_with::<CounterContract>("one", NewCounter { first: 90 }).await?;
    assert_eq!(counter.total().await?, 90);
    let conn = counter.connect(Join { name: "ann".to_owned() });
    let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
    conn.on(move |changed: Changed| heard.send(changed).unwrap());
    assert_eq!(conn.add(10).await?, 100);
    assert_eq!(hears.recv().await, Some(Changed { by: "ann".to_owned(), total: 100 }));
    assert!(matches!(conn.add(1).await, Err(CallError::Action(CounterError::Full { limit: 100 }))));
    conn.undocumented(1, None).await?;
    assert_eq!(conn.motto().await?, "100 of 7");
    registry.stop().await;

    let registry = Registry::new().in_memory().register::<Stopped>();
    let counter = registry.client().get_or_create_with::<CounterContract>("one", NewCounter { first: 90 })?;
    assert_eq!(counter.motto().await?, "stopped");
    registry.stop().await;
    Ok(())
}
