// Made from tests/input/chat_client_only.rs

/// Every action of [`Chat`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum ChatAction {
    /// The action `say`.
    Say {
        /// The argument `text`.
        text: String,
    },
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for ChatAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl ChatAction {
    const SAY_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "say",
        "say",
        &[::callboard::contract::ArgInfo::new("text", "String")],
        "u64",
        ::callboard::contract::Mode::Write,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for ChatAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::SAY_INFO,
    ];
    type Reply = ChatReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::Say { .. } => Self::SAY_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Say { text } => {
                <String as ::callboard::Payload>::push(text, args)?;
            }
        }
        ::core::result::Result::Ok(())
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "say" => {
                    Self::Say {
                        text: <String as ::callboard::Payload>::next(args)?,
                    }
                }
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every reply of [`Chat`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum ChatReply {
    /// What `say` answers with.
    Say(::core::result::Result<u64, ::callboard::CallError<ChatError>>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for ChatReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Say(_) => f.write_str("say"),
        }
    }
}
/// How the errors of each action cross the wire.
impl ChatReply {
    fn say_errors() -> ::callboard::__private::ErrorKind<ChatError> {
        ::callboard::__error_kind!(ChatError)
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for ChatReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Say(result) => {
                <u64 as ::callboard::Payload>::write(
                    result,
                    output,
                    ChatReply::say_errors(),
                )
            }
        }
    }
    fn decode(
        name: &str,
        outcome: ::callboard::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "say" => {
                    Self::Say(
                        <u64 as ::callboard::Payload>::read(
                            outcome,
                            ChatReply::say_errors(),
                        )?,
                    )
                }
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every event of [`Chat`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum ChatEvent {
    /// The event `said`.
    Said(Said),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for ChatEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Said(payload) => ::callboard::__debug_event!(f, "Said", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for ChatEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("said", "Said"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Said(
                        ::callboard::__private::read_event::<Chat, Said>(payload)?,
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
/// An event of [`Chat`]. Made by `#[actor]`.
impl ::callboard::EventOf<Chat> for Said {
    const INDEX: usize = 0;
    fn into_event(self) -> ChatEvent {
        ChatEvent::Said(self)
    }
}
/// What clients see of [`Chat`]. Made by `#[actor]`.
impl ::callboard::Contract for Chat {
    const NAME: &'static str = "chat";
    type Action = ChatAction;
    type Event = ChatEvent;
    type Params = JoinParams;
    type Input = ();
    type Handle = ChatHandle;
    type Connection = ChatConn;
}
/// Calls [`Chat`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct ChatHandle<C: ::callboard::Contract = Chat>(::callboard::Handle<C>);
impl ::core::clone::Clone for ChatHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for ChatHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Chat>> for ChatHandle {
    fn from(inner: ::callboard::Handle<Chat>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for ChatHandle {
    type Target = ::callboard::Handle<Chat>;
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
impl ChatHandle {
    /// Calls the action `say`.
    pub async fn say(
        &self,
        text: String,
    ) -> ::core::result::Result<u64, ::callboard::CallError<ChatError>> {
        match self
            .0
            .call(ChatAction::Say { text })
            .await
            .map_err(::callboard::CallError::into_any::<ChatError>)?
        {
            ChatReply::Say(result) => result,
        }
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self, params: JoinParams) -> ChatConn {
        ChatConn(self.0.connect_with(params))
    }
}
/// A connection to [`Chat`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct ChatConn<C: ::callboard::Contract = Chat>(::callboard::Connection<C>);
impl ::core::clone::Clone for ChatConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for ChatConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Chat>> for ChatConn {
    fn from(inner: ::callboard::Connection<Chat>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for ChatConn {
    type Target = ::callboard::Connection<Chat>;
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
impl ChatConn {
    /// Calls the action `say`.
    pub async fn say(
        &self,
        text: String,
    ) -> ::core::result::Result<u64, ::callboard::CallError<ChatError>> {
        match self
            .0
            .call(ChatAction::Say { text })
            .await
            .map_err(::callboard::CallError::into_any::<ChatError>)?
        {
            ChatReply::Say(result) => result,
        }
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(&self, mut listener: impl ChatListener) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                ChatEvent::Said(event) => ChatListener::said(&mut listener, event),
            })
    }
}
/// Listens to every event of [`Chat`], see [`ChatConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait ChatListener: ::core::marker::Send + 'static {
    /// The event `said`.
    fn said(&mut self, event: Said);
}
