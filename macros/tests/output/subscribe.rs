// Made from tests/input/subscribe.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Club {
    async fn may_hear(
        &mut self,
        ctx: &Ctx<Self>,
        conn: &Conn<Self>,
    ) -> Result<(), ClubError> {
        may_hear(ctx, conn).await
    }
    #[cfg(feature = "quiet")]
    fn may_listen(&self) -> Result<(), ClubError> {
        Ok(())
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
pub enum ClubEvent {
    /// The event `said`.
    Said(Said),
    /// The event `whispered`.
    Whispered(Whispered),
    /// The event `voted`.
    Voted(game::Voted),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for ClubEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Said(payload) => ::callboard::__debug_event!(f, "Said", payload),
            Self::Whispered(payload) => {
                ::callboard::__debug_event!(f, "Whispered", payload)
            }
            Self::Voted(payload) => ::callboard::__debug_event!(f, "Voted", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for ClubEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("said", "Said"),
        ::callboard::contract::EventInfo::new("whispered", "Whispered"),
        ::callboard::contract::EventInfo::new("voted", "game::Voted"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Said(
                        ::callboard::__private::read_event::<Club, Said>(payload)?,
                    )
                }
                1 => {
                    Self::Whispered(
                        ::callboard::__private::read_event::<Club, Whispered>(payload)?,
                    )
                }
                2 => {
                    Self::Voted(
                        ::callboard::__private::read_event::<Club, game::Voted>(payload)?,
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
/// An event of [`Club`]. Made by `#[actor]`.
impl ::callboard::EventOf<Club> for Said {
    const INDEX: usize = 0;
    fn into_event(self) -> ClubEvent {
        ClubEvent::Said(self)
    }
}
/// An event of [`Club`]. Made by `#[actor]`.
impl ::callboard::EventOf<Club> for Whispered {
    const INDEX: usize = 1;
    fn into_event(self) -> ClubEvent {
        ClubEvent::Whispered(self)
    }
}
/// An event of [`Club`]. Made by `#[actor]`.
impl ::callboard::EventOf<Club> for game::Voted {
    const INDEX: usize = 2;
    fn into_event(self) -> ClubEvent {
        ClubEvent::Voted(self)
    }
}
/// What clients see of [`Club`]. Made by `#[actor]`.
impl ::callboard::Contract for Club {
    const NAME: &'static str = "club";
    type Action = ClubAction;
    type Event = ClubEvent;
    type Params = ();
    type Input = ();
    type Handle = ClubHandle;
    type Connection = ClubConn;
}
/// How [`Club`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Club {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        on_subscribe: &[
            (
                <Whispered as ::callboard::EventOf<
                    <Self as ::callboard::Actor>::Contract,
                >>::INDEX,
                ::callboard::contract::Mode::WriteAsync,
            ),
            (
                <game::Voted as ::callboard::EventOf<
                    <Self as ::callboard::Actor>::Contract,
                >>::INDEX,
                ::callboard::contract::Mode::WriteAsync,
            ),
            #[cfg(feature = "quiet")]
            (
                <Said as ::callboard::EventOf<
                    <Self as ::callboard::Actor>::Contract,
                >>::INDEX,
                ::callboard::contract::Mode::Read,
            ),
        ],
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
        ::core::result::Result::Ok(())
    }
    async fn on_subscribe(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        conn: &::callboard::Conn<Self>,
        event: usize,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        let _ = (ctx, conn, event);
        if [
            <Whispered as ::callboard::EventOf<
                <Self as ::callboard::Actor>::Contract,
            >>::INDEX,
            <game::Voted as ::callboard::EventOf<
                <Self as ::callboard::Actor>::Contract,
            >>::INDEX,
        ]
            .contains(&event)
        {
            return ::callboard::__private::hook_result(
                ::callboard::__private::boxed(move || Self::may_hear(self, ctx, conn))
                    .await,
                ::callboard::__error_kind!(ClubError),
            );
        }
        #[cfg(feature = "quiet")]
        if [
            <Said as ::callboard::EventOf<<Self as ::callboard::Actor>::Contract>>::INDEX,
        ]
            .contains(&event)
        {
            return ::callboard::__private::hook_result(
                Self::may_listen(self),
                ::callboard::__error_kind!(ClubError),
            );
        }
        ::core::result::Result::Ok(())
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
    pub fn connect(&self) -> ClubConn {
        ClubConn(self.0.connect_with(()))
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
impl ClubConn {
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(&self, mut listener: impl ClubListener) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                ClubEvent::Said(event) => ClubListener::said(&mut listener, event),
                ClubEvent::Whispered(event) => {
                    ClubListener::whispered(&mut listener, event)
                }
                ClubEvent::Voted(event) => ClubListener::voted(&mut listener, event),
            })
    }
}
/// Listens to every event of [`Club`], see [`ClubConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait ClubListener: ::core::marker::Send + 'static {
    /// The event `said`.
    fn said(&mut self, event: Said);
    /// The event `whispered`.
    fn whispered(&mut self, event: Whispered);
    /// The event `voted`.
    fn voted(&mut self, event: game::Voted);
}
