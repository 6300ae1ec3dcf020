// Made from tests/input/modes.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Door {
    fn is_open(&self) -> bool {
        self.open
    }
    async fn look(&self, ctx: &Ctx<Self>) -> String {
        look(ctx).await
    }
    fn open(&mut self, conn: &Conn<Self>, force: f64) {
        self.open = force > 1.0;
    }
    async fn close(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        close(ctx, conn).await;
    }
}
/// Every action of [`Door`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum DoorAction {
    /// The action `is_open`.
    IsOpen {},
    /// The action `look`.
    Look {},
    /// The action `open`.
    Open {
        /// The argument `force`.
        force: f64,
        /// The action needs the connection that calls it, so nobody else can make it: it cannot be scheduled.
        #[allow(dead_code)]
        conn: ::callboard::contract::NeedsConn,
    },
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for DoorAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl DoorAction {
    const IS_OPEN_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "isOpen",
        "is_open",
        &[],
        "bool",
        ::callboard::contract::Mode::Read,
    );
    const LOOK_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "look",
        "look",
        &[],
        "String",
        ::callboard::contract::Mode::ReadAsync,
    );
    const OPEN_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
            "open",
            "open",
            &[::callboard::contract::ArgInfo::new("force", "f64")],
            "",
            ::callboard::contract::Mode::Write,
        )
        .with_conn();
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for DoorAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::IS_OPEN_INFO,
        Self::LOOK_INFO,
        Self::OPEN_INFO,
    ];
    type Reply = DoorReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::IsOpen { .. } => Self::IS_OPEN_INFO,
            Self::Look { .. } => Self::LOOK_INFO,
            Self::Open { .. } => Self::OPEN_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::IsOpen {} => {}
            Self::Look {} => {}
            Self::Open { force, .. } => {
                <f64 as ::callboard::Payload>::push(force, args)?;
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
                "isOpen" => Self::IsOpen {},
                "look" => Self::Look {},
                "open" => {
                    Self::Open {
                        force: <f64 as ::callboard::Payload>::next(args)?,
                        conn: ::callboard::__private::needs_conn(),
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
/// Every reply of [`Door`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum DoorReply {
    /// What `is_open` answers with.
    IsOpen(::core::result::Result<bool, ::callboard::CallError>),
    /// What `look` answers with.
    Look(::core::result::Result<String, ::callboard::CallError>),
    /// What `open` answers with.
    Open(::core::result::Result<(), ::callboard::CallError>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for DoorReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::IsOpen(_) => f.write_str("isOpen"),
            Self::Look(_) => f.write_str("look"),
            Self::Open(_) => f.write_str("open"),
        }
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for DoorReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::IsOpen(result) => {
                <bool as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
            Self::Look(result) => {
                <String as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
            Self::Open(result) => {
                <() as ::callboard::Payload>::write(
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
                "isOpen" => {
                    Self::IsOpen(
                        <bool as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                "look" => {
                    Self::Look(
                        <String as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                "open" => {
                    Self::Open(
                        <() as ::callboard::Payload>::read(
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
/// Every event of [`Door`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum DoorEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for DoorEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for DoorEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Door`]. Made by `#[actor]`.
impl ::callboard::Contract for Door {
    const NAME: &'static str = "door";
    type Action = DoorAction;
    type Event = DoorEvent;
    type Params = ();
    type Input = ();
    type Handle = DoorHandle;
    type Connection = DoorConn;
}
/// How [`Door`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Door {
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
            <Door as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Door as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Door as ::callboard::__private::SavedState>::load(bytes)
    }
    fn dispatch_read(
        &self,
        ctx: &::callboard::Ctx<Self>,
        action: DoorAction,
    ) -> DoorReply {
        match action {
            DoorAction::IsOpen {} => {
                DoorReply::IsOpen(::callboard::__private::value(self.is_open()))
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    async fn dispatch_read_async(
        &self,
        ctx: &::callboard::Ctx<Self>,
        action: DoorAction,
    ) -> DoorReply {
        match action {
            DoorAction::Look {} => {
                DoorReply::Look(
                    ::callboard::__private::value(
                        ::callboard::__private::boxed(move || self.look(ctx)).await,
                    ),
                )
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    fn dispatch_write(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        action: DoorAction,
    ) -> DoorReply {
        match action {
            DoorAction::Open { force, .. } => {
                DoorReply::Open(
                    ::callboard::__private::value(
                        self.open(::callboard::__private::caller(ctx), force),
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
}
/// Calls [`Door`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct DoorHandle<C: ::callboard::Contract = Door>(::callboard::Handle<C>);
impl ::core::clone::Clone for DoorHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for DoorHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Door>> for DoorHandle {
    fn from(inner: ::callboard::Handle<Door>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for DoorHandle {
    type Target = ::callboard::Handle<Door>;
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
impl DoorHandle {
    /// Calls the action `is_open`.
    pub async fn is_open(&self) -> ::core::result::Result<bool, ::callboard::CallError> {
        match self.0.call(DoorAction::IsOpen {}).await? {
            DoorReply::IsOpen(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `look`.
    pub async fn look(&self) -> ::core::result::Result<String, ::callboard::CallError> {
        match self.0.call(DoorAction::Look {}).await? {
            DoorReply::Look(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    #[doc(hidden)]
    #[allow(unused_variables)]
    pub fn open(
        &self,
        force: f64,
    ) -> ::core::future::Ready<::core::result::Result<(), ::callboard::CallError>>
    where
        for<'__any> Self: ::callboard::__private::HasConnection<'__any>,
    {
        ::core::unreachable!()
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> DoorConn {
        DoorConn(self.0.connect_with(()))
    }
}
/// A connection to [`Door`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct DoorConn<C: ::callboard::Contract = Door>(::callboard::Connection<C>);
impl ::core::clone::Clone for DoorConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for DoorConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Door>> for DoorConn {
    fn from(inner: ::callboard::Connection<Door>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for DoorConn {
    type Target = ::callboard::Connection<Door>;
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
impl DoorConn {
    /// Calls the action `is_open`.
    pub async fn is_open(&self) -> ::core::result::Result<bool, ::callboard::CallError> {
        match self.0.call(DoorAction::IsOpen {}).await? {
            DoorReply::IsOpen(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `look`.
    pub async fn look(&self) -> ::core::result::Result<String, ::callboard::CallError> {
        match self.0.call(DoorAction::Look {}).await? {
            DoorReply::Look(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `open`.
    pub async fn open(
        &self,
        force: f64,
    ) -> ::core::result::Result<(), ::callboard::CallError> {
        match self
            .0
            .call(DoorAction::Open {
                force,
                conn: ::callboard::__private::needs_conn(),
            })
            .await?
        {
            DoorReply::Open(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
}
::core::compile_error! {
    "`close` is a method of the clients, `DoorHandle` and `DoorConn`\nhelp: rename the method; `#[action(name = \"close\")]` keeps the name on the wire"
}
