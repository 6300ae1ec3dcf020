// Made from tests/input/contract_client_only.rs

/// The contract `Poll`, as clients name it: `client.get_or_create::<PollContract>(key)`. Made by `#[actor]`.
///
/// A poll.
#[derive(::core::fmt::Debug)]
#[allow(unreachable_pub)]
pub enum PollContract {}
/// Every action of [`PollContract`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum PollAction {
    /// Votes for one of the options.
    Vote {
        /// The argument `option`.
        option: String,
        /// The action needs the connection that calls it, so nobody else can make it: it cannot be scheduled.
        #[allow(dead_code)]
        conn: ::callboard::contract::NeedsConn,
    },
    /// The action `tally`.
    Tally {},
    #[cfg(feature = "options")]
    /// Whether there is an option of this name.
    Has {
        /// The argument `option`.
        option: String,
    },
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for PollAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl PollAction {
    const VOTE_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
            "cast",
            "vote",
            &[::callboard::contract::ArgInfo::new("option", "String")],
            "u32",
            ::callboard::contract::Mode::WriteAsync,
        )
        .with_conn();
    const TALLY_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "tally",
        "tally",
        &[],
        "Vec<u32>",
        ::callboard::contract::Mode::Read,
    );
    #[cfg(feature = "options")]
    const HAS_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "has",
        "has",
        &[::callboard::contract::ArgInfo::new("option", "String")],
        "bool",
        ::callboard::contract::Mode::Read,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for PollAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::VOTE_INFO,
        Self::TALLY_INFO,
        #[cfg(feature = "options")]
        Self::HAS_INFO,
    ];
    type Reply = PollReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::Vote { .. } => Self::VOTE_INFO,
            Self::Tally { .. } => Self::TALLY_INFO,
            #[cfg(feature = "options")]
            Self::Has { .. } => Self::HAS_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Vote { option, .. } => {
                <String as ::callboard::Payload>::push(option, args)?;
            }
            Self::Tally {} => {}
            #[cfg(feature = "options")]
            Self::Has { option } => {
                <String as ::callboard::Payload>::push(option, args)?;
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
                "cast" => {
                    Self::Vote {
                        option: <String as ::callboard::Payload>::next(args)?,
                        conn: ::callboard::__private::needs_conn(),
                    }
                }
                "tally" => Self::Tally {},
                #[cfg(feature = "options")]
                "has" => {
                    Self::Has {
                        option: <String as ::callboard::Payload>::next(args)?,
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
/// Every reply of [`PollContract`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum PollReply {
    /// What `vote` answers with.
    Vote(::core::result::Result<u32, ::callboard::CallError<PollError>>),
    /// What `tally` answers with.
    Tally(::core::result::Result<Vec<u32>, ::callboard::CallError>),
    #[cfg(feature = "options")]
    /// What `has` answers with.
    Has(::core::result::Result<bool, ::callboard::CallError>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for PollReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Vote(_) => f.write_str("cast"),
            Self::Tally(_) => f.write_str("tally"),
            #[cfg(feature = "options")]
            Self::Has(_) => f.write_str("has"),
        }
    }
}
/// How the errors of each action cross the wire.
impl PollReply {
    fn vote_errors() -> ::callboard::__private::ErrorKind<PollError> {
        ::callboard::__error_kind!(PollError)
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for PollReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Vote(result) => {
                <u32 as ::callboard::Payload>::write(
                    result,
                    output,
                    PollReply::vote_errors(),
                )
            }
            Self::Tally(result) => {
                <Vec<
                    u32,
                > as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
            #[cfg(feature = "options")]
            Self::Has(result) => {
                <bool as ::callboard::Payload>::write(
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
                "cast" => {
                    Self::Vote(
                        <u32 as ::callboard::Payload>::read(
                            outcome,
                            PollReply::vote_errors(),
                        )?,
                    )
                }
                "tally" => {
                    Self::Tally(
                        <Vec<
                            u32,
                        > as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                #[cfg(feature = "options")]
                "has" => {
                    Self::Has(
                        <bool as ::callboard::Payload>::read(
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
/// Every event of [`PollContract`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum PollEvent {
    /// The event `voted`.
    Voted(Voted),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for PollEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Voted(payload) => ::callboard::__debug_event!(f, "Voted", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for PollEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("voted", "Voted"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Voted(
                        ::callboard::__private::read_event::<
                            PollContract,
                            Voted,
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
/// An event of [`PollContract`]. Made by `#[actor]`.
impl ::callboard::EventOf<PollContract> for Voted {
    const INDEX: usize = 0;
    fn into_event(self) -> PollEvent {
        PollEvent::Voted(self)
    }
}
/// What clients see of [`PollContract`]. Made by `#[actor]`.
impl ::callboard::Contract for PollContract {
    const NAME: &'static str = "poll";
    type Action = PollAction;
    type Event = PollEvent;
    type Params = Voter;
    type Input = NewPoll;
    type Handle = PollHandle;
    type Connection = PollConn;
}
/// Calls [`PollContract`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct PollHandle<C: ::callboard::Contract = PollContract>(::callboard::Handle<C>);
impl ::core::clone::Clone for PollHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for PollHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<PollContract>> for PollHandle {
    fn from(inner: ::callboard::Handle<PollContract>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for PollHandle {
    type Target = ::callboard::Handle<PollContract>;
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
impl PollHandle {
    #[doc(hidden)]
    #[allow(unused_variables)]
    pub fn vote(
        &self,
        option: String,
    ) -> ::core::future::Ready<
        ::core::result::Result<u32, ::callboard::CallError<PollError>>,
    >
    where
        for<'__any> Self: ::callboard::__private::HasConnection<'__any>,
    {
        ::core::unreachable!()
    }
    /// Calls the action `tally`.
    pub async fn tally(
        &self,
    ) -> ::core::result::Result<Vec<u32>, ::callboard::CallError> {
        match self.0.call(PollAction::Tally {}).await? {
            PollReply::Tally(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    #[cfg(feature = "options")]
    /// Whether there is an option of this name.
    pub async fn has(
        &self,
        option: String,
    ) -> ::core::result::Result<bool, ::callboard::CallError> {
        match self.0.call(PollAction::Has { option }).await? {
            PollReply::Has(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self, params: Voter) -> PollConn {
        PollConn(self.0.connect_with(params))
    }
}
/// A connection to [`PollContract`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct PollConn<C: ::callboard::Contract = PollContract>(::callboard::Connection<C>);
impl ::core::clone::Clone for PollConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for PollConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<PollContract>> for PollConn {
    fn from(inner: ::callboard::Connection<PollContract>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for PollConn {
    type Target = ::callboard::Connection<PollContract>;
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
impl PollConn {
    /// Votes for one of the options.
    pub async fn vote(
        &self,
        option: String,
    ) -> ::core::result::Result<u32, ::callboard::CallError<PollError>> {
        match self
            .0
            .call(PollAction::Vote {
                option,
                conn: ::callboard::__private::needs_conn(),
            })
            .await
            .map_err(::callboard::CallError::into_any::<PollError>)?
        {
            PollReply::Vote(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `tally`.
    pub async fn tally(
        &self,
    ) -> ::core::result::Result<Vec<u32>, ::callboard::CallError> {
        match self.0.call(PollAction::Tally {}).await? {
            PollReply::Tally(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    #[cfg(feature = "options")]
    /// Whether there is an option of this name.
    pub async fn has(
        &self,
        option: String,
    ) -> ::core::result::Result<bool, ::callboard::CallError> {
        match self.0.call(PollAction::Has { option }).await? {
            PollReply::Has(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(&self, mut listener: impl PollListener) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                PollEvent::Voted(event) => PollListener::voted(&mut listener, event),
            })
    }
}
/// Listens to every event of [`PollContract`], see [`PollConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait PollListener: ::core::marker::Send + 'static {
    /// The event `voted`.
    fn voted(&mut self, event: Voted);
}
