// Made from tests/input/names.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl self::rooms::Lobby {
    fn send_message(&self, r#type: String, _unused: u64) -> Self {
        self.clone()
    }
    fn r#match(&self, _: Vec<Self>, mut by: Option<(Self, [u8; 4])>) {
        by = None;
    }
}
/// Every action of [`Lobby`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub(crate) enum LobbyAction {
    /// The action `send_message`.
    SendMessage {
        /// The argument `r#type`.
        r#type: String,
        /// The argument `unused`.
        unused: u64,
    },
    /// The action `r#match`.
    Match {
        /// The argument `arg1`.
        arg1: Vec<self::rooms::Lobby>,
        /// The argument `by`.
        by: Option<(self::rooms::Lobby, [u8; 4])>,
    },
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for LobbyAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        crate::rt::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl LobbyAction {
    const SEND_MESSAGE_INFO: &'static crate::rt::contract::ActionInfo = &crate::rt::contract::ActionInfo::new(
        "chat/send",
        "send_message",
        &[
            crate::rt::contract::ArgInfo::new("type", "String"),
            crate::rt::contract::ArgInfo::new("unused", "u64"),
        ],
        "Self",
        crate::rt::contract::Mode::Read,
    );
    const MATCH_INFO: &'static crate::rt::contract::ActionInfo = &crate::rt::contract::ActionInfo::new(
        "match",
        "match",
        &[
            crate::rt::contract::ArgInfo::new("arg1", "Vec<Self>"),
            crate::rt::contract::ArgInfo::new("by", "Option<(Self, [u8; 4])>"),
        ],
        "",
        crate::rt::contract::Mode::Read,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl crate::rt::contract::Action for LobbyAction {
    const TABLE: &'static [&'static crate::rt::contract::ActionInfo] = &[
        Self::SEND_MESSAGE_INFO,
        Self::MATCH_INFO,
    ];
    type Reply = LobbyReply;
    fn info(&self) -> &'static crate::rt::contract::ActionInfo {
        match self {
            Self::SendMessage { .. } => Self::SEND_MESSAGE_INFO,
            Self::Match { .. } => Self::MATCH_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut crate::rt::wire::ArgsWriter,
    ) -> ::core::result::Result<(), crate::rt::wire::EncodeError> {
        match self {
            Self::SendMessage { r#type, unused } => {
                <String as crate::rt::Payload>::push(r#type, args)?;
                <u64 as crate::rt::Payload>::push(unused, args)?;
            }
            Self::Match { arg1, by } => {
                <Vec<self::rooms::Lobby> as crate::rt::Payload>::push(arg1, args)?;
                <Option<
                    (self::rooms::Lobby, [u8; 4]),
                > as crate::rt::Payload>::push(by, args)?;
            }
        }
        ::core::result::Result::Ok(())
    }
    fn decode(
        name: &str,
        args: &mut crate::rt::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, crate::rt::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "chat/send" => {
                    Self::SendMessage {
                        r#type: <String as crate::rt::Payload>::next(args)?,
                        unused: <u64 as crate::rt::Payload>::next(args)?,
                    }
                }
                "match" => {
                    Self::Match {
                        arg1: <Vec<
                            self::rooms::Lobby,
                        > as crate::rt::Payload>::next(args)?,
                        by: <Option<
                            (self::rooms::Lobby, [u8; 4]),
                        > as crate::rt::Payload>::next(args)?,
                    }
                }
                _ => {
                    return ::core::result::Result::Err(
                        crate::rt::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every reply of [`Lobby`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub(crate) enum LobbyReply {
    /// What `send_message` answers with.
    SendMessage(::core::result::Result<self::rooms::Lobby, crate::rt::CallError>),
    /// What `r#match` answers with.
    Match(::core::result::Result<(), crate::rt::CallError>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for LobbyReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::SendMessage(_) => f.write_str("chat/send"),
            Self::Match(_) => f.write_str("match"),
        }
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl crate::rt::contract::Reply for LobbyReply {
    fn encode(
        &self,
        output: &mut crate::rt::wire::Output,
    ) -> ::core::result::Result<(), crate::rt::wire::EncodeError> {
        match self {
            Self::SendMessage(result) => {
                <self::rooms::Lobby as crate::rt::Payload>::write(
                    result,
                    output,
                    crate::rt::__private::never(),
                )
            }
            Self::Match(result) => {
                <() as crate::rt::Payload>::write(
                    result,
                    output,
                    crate::rt::__private::never(),
                )
            }
        }
    }
    fn decode(
        name: &str,
        outcome: crate::rt::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, crate::rt::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "chat/send" => {
                    Self::SendMessage(
                        <self::rooms::Lobby as crate::rt::Payload>::read(
                            outcome,
                            crate::rt::__private::never(),
                        )?,
                    )
                }
                "match" => {
                    Self::Match(
                        <() as crate::rt::Payload>::read(
                            outcome,
                            crate::rt::__private::never(),
                        )?,
                    )
                }
                _ => {
                    return ::core::result::Result::Err(
                        crate::rt::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every event of [`Lobby`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub(crate) enum LobbyEvent {
    /// The event `player.moved`.
    Moved(Moved),
    /// The event `said`.
    Said(other::Said),
    /// The event `line`.
    String(String),
    /// The event `yield`.
    Yield(r#yield),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for LobbyEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Moved(payload) => crate::rt::__debug_event!(f, "Moved", payload),
            Self::Said(payload) => crate::rt::__debug_event!(f, "Said", payload),
            Self::String(payload) => crate::rt::__debug_event!(f, "String", payload),
            Self::Yield(payload) => crate::rt::__debug_event!(f, "Yield", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl crate::rt::Event for LobbyEvent {
    const TABLE: &'static [crate::rt::contract::EventInfo] = &[
        crate::rt::contract::EventInfo::new("player.moved", "Moved"),
        crate::rt::contract::EventInfo::new("said", "other::Said"),
        crate::rt::contract::EventInfo::new("line", "String"),
        crate::rt::contract::EventInfo::new("yield", "r#yield"),
    ];
    fn decode(
        index: usize,
        payload: &crate::rt::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, crate::rt::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Moved(
                        crate::rt::__private::read_event::<
                            self::rooms::Lobby,
                            Moved,
                        >(payload)?,
                    )
                }
                1 => {
                    Self::Said(
                        crate::rt::__private::read_event::<
                            self::rooms::Lobby,
                            other::Said,
                        >(payload)?,
                    )
                }
                2 => {
                    Self::String(
                        crate::rt::__private::read_event::<
                            self::rooms::Lobby,
                            String,
                        >(payload)?,
                    )
                }
                3 => {
                    Self::Yield(
                        crate::rt::__private::read_event::<
                            self::rooms::Lobby,
                            r#yield,
                        >(payload)?,
                    )
                }
                _ => {
                    return ::core::result::Result::Err(
                        crate::rt::__private::unknown_event(index),
                    );
                }
            },
        )
    }
}
/// An event of [`Lobby`]. Made by `#[actor]`.
impl crate::rt::EventOf<self::rooms::Lobby> for Moved {
    const INDEX: usize = 0;
    fn into_event(self) -> LobbyEvent {
        LobbyEvent::Moved(self)
    }
}
/// An event of [`Lobby`]. Made by `#[actor]`.
impl crate::rt::EventOf<self::rooms::Lobby> for other::Said {
    const INDEX: usize = 1;
    fn into_event(self) -> LobbyEvent {
        LobbyEvent::Said(self)
    }
}
/// An event of [`Lobby`]. Made by `#[actor]`.
impl crate::rt::EventOf<self::rooms::Lobby> for String {
    const INDEX: usize = 2;
    fn into_event(self) -> LobbyEvent {
        LobbyEvent::String(self)
    }
}
/// An event of [`Lobby`]. Made by `#[actor]`.
impl crate::rt::EventOf<self::rooms::Lobby> for r#yield {
    const INDEX: usize = 3;
    fn into_event(self) -> LobbyEvent {
        LobbyEvent::Yield(self)
    }
}
/// What clients see of [`Lobby`]. Made by `#[actor]`.
impl crate::rt::Contract for self::rooms::Lobby {
    const NAME: &'static str = "lobby";
    type Action = LobbyAction;
    type Event = LobbyEvent;
    type Params = ();
    type Input = ();
    type Handle = LobbyHandle;
    type Connection = LobbyConn;
}
/// How [`Lobby`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl crate::rt::Actor for self::rooms::Lobby {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: crate::rt::dispatch::Hooks = crate::rt::dispatch::Hooks {
        ..crate::rt::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &crate::rt::Ctx<Self>,
        input: crate::rt::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, crate::rt::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <self::rooms::Lobby as crate::rt::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, crate::rt::store::SaveError> {
        <self::rooms::Lobby as crate::rt::__private::SavedState>::save(self)
    }
    fn load(bytes: &[u8]) -> ::core::result::Result<Self, crate::rt::store::LoadError> {
        <self::rooms::Lobby as crate::rt::__private::SavedState>::load(bytes)
    }
    fn dispatch_read(
        &self,
        ctx: &crate::rt::Ctx<Self>,
        action: LobbyAction,
    ) -> LobbyReply {
        match action {
            LobbyAction::SendMessage { r#type, unused } => {
                LobbyReply::SendMessage(
                    crate::rt::__private::value(self.send_message(r#type, unused)),
                )
            }
            LobbyAction::Match { arg1, by } => {
                LobbyReply::Match(crate::rt::__private::value(self.r#match(arg1, by)))
            }
        }
    }
    async fn before_connect(
        &mut self,
        ctx: &crate::rt::Ctx<Self>,
        params: crate::rt::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, crate::rt::Fault> {
        ::core::result::Result::Ok(())
    }
}
/// Calls [`Lobby`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub(crate) struct LobbyHandle<C: crate::rt::Contract = self::rooms::Lobby>(
    crate::rt::Handle<C>,
);
impl ::core::clone::Clone for LobbyHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for LobbyHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<crate::rt::Handle<self::rooms::Lobby>> for LobbyHandle {
    fn from(inner: crate::rt::Handle<self::rooms::Lobby>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for LobbyHandle {
    type Target = crate::rt::Handle<self::rooms::Lobby>;
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
impl LobbyHandle {
    /// Calls the action `send_message`.
    pub async fn send_message(
        &self,
        r#type: String,
        unused: u64,
    ) -> ::core::result::Result<self::rooms::Lobby, crate::rt::CallError> {
        match self
            .0
            .call(LobbyAction::SendMessage {
                r#type,
                unused,
            })
            .await?
        {
            LobbyReply::SendMessage(result) => result,
            _ => ::core::result::Result::Err(crate::rt::__private::wrong_reply()),
        }
    }
    /// Calls the action `r#match`.
    pub async fn r#match(
        &self,
        arg1: Vec<self::rooms::Lobby>,
        by: Option<(self::rooms::Lobby, [u8; 4])>,
    ) -> ::core::result::Result<(), crate::rt::CallError> {
        match self.0.call(LobbyAction::Match { arg1, by }).await? {
            LobbyReply::Match(result) => result,
            _ => ::core::result::Result::Err(crate::rt::__private::wrong_reply()),
        }
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> LobbyConn {
        LobbyConn(self.0.connect_with(()))
    }
}
/// A connection to [`Lobby`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub(crate) struct LobbyConn<C: crate::rt::Contract = self::rooms::Lobby>(
    crate::rt::Connection<C>,
);
impl ::core::clone::Clone for LobbyConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for LobbyConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<crate::rt::Connection<self::rooms::Lobby>> for LobbyConn {
    fn from(inner: crate::rt::Connection<self::rooms::Lobby>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for LobbyConn {
    type Target = crate::rt::Connection<self::rooms::Lobby>;
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
impl LobbyConn {
    /// Calls the action `send_message`.
    pub async fn send_message(
        &self,
        r#type: String,
        unused: u64,
    ) -> ::core::result::Result<self::rooms::Lobby, crate::rt::CallError> {
        match self
            .0
            .call(LobbyAction::SendMessage {
                r#type,
                unused,
            })
            .await?
        {
            LobbyReply::SendMessage(result) => result,
            _ => ::core::result::Result::Err(crate::rt::__private::wrong_reply()),
        }
    }
    /// Calls the action `r#match`.
    pub async fn r#match(
        &self,
        arg1: Vec<self::rooms::Lobby>,
        by: Option<(self::rooms::Lobby, [u8; 4])>,
    ) -> ::core::result::Result<(), crate::rt::CallError> {
        match self.0.call(LobbyAction::Match { arg1, by }).await? {
            LobbyReply::Match(result) => result,
            _ => ::core::result::Result::Err(crate::rt::__private::wrong_reply()),
        }
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(&self, mut listener: impl LobbyListener) -> crate::rt::Subscription {
        self.0
            .on_any(move |event| match event {
                LobbyEvent::Moved(event) => LobbyListener::moved(&mut listener, event),
                LobbyEvent::Said(event) => LobbyListener::said(&mut listener, event),
                LobbyEvent::String(event) => LobbyListener::string(&mut listener, event),
                LobbyEvent::Yield(event) => LobbyListener::r#yield(&mut listener, event),
            })
    }
}
/// Listens to every event of [`Lobby`], see [`LobbyConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub(crate) trait LobbyListener: ::core::marker::Send + 'static {
    /// The event `player.moved`.
    fn moved(&mut self, event: Moved);
    /// The event `said`.
    fn said(&mut self, event: other::Said);
    /// The event `line`.
    fn string(&mut self, event: String);
    /// The event `yield`.
    fn r#yield(&mut self, event: r#yield);
}
