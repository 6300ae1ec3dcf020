// Made from tests/input/nothing.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Nothing {}
/// Every action of [`Nothing`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum NothingAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for NothingAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl NothingAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for NothingAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = NothingReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match *self {}
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every reply of [`Nothing`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum NothingReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for NothingReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for NothingReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        outcome: ::callboard::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every event of [`Nothing`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum NothingEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for NothingEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for NothingEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Nothing`]. Made by `#[actor]`.
impl ::callboard::Contract for Nothing {
    const NAME: &'static str = "nothing";
    type Action = NothingAction;
    type Event = NothingEvent;
    type Params = ();
    type Input = ();
    type Handle = NothingHandle;
    type Connection = NothingConn;
}
/// How [`Nothing`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Nothing {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Nothing as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Nothing as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Nothing as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
}
/// Calls [`Nothing`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct NothingHandle<C: ::callboard::Contract = Nothing>(::callboard::Handle<C>);
impl ::core::clone::Clone for NothingHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for NothingHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Nothing>> for NothingHandle {
    fn from(inner: ::callboard::Handle<Nothing>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for NothingHandle {
    type Target = ::callboard::Handle<Nothing>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
/// The actions, as calls. Made by `#[actor]`.
#[allow(
    dead_code,
    deprecated,
    unreachable_pub,
    private_interfaces,
    clippy::too_many_arguments
)]
impl NothingHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> NothingConn {
        NothingConn(self.0.connect_with(()))
    }
}
/// A connection to [`Nothing`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct NothingConn<C: ::callboard::Contract = Nothing>(::callboard::Connection<C>);
impl ::core::clone::Clone for NothingConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for NothingConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Nothing>> for NothingConn {
    fn from(inner: ::callboard::Connection<Nothing>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for NothingConn {
    type Target = ::callboard::Connection<Nothing>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
/// The actions, as calls. Made by `#[actor]`.
#[allow(
    dead_code,
    deprecated,
    unreachable_pub,
    private_interfaces,
    clippy::too_many_arguments
)]
impl NothingConn {}
