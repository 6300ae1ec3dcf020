// Made from tests/input/chat_room.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
/// A room where people talk.
impl ChatRoom {
    /// Validates a client and makes its connection state.
    async fn admit(
        &mut self,
        ctx: &Ctx<Self>,
        params: JoinParams,
    ) -> Result<Player, ChatError> {
        admit(ctx, params)
    }
    /// Posts a message to everyone in the room.
    async fn send_message(
        &mut self,
        ctx: &Ctx<Self>,
        user_id: String,
        text: String,
    ) -> MessageReceived {
        post(ctx, user_id, text).await
    }
    async fn send_private_message(
        &mut self,
        ctx: &Ctx<Self>,
        to: String,
        message: String,
    ) -> Result<(), ChatError> {
        whisper(ctx, to, message).await
    }
    /// `&self`: reads may run side by side, and nothing is saved.
    fn get_messages(&self) -> Vec<MessageReceived> {
        self.messages.clone()
    }
}
/// Every action of [`ChatRoom`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum ChatRoomAction {
    /// Posts a message to everyone in the room.
    SendMessage {
        /// The argument `user_id`.
        user_id: String,
        /// The argument `text`.
        text: String,
    },
    /// The action `send_private_message`.
    SendPrivateMessage {
        /// The argument `to`.
        to: String,
        /// The argument `message`.
        message: String,
    },
    /// `&self`: reads may run side by side, and nothing is saved.
    GetMessages {},
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for ChatRoomAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl ChatRoomAction {
    const SEND_MESSAGE_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "sendMessage",
        "send_message",
        &[
            ::callboard::contract::ArgInfo::new("userId", "String"),
            ::callboard::contract::ArgInfo::new("text", "String"),
        ],
        "MessageReceived",
        ::callboard::contract::Mode::WriteAsync,
    );
    const SEND_PRIVATE_MESSAGE_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "sendPrivateMessage",
        "send_private_message",
        &[
            ::callboard::contract::ArgInfo::new("to", "String"),
            ::callboard::contract::ArgInfo::new("message", "String"),
        ],
        "",
        ::callboard::contract::Mode::WriteAsync,
    );
    const GET_MESSAGES_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "getMessages",
        "get_messages",
        &[],
        "Vec<MessageReceived>",
        ::callboard::contract::Mode::Read,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for ChatRoomAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::SEND_MESSAGE_INFO,
        Self::SEND_PRIVATE_MESSAGE_INFO,
        Self::GET_MESSAGES_INFO,
    ];
    type Reply = ChatRoomReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::SendMessage { .. } => Self::SEND_MESSAGE_INFO,
            Self::SendPrivateMessage { .. } => Self::SEND_PRIVATE_MESSAGE_INFO,
            Self::GetMessages { .. } => Self::GET_MESSAGES_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::SendMessage { user_id, text } => {
                <String as ::callboard::Payload>::push(user_id, args)?;
                <String as ::callboard::Payload>::push(text, args)?;
            }
            Self::SendPrivateMessage { to, message } => {
                <String as ::callboard::Payload>::push(to, args)?;
                <String as ::callboard::Payload>::push(message, args)?;
            }
            Self::GetMessages {} => {}
        }
        ::core::result::Result::Ok(())
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "sendMessage" => {
                    Self::SendMessage {
                        user_id: <String as ::callboard::Payload>::next(args)?,
                        text: <String as ::callboard::Payload>::next(args)?,
                    }
                }
                "sendPrivateMessage" => {
                    Self::SendPrivateMessage {
                        to: <String as ::callboard::Payload>::next(args)?,
                        message: <String as ::callboard::Payload>::next(args)?,
                    }
                }
                "getMessages" => Self::GetMessages {},
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every reply of [`ChatRoom`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum ChatRoomReply {
    /// What `send_message` answers with.
    SendMessage(::core::result::Result<MessageReceived, ::callboard::CallError>),
    /// What `send_private_message` answers with.
    SendPrivateMessage(::core::result::Result<(), ::callboard::CallError<ChatError>>),
    /// What `get_messages` answers with.
    GetMessages(::core::result::Result<Vec<MessageReceived>, ::callboard::CallError>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for ChatRoomReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::SendMessage(_) => f.write_str("sendMessage"),
            Self::SendPrivateMessage(_) => f.write_str("sendPrivateMessage"),
            Self::GetMessages(_) => f.write_str("getMessages"),
        }
    }
}
/// How the errors of each action cross the wire.
impl ChatRoomReply {
    fn send_private_message_errors() -> ::callboard::__private::ErrorKind<ChatError> {
        ::callboard::__error_kind!(ChatError)
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for ChatRoomReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::SendMessage(result) => {
                <MessageReceived as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
            Self::SendPrivateMessage(result) => {
                <() as ::callboard::Payload>::write(
                    result,
                    output,
                    ChatRoomReply::send_private_message_errors(),
                )
            }
            Self::GetMessages(result) => {
                <Vec<
                    MessageReceived,
                > as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
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
                "sendMessage" => {
                    Self::SendMessage(
                        <MessageReceived as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                "sendPrivateMessage" => {
                    Self::SendPrivateMessage(
                        <() as ::callboard::Payload>::read(
                            outcome,
                            ChatRoomReply::send_private_message_errors(),
                        )?,
                    )
                }
                "getMessages" => {
                    Self::GetMessages(
                        <Vec<
                            MessageReceived,
                        > as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
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
/// Every event of [`ChatRoom`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum ChatRoomEvent {
    /// The event `messageReceived`.
    MessageReceived(MessageReceived),
    /// The event `privateMessage`.
    PrivateMessage(PrivateMessage),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for ChatRoomEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::MessageReceived(payload) => {
                ::callboard::__debug_event!(f, "MessageReceived", payload)
            }
            Self::PrivateMessage(payload) => {
                ::callboard::__debug_event!(f, "PrivateMessage", payload)
            }
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for ChatRoomEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("messageReceived", "MessageReceived"),
        ::callboard::contract::EventInfo::new("privateMessage", "PrivateMessage"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::MessageReceived(
                        ::callboard::__private::read_event::<
                            ChatRoom,
                            MessageReceived,
                        >(payload)?,
                    )
                }
                1 => {
                    Self::PrivateMessage(
                        ::callboard::__private::read_event::<
                            ChatRoom,
                            PrivateMessage,
                        >(payload)?,
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
/// An event of [`ChatRoom`]. Made by `#[actor]`.
impl ::callboard::EventOf<ChatRoom> for MessageReceived {
    const INDEX: usize = 0;
    fn into_event(self) -> ChatRoomEvent {
        ChatRoomEvent::MessageReceived(self)
    }
}
/// An event of [`ChatRoom`]. Made by `#[actor]`.
impl ::callboard::EventOf<ChatRoom> for PrivateMessage {
    const INDEX: usize = 1;
    fn into_event(self) -> ChatRoomEvent {
        ChatRoomEvent::PrivateMessage(self)
    }
}
/// What clients see of [`ChatRoom`]. Made by `#[actor]`.
impl ::callboard::Contract for ChatRoom {
    const NAME: &'static str = "chatRoom";
    type Action = ChatRoomAction;
    type Event = ChatRoomEvent;
    type Params = JoinParams;
    type Input = ();
    type Handle = ChatRoomHandle;
    type Connection = ChatRoomConn;
}
/// How [`ChatRoom`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for ChatRoom {
    type Contract = Self;
    type ConnState = Player;
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        before_connect: ::core::option::Option::Some(
            ::callboard::contract::Mode::WriteAsync,
        ),
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <ChatRoom as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <ChatRoom as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <ChatRoom as ::callboard::__private::SavedState>::load(bytes)
    }
    fn dispatch_read(
        &self,
        ctx: &::callboard::Ctx<Self>,
        action: ChatRoomAction,
    ) -> ChatRoomReply {
        match action {
            ChatRoomAction::GetMessages {} => {
                ChatRoomReply::GetMessages(
                    ::callboard::__private::value(self.get_messages()),
                )
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    async fn dispatch_write_async(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        action: ChatRoomAction,
    ) -> ChatRoomReply {
        match action {
            ChatRoomAction::SendMessage { user_id, text } => {
                ChatRoomReply::SendMessage(
                    ::callboard::__private::value(
                        ::callboard::__private::boxed(move || {
                                self.send_message(ctx, user_id, text)
                            })
                            .await,
                    ),
                )
            }
            ChatRoomAction::SendPrivateMessage { to, message } => {
                ChatRoomReply::SendPrivateMessage(
                    ::callboard::__private::result(
                        ::callboard::__private::boxed(move || {
                                self.send_private_message(ctx, to, message)
                            })
                            .await,
                        ChatRoomReply::send_private_message_errors(),
                    ),
                )
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::callboard::__private::hook_result(
            ::callboard::__private::boxed(move || Self::admit(self, ctx, params)).await,
            ::callboard::__error_kind!(ChatError),
        )
    }
}
/// Calls [`ChatRoom`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct ChatRoomHandle<C: ::callboard::Contract = ChatRoom>(::callboard::Handle<C>);
impl ::core::clone::Clone for ChatRoomHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for ChatRoomHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<ChatRoom>> for ChatRoomHandle {
    fn from(inner: ::callboard::Handle<ChatRoom>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for ChatRoomHandle {
    type Target = ::callboard::Handle<ChatRoom>;
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
impl ChatRoomHandle {
    /// Posts a message to everyone in the room.
    pub async fn send_message(
        &self,
        user_id: String,
        text: String,
    ) -> ::core::result::Result<MessageReceived, ::callboard::CallError> {
        match self
            .0
            .call(ChatRoomAction::SendMessage {
                user_id,
                text,
            })
            .await?
        {
            ChatRoomReply::SendMessage(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `send_private_message`.
    pub async fn send_private_message(
        &self,
        to: String,
        message: String,
    ) -> ::core::result::Result<(), ::callboard::CallError<ChatError>> {
        match self
            .0
            .call(ChatRoomAction::SendPrivateMessage {
                to,
                message,
            })
            .await
            .map_err(::callboard::CallError::into_any::<ChatError>)?
        {
            ChatRoomReply::SendPrivateMessage(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// `&self`: reads may run side by side, and nothing is saved.
    pub async fn get_messages(
        &self,
    ) -> ::core::result::Result<Vec<MessageReceived>, ::callboard::CallError> {
        match self.0.call(ChatRoomAction::GetMessages {}).await? {
            ChatRoomReply::GetMessages(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self, params: JoinParams) -> ChatRoomConn {
        ChatRoomConn(self.0.connect_with(params))
    }
}
/// A connection to [`ChatRoom`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct ChatRoomConn<C: ::callboard::Contract = ChatRoom>(::callboard::Connection<C>);
impl ::core::clone::Clone for ChatRoomConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for ChatRoomConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<ChatRoom>> for ChatRoomConn {
    fn from(inner: ::callboard::Connection<ChatRoom>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for ChatRoomConn {
    type Target = ::callboard::Connection<ChatRoom>;
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
impl ChatRoomConn {
    /// Posts a message to everyone in the room.
    pub async fn send_message(
        &self,
        user_id: String,
        text: String,
    ) -> ::core::result::Result<MessageReceived, ::callboard::CallError> {
        match self
            .0
            .call(ChatRoomAction::SendMessage {
                user_id,
                text,
            })
            .await?
        {
            ChatRoomReply::SendMessage(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `send_private_message`.
    pub async fn send_private_message(
        &self,
        to: String,
        message: String,
    ) -> ::core::result::Result<(), ::callboard::CallError<ChatError>> {
        match self
            .0
            .call(ChatRoomAction::SendPrivateMessage {
                to,
                message,
            })
            .await
            .map_err(::callboard::CallError::into_any::<ChatError>)?
        {
            ChatRoomReply::SendPrivateMessage(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// `&self`: reads may run side by side, and nothing is saved.
    pub async fn get_messages(
        &self,
    ) -> ::core::result::Result<Vec<MessageReceived>, ::callboard::CallError> {
        match self.0.call(ChatRoomAction::GetMessages {}).await? {
            ChatRoomReply::GetMessages(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(
        &self,
        mut listener: impl ChatRoomListener,
    ) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                ChatRoomEvent::MessageReceived(event) => {
                    ChatRoomListener::message_received(&mut listener, event)
                }
                ChatRoomEvent::PrivateMessage(event) => {
                    ChatRoomListener::private_message(&mut listener, event)
                }
            })
    }
}
/// Listens to every event of [`ChatRoom`], see [`ChatRoomConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait ChatRoomListener: ::core::marker::Send + 'static {
    /// The event `messageReceived`.
    fn message_received(&mut self, event: MessageReceived);
    /// The event `privateMessage`.
    fn private_message(&mut self, event: PrivateMessage);
}
