// Check that generated code needs nothing from the prelude.

#![no_implicit_prelude]

use ::serde::{Deserialize, Serialize};

#[::std::prelude::v1::derive(::std::default::Default, Serialize, Deserialize)]
pub struct Counter {
    total: u64,
}

#[::std::prelude::v1::derive(Serialize, Deserialize)]
pub struct Changed {
    pub total: u64,
}

#[::std::prelude::v1::derive(::std::fmt::Debug, ::callboard::ActorError)]
pub enum CounterError {
    Overflow {
        total: u64,
    },
    Over(u64),
    Twice(u64, u64),
    Never,
    #[actor_error(internal)]
    Broken(::std::sync::Mutex<u64>),
}

impl ::std::fmt::Display for CounterError {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.write_str("overflow")
    }
}

#[::callboard::actor(events(Changed, u64 = "count"), hibernate, sleep_timeout = "1h")]
impl Counter {
    #[on_create]
    async fn create(_ctx: &::callboard::Ctx<Self>, input: u64) -> ::std::result::Result<Self, CounterError> {
        ::std::result::Result::Ok(Self { total: input })
    }

    #[on_before_connect]
    fn admit(&self, params: u64) -> u64 {
        params
    }

    #[on_connect]
    async fn joined(&mut self, conn: &::callboard::Conn<Self>) {
        let _ = conn.id();
    }

    #[on_wake]
    async fn wake(&mut self) -> ::std::result::Result<(), CounterError> {
        ::std::result::Result::Ok(())
    }

    #[run]
    async fn tick(_ctx: ::callboard::Ctx<Self>) {}

    #[action]
    async fn add(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        amount: u64,
    ) -> ::std::result::Result<u64, CounterError> {
        self.total += amount;
        ctx.broadcast(&Changed { total: self.total });
        ::std::result::Result::Ok(self.total)
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }

    #[action]
    async fn read(&self) -> ::std::io::Result<u64> {
        ::std::io::Result::Ok(self.total)
    }

    #[action]
    fn greet(&mut self, conn: &::callboard::Conn<Self>, name: ::std::string::String) {
        let _ = (conn.id(), name);
    }
}

#[::core::prelude::v1::test]
fn runs() {
    ::std::assert_eq!(<Counter as ::callboard::Contract>::NAME, "counter");
    ::std::assert_eq!(::callboard::contract::event_name::<Counter, u64>(), "count");
}
