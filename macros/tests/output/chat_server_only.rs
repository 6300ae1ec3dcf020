// Made from tests/input/chat_server_only.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Chat {
    fn say(&mut self, text: String) -> Result<u64, ChatError> {
        self.say_it(text)
    }
    fn say_it(&mut self, text: String) -> Result<u64, ChatError> {
        unimplemented!()
    }
}
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
    type Params = ();
    type Input = ();
}
/// How [`Chat`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Chat {
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
            <Chat as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Chat as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Chat as ::callboard::__private::SavedState>::load(bytes)
    }
    fn dispatch_write(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        action: ChatAction,
    ) -> ChatReply {
        match action {
            ChatAction::Say { text } => {
                ChatReply::Say(
                    ::callboard::__private::result(
                        self.say(text),
                        ChatReply::say_errors(),
                    ),
                )
            }
        }
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
}
