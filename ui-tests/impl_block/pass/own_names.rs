// Check that generated code does not mind what the user calls types, and arguments.

mod names {
    use callboard::prelude::{Deserialize, Serialize};

    pub mod core {}
    pub mod std {}

    macro_rules! types {
        ($($name:ident)*) => {
            $(
                #[derive(Clone, Default, Serialize, Deserialize)]
                pub struct $name;
            )*
        };
    }

    types! {
        Result Option Some None Ok Err Box String Vec Client Ctx Conn Handle Connection Contract Action Reply Event
        Actor EventOf CallError Fault Infallible Payload Debug Clone From Deref Default Future Send Sized Mode Hooks
        ActionInfo ArgInfo
    }
}

use ::callboard::actor;

#[allow(unused_imports)]
use names::*;

#[derive(::std::default::Default, ::serde::Serialize, ::serde::Deserialize)]
pub struct Room {
    option: Option,
}

#[actor(events(Event, Some, None = "nothing"))]
impl Room {
    #[action]
    fn types(&mut self, a: String, b: Box, c: Vec, d: Client, e: Ctx, f: Conn, g: Option) -> Option {
        let _ = (a, b, c, d, e, f, &g);
        self.option = g;
        Option
    }

    /// Every argument is called like a local of the generated code.
    #[action]
    #[allow(clippy::too_many_arguments)]
    async fn locals(
        &mut self,
        ctx: String,
        conn: String,
        action: String,
        args: String,
        name: String,
        result: String,
        output: String,
        outcome: String,
        index: String,
        payload: String,
        other: String,
        f: String,
    ) -> ::std::result::Result<String, ::std::io::Error> {
        let _ = (&ctx, conn, action, args, name, result, output, outcome, index, payload, other, f);
        ::std::result::Result::Ok(ctx)
    }

    #[action]
    async fn locals_and_ctx(
        &self,
        context: &::callboard::Ctx<Self>,
        ctx: u64,
        connection: u64,
        params: u64,
        input: u64,
    ) {
        let _ = (context.id(), ctx, connection, params, input);
    }

    #[on_before_connect]
    async fn admit(&mut self, context: &::callboard::Ctx<Self>, ctx: String) -> Handle {
        let _ = (context.id(), ctx);
        Handle
    }
}

#[::core::prelude::v1::test]
fn runs() {
    let names: ::std::vec::Vec<_> =
        <RoomEvent as ::callboard::Event>::TABLE.iter().map(|event| event.name).collect();
    assert_eq!(names, ["event", "some", "nothing"]);
}
