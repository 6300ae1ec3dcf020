// Check that a contract that is a trait needs nothing from the prelude, minds no names, and finds callboard anywhere.

#![no_implicit_prelude]

mod framework {
    pub(crate) use ::callboard as board;
}

mod names {
    macro_rules! types {
        ($($name:ident)*) => {
            $(
                #[::std::prelude::v1::derive(
                    ::std::fmt::Debug, ::std::cmp::PartialEq, ::std::default::Default, ::serde::Serialize, ::serde::Deserialize
                )]
                pub(crate) struct $name;
            )*
        };
    }

    types! { Result Option String Actor Contract Interface Dispatch Sized Send Future Ctx Conn Input Params Client }
}

use names::*;

/// Called like a trait of the framework.
#[framework::board::actor(crate = crate::contract::pass::hygiene::framework::board, events(Result, Option), params = Params, input = Input)]
pub(crate) trait Payload {
    async fn types(&mut self, a: String, b: Actor, c: Contract, d: Interface, e: Dispatch, f: Sized) -> Send;

    fn locals(
        &self,
        conn: &framework::board::Conn<Self>,
        this: u8,
        ctx: u8,
        action: u8,
        actor: u8,
        other: u8,
    ) -> Future;

    async fn late(&self, ctx: Ctx, conn: Conn) -> Client {
        let _ = (ctx, conn);
        Client
    }
}

#[::std::prelude::v1::derive(::std::default::Default)]
pub(crate) struct Server;

#[framework::board::actor(crate = crate::contract::pass::hygiene::framework::board, ephemeral)]
impl Payload for Server {
    #[on_create]
    fn create(_: Input) -> Self {
        Server
    }

    #[on_before_connect]
    async fn admit(&self, params: Params) -> ::std::result::Result<Params, ::std::io::Error> {
        ::std::result::Result::Ok(params)
    }

    async fn types(&mut self, _: String, _: Actor, _: Contract, _: Interface, _: Dispatch, _: Sized) -> Send {
        Send
    }

    fn locals(
        &self,
        conn: &framework::board::Conn<Self>,
        this: u8,
        ctx: u8,
        action: u8,
        actor: u8,
        other: u8,
    ) -> Future {
        let _ = (this, ctx, action, actor, other, conn.id());
        Future
    }
}

#[::core::prelude::v1::test]
fn runs() {
    ::std::assert_eq!(<PayloadContract as framework::board::Contract>::NAME, "payload");
}
