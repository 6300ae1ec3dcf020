// Made from tests/input/queues.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Worker {
    async fn run(ctx: Ctx<Self>) {}
}
/// Every action of [`Worker`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum WorkerAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for WorkerAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl WorkerAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for WorkerAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = WorkerReply;
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
/// Every reply of [`Worker`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum WorkerReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for WorkerReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for WorkerReply {
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
/// Every event of [`Worker`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum WorkerEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for WorkerEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for WorkerEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// A message of the queue `jobs` of [`Worker`]. Made by `#[actor]`.
impl ::callboard::QueueOf<Worker> for path::Job {
    const INDEX: usize = 0;
    type Response = Result<Done, Failed>;
}
#[cfg(feature = "mail")]
/// A message of the queue `mail` of [`Worker`]. Made by `#[actor]`.
impl ::callboard::QueueOf<Worker> for Mail {
    const INDEX: usize = 1;
    type Response = ();
}
/// A message of the queue `note` of [`Worker`]. Made by `#[actor]`.
impl ::callboard::QueueOf<Worker> for Note {
    const INDEX: usize = {
        const BEFORE: &[()] = &[(), #[cfg(feature = "mail")] ()];
        BEFORE.len()
    };
    type Response = ();
}
/// What clients see of [`Worker`]. Made by `#[actor]`.
impl ::callboard::Contract for Worker {
    const NAME: &'static str = "worker";
    const QUEUES: &'static [::callboard::contract::QueueInfo] = &[
        ::callboard::contract::QueueInfo::new::<
            Self,
            path::Job,
        >("jobs", "path::Job", "Result<Done, Failed>"),
        #[cfg(feature = "mail")]
        ::callboard::contract::QueueInfo::new::<Self, Mail>("mail", "Mail", ""),
        ::callboard::contract::QueueInfo::new::<Self, Note>("note", "Note", ""),
    ];
    type Action = WorkerAction;
    type Event = WorkerEvent;
    type Params = ();
    type Input = ();
    type Handle = WorkerHandle;
    type Connection = WorkerConn;
}
/// How [`Worker`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Worker {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        run: true,
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Worker as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Worker as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Worker as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
    async fn run(
        ctx: ::callboard::Ctx<Self>,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        ::callboard::__private::hook_value(
            ::callboard::__private::boxed(move || Self::run(ctx)).await,
        )
    }
}
/// Calls [`Worker`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct WorkerHandle<C: ::callboard::Contract = Worker>(::callboard::Handle<C>);
impl ::core::clone::Clone for WorkerHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for WorkerHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Worker>> for WorkerHandle {
    fn from(inner: ::callboard::Handle<Worker>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for WorkerHandle {
    type Target = ::callboard::Handle<Worker>;
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
impl WorkerHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> WorkerConn {
        WorkerConn(self.0.connect_with(()))
    }
}
/// A connection to [`Worker`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct WorkerConn<C: ::callboard::Contract = Worker>(::callboard::Connection<C>);
impl ::core::clone::Clone for WorkerConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for WorkerConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Worker>> for WorkerConn {
    fn from(inner: ::callboard::Connection<Worker>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for WorkerConn {
    type Target = ::callboard::Connection<Worker>;
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
impl WorkerConn {}
