// Made from tests/input/mistakes.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Counter {
    fn greet(&self, name: String) -> String {
        name
    }
    fn add(&mut self, amount: &u64, ctx: &Ctx<Self>) -> Result<u64, CounterError> {
        self.total += amount;
    }
    fn connect(&self) {}
    fn joined(self) {}
}
/// Every action of [`Counter`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum CounterAction {
    /// The action `greet`.
    Greet {
        /// The argument `name`.
        name: String,
    },
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for CounterAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl CounterAction {
    const GREET_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "greet",
        "greet",
        &[::callboard::contract::ArgInfo::new("name", "String")],
        "String",
        ::callboard::contract::Mode::Read,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for CounterAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::GREET_INFO,
    ];
    type Reply = CounterReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::Greet { .. } => Self::GREET_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Greet { name } => {
                <String as ::callboard::Payload>::push(name, args)?;
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
                "greet" => {
                    Self::Greet {
                        name: <String as ::callboard::Payload>::next(args)?,
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
/// Every reply of [`Counter`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum CounterReply {
    /// What `greet` answers with.
    Greet(::core::result::Result<String, ::callboard::CallError>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for CounterReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Greet(_) => f.write_str("greet"),
        }
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for CounterReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Greet(result) => {
                <String as ::callboard::Payload>::write(
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
                "greet" => {
                    Self::Greet(
                        <String as ::callboard::Payload>::read(
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
/// Every event of [`Counter`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum CounterEvent {
    /// The event `changed`.
    Changed(Changed),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for CounterEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Changed(payload) => ::callboard::__debug_event!(f, "Changed", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for CounterEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("changed", "Changed"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Changed(
                        ::callboard::__private::read_event::<Counter, Changed>(payload)?,
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
/// An event of [`Counter`]. Made by `#[actor]`.
impl ::callboard::EventOf<Counter> for Changed {
    const INDEX: usize = 0;
    fn into_event(self) -> CounterEvent {
        CounterEvent::Changed(self)
    }
}
/// What clients see of [`Counter`]. Made by `#[actor]`.
impl ::callboard::Contract for Counter {
    const NAME: &'static str = "counter";
    type Action = CounterAction;
    type Event = CounterEvent;
    type Params = ();
    type Input = ();
    type Handle = CounterHandle;
    type Connection = CounterConn;
}
/// How [`Counter`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Counter {
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
            <Counter as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Counter as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Counter as ::callboard::__private::SavedState>::load(bytes)
    }
    fn dispatch_read(
        &self,
        ctx: &::callboard::Ctx<Self>,
        action: CounterAction,
    ) -> CounterReply {
        match action {
            CounterAction::Greet { name } => {
                CounterReply::Greet(::callboard::__private::value(self.greet(name)))
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
/// Calls [`Counter`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct CounterHandle<C: ::callboard::Contract = Counter>(::callboard::Handle<C>);
impl ::core::clone::Clone for CounterHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for CounterHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Counter>> for CounterHandle {
    fn from(inner: ::callboard::Handle<Counter>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for CounterHandle {
    type Target = ::callboard::Handle<Counter>;
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
impl CounterHandle {
    /// Calls the action `greet`.
    pub async fn greet(
        &self,
        name: String,
    ) -> ::core::result::Result<String, ::callboard::CallError> {
        match self.0.call(CounterAction::Greet { name }).await? {
            CounterReply::Greet(result) => result,
        }
    }
    /// This action has a mistake, see the error.
    #[allow(unused_variables)]
    pub async fn add(
        &self,
        amount: impl ::core::marker::Sized,
    ) -> ::core::result::Result<u64, ::callboard::CallError<CounterError>> {
        ::core::unreachable!()
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> CounterConn {
        CounterConn(self.0.connect_with(()))
    }
}
/// A connection to [`Counter`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct CounterConn<C: ::callboard::Contract = Counter>(::callboard::Connection<C>);
impl ::core::clone::Clone for CounterConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for CounterConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Counter>> for CounterConn {
    fn from(inner: ::callboard::Connection<Counter>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for CounterConn {
    type Target = ::callboard::Connection<Counter>;
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
impl CounterConn {
    /// Calls the action `greet`.
    pub async fn greet(
        &self,
        name: String,
    ) -> ::core::result::Result<String, ::callboard::CallError> {
        match self.0.call(CounterAction::Greet { name }).await? {
            CounterReply::Greet(result) => result,
        }
    }
    /// This action has a mistake, see the error.
    #[allow(unused_variables)]
    pub async fn add(
        &self,
        amount: impl ::core::marker::Sized,
    ) -> ::core::result::Result<u64, ::callboard::CallError<CounterError>> {
        ::core::unreachable!()
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(
        &self,
        mut listener: impl CounterListener,
    ) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                CounterEvent::Changed(event) => {
                    CounterListener::changed(&mut listener, event)
                }
            })
    }
}
/// Listens to every event of [`Counter`], see [`CounterConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait CounterListener: ::core::marker::Send + 'static {
    /// The event `changed`.
    fn changed(&mut self, event: Changed);
}
::core::compile_error! {
    "`#[actor]` has no argument `event`\nhelp: did you mean `events`?"
}
::core::compile_error! {
    "there is no attribute `acton`\nhelp: did you mean `action`?"
}
::core::compile_error! {
    "the context is in the wrong place\nhelp: write it once, right after `self`"
}
::core::compile_error! {
    "an argument comes from a client, so it cannot be borrowed\nhelp: use `u64`"
}
::core::compile_error! {
    "the hook `#[on_connect]` borrows its actor, it does not take it\nhelp: take `&self` (reads, side by side) or `&mut self` (writes, alone): the actor lives on after the call"
}
::core::compile_error! {
    "`connect` is a method of the clients, `CounterHandle` and `CounterConn`\nhelp: rename the method; `#[action(name = \"connect\")]` keeps the name on the wire"
}
::core::compile_error! {
    "`Changed` is listed twice\nhelp: remove one of the two"
}
