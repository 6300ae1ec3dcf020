#![doc = include_str!("../README.md")]

// The examples name the crate as its users do.
#[cfg(all(any(doc, test), feature = "client", feature = "server"))]
extern crate self as callboard;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "server")]
mod actor;
#[cfg(feature = "client")]
pub mod client;
mod contract;
#[cfg(feature = "server")]
mod delivery;
mod error;
#[cfg(all(any(doc, test), feature = "client", feature = "server"))]
pub mod example;
#[cfg(feature = "server")]
mod host;
#[cfg(feature = "server")]
mod limits;
#[cfg(feature = "server")]
mod meters;
#[cfg(feature = "server")]
#[cfg_attr(feature = "client", doc = include_str!("docs/observability.md"))]
#[cfg_attr(not(feature = "client"), doc = "What can be seen of a running server.")]
pub mod observability {}
pub mod prelude;
#[cfg(feature = "server")]
mod readback;
#[cfg(feature = "server")]
mod registry;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod testing;
mod util;
pub mod wire;

#[cfg(feature = "server")]
pub use actor::caller::Caller;
#[cfg(feature = "server")]
pub use actor::conn::Conn;
#[cfg(feature = "server")]
pub use actor::ctx::{Conns, Ctx, SendEach};
#[cfg(feature = "server")]
pub use actor::options::{Durability, Options};
#[cfg(feature = "server")]
pub use actor::raw_socket::{RawMessage, RawSendError, RawSocket};
#[cfg(feature = "server")]
pub use actor::schedule::{Repeat, Schedule, ScheduleError, ScheduleId};
#[cfg(feature = "server")]
pub use actor::work_handle::WorkHandle;
#[cfg(feature = "server")]
pub use actor::{ActionOf, Actor, Hooks, InputOf, ParamsOf, ReplyOf, RequestTurn};
#[cfg(feature = "server")]
pub use axum::body::Body;
#[cfg_attr(all(feature = "client", feature = "server"), doc = include_str!("docs/actor_error.md"))]
#[doc(inline)]
pub use callboard_macros::ActorError;
#[cfg_attr(all(feature = "client", feature = "server"), doc = include_str!("docs/actor.md"))]
#[doc(inline)]
pub use callboard_macros::actor;
#[cfg_attr(all(feature = "client", feature = "server"), doc = include_str!("docs/server_only.md"))]
#[doc(inline)]
pub use callboard_macros::server_only;
pub use callboard_macros::{
    action, on_before_connect, on_connect, on_create, on_destroy, on_disconnect, on_migrate, on_request,
    on_sleep, on_state_change, on_subscribe, on_wake, on_websocket, run,
};
#[cfg(feature = "client")]
pub use client::{Client, Connection, ConnectionError, Handle, Status, Subscription};
#[cfg(feature = "client")]
pub use contract::NoInput;
pub use contract::action::{Action, NeedsConn, Reply};
pub use contract::event::{Event, EventOf};
pub use contract::id::{ActorId, ConnId, InvalidId};
pub use contract::key::Key;
pub use contract::payload::Payload;
#[cfg(feature = "server")]
pub use contract::queue::{Completion, Queue, QueueMessage};
pub use contract::queue::{QueueInfo, QueueOf};
pub use contract::{ActionInfo, ArgInfo, Contract, EventInfo, Mode, SlowConsumer, event_name};
#[cfg(feature = "server")]
pub use delivery::drop_counters::EventDrops;
#[cfg(feature = "server")]
pub use delivery::encoded_event::SendError;
pub use error::{ActorError, CallError, Error, Fault, FaultNameError, Result};
#[cfg(feature = "server")]
pub use host::summarize_panics;
#[cfg(feature = "server")]
pub use limits::Limits;
#[cfg(feature = "server")]
pub use meters::registry::RegistryMetrics;
#[cfg(feature = "server")]
pub use registry::Registry;
#[cfg(feature = "server")]
pub use server::{Origins, shutdown_signal};
#[cfg(feature = "server")]
pub use store::MessageId;
