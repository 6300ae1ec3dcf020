// Made from tests/input/hooks.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Game {
    async fn create(ctx: &Ctx<Self>, input: NewGame) -> Result<Self, GameError> {
        create(ctx, input).await
    }
    fn migrate(old: OldGame) -> Self {
        old.into()
    }
    fn admit(&self) -> Seat {
        Seat::default()
    }
    async fn joined(
        &mut self,
        ctx: &Ctx<Self>,
        conn: &Conn<Self>,
    ) -> Result<(), GameError> {
        joined(ctx, conn).await
    }
    fn left(&mut self, conn: &Conn<Self>) {
        self.leave(conn);
    }
    async fn wake(&mut self) {}
    fn sleep(&mut self, ctx: &Ctx<Self>) -> anyhow::Result<()> {
        Ok(())
    }
    async fn destroy(&self) {}
    fn changed(&self, ctx: &Ctx<Self>) {}
    async fn tick(ctx: Ctx<Self>) -> Result<(), GameError> {
        tick(ctx).await
    }
    async fn serve(
        &mut self,
        ctx: &Ctx<Self>,
        request: http::Request<Body>,
    ) -> Result<Response, GameError> {
        serve(ctx, request).await
    }
    async fn socket(ctx: Ctx<Self>, socket: RawSocket) -> Result<(), GameError> {
        carry(ctx, socket).await
    }
}
/// Every action of [`Game`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum GameAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for GameAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl GameAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for GameAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = GameReply;
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
/// Every reply of [`Game`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum GameReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for GameReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for GameReply {
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
/// Every event of [`Game`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum GameEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for GameEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for GameEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Game`]. Made by `#[actor]`.
impl ::callboard::Contract for Game {
    const NAME: &'static str = "game";
    type Action = GameAction;
    type Event = GameEvent;
    type Params = ();
    type Input = NewGame;
    type Handle = GameHandle;
    type Connection = GameConn;
}
/// How [`Game`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Game {
    type Contract = Self;
    type ConnState = Seat;
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        before_connect: ::core::option::Option::Some(::callboard::contract::Mode::Read),
        on_connect: ::core::option::Option::Some(
            ::callboard::contract::Mode::WriteAsync,
        ),
        on_disconnect: ::core::option::Option::Some(::callboard::contract::Mode::Write),
        on_wake: ::core::option::Option::Some(::callboard::contract::Mode::WriteAsync),
        on_sleep: ::core::option::Option::Some(::callboard::contract::Mode::Write),
        on_destroy: ::core::option::Option::Some(::callboard::contract::Mode::ReadAsync),
        on_state_change: ::core::option::Option::Some(::callboard::contract::Mode::Read),
        run: true,
        on_request: ::core::option::Option::Some(
            ::callboard::dispatch::RequestTurn::Write,
        ),
        on_websocket: true,
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        ::callboard::__private::hook_result(
            ::callboard::__private::boxed(move || Self::create(ctx, input)).await,
            ::callboard::__error_kind!(GameError),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Game as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        ::callboard::__private::load_or_migrate::<
            Self,
            OldGame,
        >(bytes, |old| ::callboard::__private::hook_value(Self::migrate(old)))
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::callboard::__private::hook_value(Self::admit(self))
    }
    async fn on_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        conn: &::callboard::Conn<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_result(
            ::callboard::__private::boxed(move || Self::joined(self, ctx, conn)).await,
            ::callboard::__error_kind!(GameError),
        )
    }
    async fn on_disconnect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        conn: &::callboard::Conn<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_value(Self::left(self, conn))
    }
    async fn on_wake(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_value(
            ::callboard::__private::boxed(move || Self::wake(self)).await,
        )
    }
    async fn on_sleep(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_result(
            Self::sleep(self, ctx),
            ::callboard::__error_kind!(
                < anyhow::Result < () > as ::callboard::__private::ActionResult > ::Err
            ),
        )
    }
    async fn on_destroy(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_value(
            ::callboard::__private::boxed(move || Self::destroy(self)).await,
        )
    }
    fn on_state_change(&self, ctx: &::callboard::Ctx<Self>) {
        Self::changed(self, ctx);
    }
    async fn run(
        ctx: ::callboard::Ctx<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_result(
            ::callboard::__private::boxed(move || Self::tick(ctx)).await,
            ::callboard::__error_kind!(GameError),
        )
    }
    async fn request_write(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        request: ::callboard::__private::RawRequest,
    ) -> ::core::result::Result<
        ::callboard::__private::RawResponse,
        ::callboard::Fault,
    > {
        let request = <http::Request<
            Body,
        > as ::callboard::__private::RequestParameter>::take(request);
        let answer = ::callboard::__private::hook_result(
            ::callboard::__private::boxed(move || Self::serve(self, ctx, request)).await,
            ::callboard::__error_kind!(GameError),
        )?;
        ::core::result::Result::Ok(
            <Response as ::callboard::__private::IsResponse>::into_response(answer),
        )
    }
    async fn websocket(
        ctx: ::callboard::Ctx<Self>,
        socket: ::callboard::RawSocket,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        let socket = <RawSocket as ::callboard::__private::SocketParameter>::take(
            socket,
        );
        ::callboard::__private::hook_result(
            ::callboard::__private::boxed(move || Self::socket(ctx, socket)).await,
            ::callboard::__error_kind!(GameError),
        )
    }
}
/// Calls [`Game`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct GameHandle<C: ::callboard::Contract = Game>(::callboard::Handle<C>);
impl ::core::clone::Clone for GameHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for GameHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Game>> for GameHandle {
    fn from(inner: ::callboard::Handle<Game>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for GameHandle {
    type Target = ::callboard::Handle<Game>;
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
impl GameHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> GameConn {
        GameConn(self.0.connect_with(()))
    }
}
/// A connection to [`Game`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct GameConn<C: ::callboard::Contract = Game>(::callboard::Connection<C>);
impl ::core::clone::Clone for GameConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for GameConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Game>> for GameConn {
    fn from(inner: ::callboard::Connection<Game>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for GameConn {
    type Target = ::callboard::Connection<Game>;
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
impl GameConn {}
