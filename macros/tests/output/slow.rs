// Made from tests/input/slow.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Game {}
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
pub enum GameEvent {
    /// The event `moved`.
    Moved(game::Moved),
    /// The event `price`.
    Priced(Priced),
    /// The event `ticked`.
    Ticked(Ticked),
    /// The event `shown`.
    Shown(Shown),
    /// The event `said`.
    Said(Said),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for GameEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Moved(payload) => ::callboard::__debug_event!(f, "Moved", payload),
            Self::Priced(payload) => ::callboard::__debug_event!(f, "Priced", payload),
            Self::Ticked(payload) => ::callboard::__debug_event!(f, "Ticked", payload),
            Self::Shown(payload) => ::callboard::__debug_event!(f, "Shown", payload),
            Self::Said(payload) => ::callboard::__debug_event!(f, "Said", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for GameEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("moved", "game::Moved")
            .with_slow(::callboard::contract::SlowConsumer::LatestBy("player_id")),
        ::callboard::contract::EventInfo::new("price", "Priced")
            .with_slow(::callboard::contract::SlowConsumer::LatestBy("0")),
        ::callboard::contract::EventInfo::new("ticked", "Ticked")
            .with_slow(::callboard::contract::SlowConsumer::DropOldest),
        ::callboard::contract::EventInfo::new("shown", "Shown")
            .with_slow(::callboard::contract::SlowConsumer::Latest),
        ::callboard::contract::EventInfo::new("said", "Said"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Moved(
                        ::callboard::__private::read_event::<Game, game::Moved>(payload)?,
                    )
                }
                1 => {
                    Self::Priced(
                        ::callboard::__private::read_event::<Game, Priced>(payload)?,
                    )
                }
                2 => {
                    Self::Ticked(
                        ::callboard::__private::read_event::<Game, Ticked>(payload)?,
                    )
                }
                3 => {
                    Self::Shown(
                        ::callboard::__private::read_event::<Game, Shown>(payload)?,
                    )
                }
                4 => {
                    Self::Said(
                        ::callboard::__private::read_event::<Game, Said>(payload)?,
                    )
                }
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_event(index),
                    );
                }
            },
        )
    }
}
/// An event of [`Game`]. Made by `#[actor]`.
impl ::callboard::EventOf<Game> for game::Moved {
    const INDEX: usize = 0;
    fn slow_key(
        &self,
    ) -> ::core::result::Result<
        ::core::option::Option<::callboard::__private::Bytes>,
        ::callboard::wire::EncodeError,
    > {
        ::callboard::__private::slow_key(&self.player_id)
    }
    fn into_event(self) -> GameEvent {
        GameEvent::Moved(self)
    }
}
/// An event of [`Game`]. Made by `#[actor]`.
impl ::callboard::EventOf<Game> for Priced {
    const INDEX: usize = 1;
    fn slow_key(
        &self,
    ) -> ::core::result::Result<
        ::core::option::Option<::callboard::__private::Bytes>,
        ::callboard::wire::EncodeError,
    > {
        ::callboard::__private::slow_key(&self.0)
    }
    fn into_event(self) -> GameEvent {
        GameEvent::Priced(self)
    }
}
/// An event of [`Game`]. Made by `#[actor]`.
impl ::callboard::EventOf<Game> for Ticked {
    const INDEX: usize = 2;
    fn into_event(self) -> GameEvent {
        GameEvent::Ticked(self)
    }
}
/// An event of [`Game`]. Made by `#[actor]`.
impl ::callboard::EventOf<Game> for Shown {
    const INDEX: usize = 3;
    fn into_event(self) -> GameEvent {
        GameEvent::Shown(self)
    }
}
/// An event of [`Game`]. Made by `#[actor]`.
impl ::callboard::EventOf<Game> for Said {
    const INDEX: usize = 4;
    fn into_event(self) -> GameEvent {
        GameEvent::Said(self)
    }
}
/// What clients see of [`Game`]. Made by `#[actor]`.
impl ::callboard::Contract for Game {
    const NAME: &'static str = "game";
    type Action = GameAction;
    type Event = GameEvent;
    type Params = ();
    type Input = ();
    type Handle = GameHandle;
    type Connection = GameConn;
}
/// How [`Game`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Game {
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
            <Game as ::callboard::__private::InitialState>::initial(),
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
        <Game as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
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
impl GameConn {
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(&self, mut listener: impl GameListener) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                GameEvent::Moved(event) => GameListener::moved(&mut listener, event),
                GameEvent::Priced(event) => GameListener::priced(&mut listener, event),
                GameEvent::Ticked(event) => GameListener::ticked(&mut listener, event),
                GameEvent::Shown(event) => GameListener::shown(&mut listener, event),
                GameEvent::Said(event) => GameListener::said(&mut listener, event),
            })
    }
}
/// Listens to every event of [`Game`], see [`GameConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait GameListener: ::core::marker::Send + 'static {
    /// The event `moved`.
    fn moved(&mut self, event: game::Moved);
    /// The event `price`.
    fn priced(&mut self, event: Priced);
    /// The event `ticked`.
    fn ticked(&mut self, event: Ticked);
    /// The event `shown`.
    fn shown(&mut self, event: Shown);
    /// The event `said`.
    fn said(&mut self, event: Said);
}
