// Made from tests/input/queues_client_only.rs

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
impl ::callboard::QueueOf<Worker> for Job {
    const INDEX: usize = 0;
    type Response = Done;
}
/// What clients see of [`Worker`]. Made by `#[actor]`.
impl ::callboard::Contract for Worker {
    const NAME: &'static str = "worker";
    const QUEUES: &'static [::callboard::contract::QueueInfo] = &[
        ::callboard::contract::QueueInfo::new::<Self, Job>("jobs", "Job", "Done"),
    ];
    type Action = WorkerAction;
    type Event = WorkerEvent;
    type Params = ();
    type Input = ();
    type Handle = WorkerHandle;
    type Connection = WorkerConn;
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
