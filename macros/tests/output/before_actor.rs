// Made from tests/input/before_actor.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Club {
    async fn check(caller: &Caller, card: Card) -> Result<(), ClubError> {
        check(caller, card).await
    }
    fn admit(&self, card: Card) -> Seat {
        Seat::of(card)
    }
}
/// Every action of [`Club`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum ClubAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for ClubAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl ClubAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for ClubAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = ClubReply;
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
/// Every reply of [`Club`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum ClubReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for ClubReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for ClubReply {
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
/// Every event of [`Club`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum ClubEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for ClubEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for ClubEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Club`]. Made by `#[actor]`.
impl ::callboard::Contract for Club {
    const NAME: &'static str = "club";
    type Action = ClubAction;
    type Event = ClubEvent;
    type Params = Card;
    type Input = ();
    type Handle = ClubHandle;
    type Connection = ClubConn;
}
/// How [`Club`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Club {
    type Contract = Self;
    type ConnState = Seat;
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        before_connect: ::core::option::Option::Some(::callboard::contract::Mode::Read),
        before_connect_beside: true,
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Club as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Club as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Club as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::callboard::__private::hook_value(Self::admit(self, params))
    }
    async fn before_connect_beside(
        caller: &::callboard::Caller,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<
        ::core::option::Option<Self::ConnState>,
        ::callboard::Fault,
    > {
        let params = <Card as ::callboard::__private::ParamsBeside<
            ::callboard::dispatch::ParamsOf<Self>,
        >>::take(params);
        ::callboard::__private::hook_result(
                ::callboard::__private::boxed(move || Self::check(caller, params)).await,
                ::callboard::__error_kind!(ClubError),
            )
            .map(|()| ::core::option::Option::None)
    }
}
/// Calls [`Club`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct ClubHandle<C: ::callboard::Contract = Club>(::callboard::Handle<C>);
impl ::core::clone::Clone for ClubHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for ClubHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Club>> for ClubHandle {
    fn from(inner: ::callboard::Handle<Club>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for ClubHandle {
    type Target = ::callboard::Handle<Club>;
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
impl ClubHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self, params: Card) -> ClubConn {
        ClubConn(self.0.connect_with(params))
    }
}
/// A connection to [`Club`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct ClubConn<C: ::callboard::Contract = Club>(::callboard::Connection<C>);
impl ::core::clone::Clone for ClubConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for ClubConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Club>> for ClubConn {
    fn from(inner: ::callboard::Connection<Club>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for ClubConn {
    type Target = ::callboard::Connection<Club>;
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
impl ClubConn {}
#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Garden {
    fn check(number: u64) -> u64 {
        number
    }
}
/// Every action of [`Garden`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum GardenAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for GardenAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl GardenAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for GardenAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = GardenReply;
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
/// Every reply of [`Garden`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum GardenReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for GardenReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for GardenReply {
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
/// Every event of [`Garden`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum GardenEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for GardenEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for GardenEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Garden`]. Made by `#[actor]`.
impl ::callboard::Contract for Garden {
    const NAME: &'static str = "garden";
    type Action = GardenAction;
    type Event = GardenEvent;
    type Params = u64;
    type Input = ();
    type Handle = GardenHandle;
    type Connection = GardenConn;
}
/// How [`Garden`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Garden {
    type Contract = Self;
    type ConnState = u64;
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        before_connect_beside: true,
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Garden as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Garden as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Garden as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        let _ = (ctx, params);
        ::core::unreachable!()
    }
    async fn before_connect_beside(
        caller: &::callboard::Caller,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<
        ::core::option::Option<Self::ConnState>,
        ::callboard::Fault,
    > {
        ::callboard::__private::hook_value(Self::check(params))
            .map(::core::option::Option::Some)
    }
}
/// Calls [`Garden`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct GardenHandle<C: ::callboard::Contract = Garden>(::callboard::Handle<C>);
impl ::core::clone::Clone for GardenHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for GardenHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Garden>> for GardenHandle {
    fn from(inner: ::callboard::Handle<Garden>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for GardenHandle {
    type Target = ::callboard::Handle<Garden>;
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
impl GardenHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self, params: u64) -> GardenConn {
        GardenConn(self.0.connect_with(params))
    }
}
/// A connection to [`Garden`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct GardenConn<C: ::callboard::Contract = Garden>(::callboard::Connection<C>);
impl ::core::clone::Clone for GardenConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for GardenConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Garden>> for GardenConn {
    fn from(inner: ::callboard::Connection<Garden>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for GardenConn {
    type Target = ::callboard::Connection<Garden>;
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
impl GardenConn {}
