// Made from tests/input/conditions.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
#[cfg(feature = "counter")]
impl Counter {
    /// Says the total.
    #[deprecated(note = "ask for the sum")]
    #[inline]
    fn total(&self) -> u64 {
        self.total
    }
    #[cfg(feature = "audit")]
    #[cfg_attr(docsrs, doc = "Only with the feature.", allow(unused))]
    async fn audit(&mut self, by: Auditor) -> Result<(), AuditError> {
        audit(by).await
    }
    #[cfg(feature = "audit")]
    fn joined(&mut self) {}
}
#[cfg(feature = "counter")]
/// Every action of [`Counter`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum CounterAction {
    /// Says the total.
    #[deprecated(note = "ask for the sum")]
    Total {},
    #[cfg(feature = "audit")]
    /// The action `audit`.
    #[cfg_attr(docsrs, doc = "Only with the feature.")]
    Audit {
        /// The argument `by`.
        by: Auditor,
    },
}
#[cfg(feature = "counter")]
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for CounterAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
#[cfg(feature = "counter")]
/// What is known about each action: the rows of the table.
impl CounterAction {
    const TOTAL_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "total",
        "total",
        &[],
        "u64",
        ::callboard::contract::Mode::Read,
    );
    #[cfg(feature = "audit")]
    const AUDIT_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "audit",
        "audit",
        &[::callboard::contract::ArgInfo::new("by", "Auditor")],
        "",
        ::callboard::contract::Mode::WriteAsync,
    );
}
#[cfg(feature = "counter")]
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for CounterAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::TOTAL_INFO,
        #[cfg(feature = "audit")]
        Self::AUDIT_INFO,
    ];
    type Reply = CounterReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::Total { .. } => Self::TOTAL_INFO,
            #[cfg(feature = "audit")]
            Self::Audit { .. } => Self::AUDIT_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Total {} => {}
            #[cfg(feature = "audit")]
            Self::Audit { by } => {
                <Auditor as ::callboard::Payload>::push(by, args)?;
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
                "total" => Self::Total {},
                #[cfg(feature = "audit")]
                "audit" => {
                    Self::Audit {
                        by: <Auditor as ::callboard::Payload>::next(args)?,
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
#[cfg(feature = "counter")]
/// Every reply of [`Counter`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum CounterReply {
    /// What `total` answers with.
    Total(::core::result::Result<u64, ::callboard::CallError>),
    #[cfg(feature = "audit")]
    /// What `audit` answers with.
    Audit(::core::result::Result<(), ::callboard::CallError<AuditError>>),
}
#[cfg(feature = "counter")]
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for CounterReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Total(_) => f.write_str("total"),
            #[cfg(feature = "audit")]
            Self::Audit(_) => f.write_str("audit"),
        }
    }
}
#[cfg(feature = "counter")]
/// How the errors of each action cross the wire.
impl CounterReply {
    #[cfg(feature = "audit")]
    fn audit_errors() -> ::callboard::__private::ErrorKind<AuditError> {
        ::callboard::__error_kind!(AuditError)
    }
}
#[cfg(feature = "counter")]
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for CounterReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Total(result) => {
                <u64 as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
            #[cfg(feature = "audit")]
            Self::Audit(result) => {
                <() as ::callboard::Payload>::write(
                    result,
                    output,
                    CounterReply::audit_errors(),
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
                "total" => {
                    Self::Total(
                        <u64 as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                #[cfg(feature = "audit")]
                "audit" => {
                    Self::Audit(
                        <() as ::callboard::Payload>::read(
                            outcome,
                            CounterReply::audit_errors(),
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
#[cfg(feature = "counter")]
/// Every event of [`Counter`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum CounterEvent {
    #[cfg(feature = "audit")]
    /// The event `audited`.
    Audited(Audited),
    /// The event `changed`.
    Changed(Changed),
    #[cfg(feature = "audit")]
    /// The event `closed`.
    Closed(Closed),
}
#[cfg(feature = "counter")]
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for CounterEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            #[cfg(feature = "audit")]
            Self::Audited(payload) => ::callboard::__debug_event!(f, "Audited", payload),
            Self::Changed(payload) => ::callboard::__debug_event!(f, "Changed", payload),
            #[cfg(feature = "audit")]
            Self::Closed(payload) => ::callboard::__debug_event!(f, "Closed", payload),
        }
    }
}
#[cfg(feature = "counter")]
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for CounterEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        #[cfg(feature = "audit")]
        ::callboard::contract::EventInfo::new("audited", "Audited"),
        ::callboard::contract::EventInfo::new("changed", "Changed"),
        #[cfg(feature = "audit")]
        ::callboard::contract::EventInfo::new("closed", "Closed"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                #[cfg(feature = "audit")]
                0 => {
                    Self::Audited(
                        ::callboard::__private::read_event::<Counter, Audited>(payload)?,
                    )
                }
                <Changed as ::callboard::EventOf<Counter>>::INDEX => {
                    Self::Changed(
                        ::callboard::__private::read_event::<Counter, Changed>(payload)?,
                    )
                }
                #[cfg(feature = "audit")]
                <Closed as ::callboard::EventOf<Counter>>::INDEX => {
                    Self::Closed(
                        ::callboard::__private::read_event::<Counter, Closed>(payload)?,
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
#[cfg(feature = "counter")]
#[cfg(feature = "audit")]
/// An event of [`Counter`]. Made by `#[actor]`.
impl ::callboard::EventOf<Counter> for Audited {
    const INDEX: usize = 0;
    fn into_event(self) -> CounterEvent {
        CounterEvent::Audited(self)
    }
}
#[cfg(feature = "counter")]
/// An event of [`Counter`]. Made by `#[actor]`.
impl ::callboard::EventOf<Counter> for Changed {
    const INDEX: usize = {
        const BEFORE: &[()] = &[#[cfg(feature = "audit")] ()];
        BEFORE.len()
    };
    fn into_event(self) -> CounterEvent {
        CounterEvent::Changed(self)
    }
}
#[cfg(feature = "counter")]
#[cfg(feature = "audit")]
/// An event of [`Counter`]. Made by `#[actor]`.
impl ::callboard::EventOf<Counter> for Closed {
    const INDEX: usize = {
        const BEFORE: &[()] = &[#[cfg(feature = "audit")] (), ()];
        BEFORE.len()
    };
    fn into_event(self) -> CounterEvent {
        CounterEvent::Closed(self)
    }
}
#[cfg(feature = "counter")]
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
#[cfg(feature = "counter")]
/// How [`Counter`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Counter {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        #[cfg(feature = "audit")]
        on_connect: ::core::option::Option::Some(::callboard::contract::Mode::Write),
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
            CounterAction::Total {} => {
                CounterReply::Total(::callboard::__private::value(self.total()))
            }
            #[allow(unreachable_patterns)]
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    async fn dispatch_write_async(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        action: CounterAction,
    ) -> CounterReply {
        match action {
            #[cfg(feature = "audit")]
            CounterAction::Audit { by } => {
                CounterReply::Audit(
                    ::callboard::__private::result(
                        ::callboard::__private::boxed(move || self.audit(by)).await,
                        CounterReply::audit_errors(),
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
        ::core::result::Result::Ok(())
    }
    #[cfg(feature = "audit")]
    async fn on_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        conn: &::callboard::Conn<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_value(Self::joined(self))
    }
}
#[cfg(feature = "counter")]
/// Calls [`Counter`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct CounterHandle<C: ::callboard::Contract = Counter>(::callboard::Handle<C>);
#[cfg(feature = "counter")]
impl ::core::clone::Clone for CounterHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[cfg(feature = "counter")]
impl ::core::fmt::Debug for CounterHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[cfg(feature = "counter")]
impl ::core::convert::From<::callboard::Handle<Counter>> for CounterHandle {
    fn from(inner: ::callboard::Handle<Counter>) -> Self {
        Self(inner)
    }
}
#[cfg(feature = "counter")]
impl ::core::ops::Deref for CounterHandle {
    type Target = ::callboard::Handle<Counter>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
#[cfg(feature = "counter")]
/// The actions, as calls. Made by `#[actor]`.
#[allow(
    dead_code,
    deprecated,
    unreachable_pub,
    private_interfaces,
    clippy::too_many_arguments
)]
impl CounterHandle {
    /// Says the total.
    #[deprecated(note = "ask for the sum")]
    pub async fn total(&self) -> ::core::result::Result<u64, ::callboard::CallError> {
        match self.0.call(CounterAction::Total {}).await? {
            CounterReply::Total(result) => result,
            #[allow(unreachable_patterns)]
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    #[cfg(feature = "audit")]
    /// Calls the action `audit`.
    #[cfg_attr(docsrs, doc = "Only with the feature.")]
    pub async fn audit(
        &self,
        by: Auditor,
    ) -> ::core::result::Result<(), ::callboard::CallError<AuditError>> {
        match self
            .0
            .call(CounterAction::Audit { by })
            .await
            .map_err(::callboard::CallError::into_any::<AuditError>)?
        {
            CounterReply::Audit(result) => result,
            #[allow(unreachable_patterns)]
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> CounterConn {
        CounterConn(self.0.connect_with(()))
    }
}
#[cfg(feature = "counter")]
/// A connection to [`Counter`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct CounterConn<C: ::callboard::Contract = Counter>(::callboard::Connection<C>);
#[cfg(feature = "counter")]
impl ::core::clone::Clone for CounterConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
#[cfg(feature = "counter")]
impl ::core::fmt::Debug for CounterConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[cfg(feature = "counter")]
impl ::core::convert::From<::callboard::Connection<Counter>> for CounterConn {
    fn from(inner: ::callboard::Connection<Counter>) -> Self {
        Self(inner)
    }
}
#[cfg(feature = "counter")]
impl ::core::ops::Deref for CounterConn {
    type Target = ::callboard::Connection<Counter>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
#[cfg(feature = "counter")]
/// The actions, as calls. Made by `#[actor]`.
#[allow(
    dead_code,
    deprecated,
    unreachable_pub,
    private_interfaces,
    clippy::too_many_arguments
)]
impl CounterConn {
    /// Says the total.
    #[deprecated(note = "ask for the sum")]
    pub async fn total(&self) -> ::core::result::Result<u64, ::callboard::CallError> {
        match self.0.call(CounterAction::Total {}).await? {
            CounterReply::Total(result) => result,
            #[allow(unreachable_patterns)]
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    #[cfg(feature = "audit")]
    /// Calls the action `audit`.
    #[cfg_attr(docsrs, doc = "Only with the feature.")]
    pub async fn audit(
        &self,
        by: Auditor,
    ) -> ::core::result::Result<(), ::callboard::CallError<AuditError>> {
        match self
            .0
            .call(CounterAction::Audit { by })
            .await
            .map_err(::callboard::CallError::into_any::<AuditError>)?
        {
            CounterReply::Audit(result) => result,
            #[allow(unreachable_patterns)]
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(
        &self,
        mut listener: impl CounterListener,
    ) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                #[cfg(feature = "audit")]
                CounterEvent::Audited(event) => {
                    CounterListener::audited(&mut listener, event)
                }
                CounterEvent::Changed(event) => {
                    CounterListener::changed(&mut listener, event)
                }
                #[cfg(feature = "audit")]
                CounterEvent::Closed(event) => {
                    CounterListener::closed(&mut listener, event)
                }
            })
    }
}
#[cfg(feature = "counter")]
/// Listens to every event of [`Counter`], see [`CounterConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub trait CounterListener: ::core::marker::Send + 'static {
    #[cfg(feature = "audit")]
    /// The event `audited`.
    fn audited(&mut self, event: Audited);
    /// The event `changed`.
    fn changed(&mut self, event: Changed);
    #[cfg(feature = "audit")]
    /// The event `closed`.
    fn closed(&mut self, event: Closed);
}
