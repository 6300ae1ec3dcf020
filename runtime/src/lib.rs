#![doc = include_str!("../README.md")]

// The examples name the crate as its users do.
#[cfg(all(any(doc, test), feature = "client", feature = "server"))]
extern crate self as callboard;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "server")]
mod account;
mod action;
#[cfg(feature = "server")]
mod actor;
#[cfg(feature = "server")]
mod backlog;
#[cfg(feature = "server")]
mod batch;
#[cfg(feature = "server")]
mod burst;
#[cfg(feature = "server")]
mod caller;
#[cfg(feature = "server")]
mod channel;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "server")]
mod clock;
#[cfg(feature = "server")]
mod conn;
mod contract;
#[cfg(feature = "server")]
mod ctx;
mod error;
mod event;
#[cfg(all(any(doc, test), feature = "client", feature = "server"))]
pub mod example;
mod fault;
#[cfg(feature = "server")]
mod faults;
#[cfg(feature = "server")]
mod frames;
#[cfg(feature = "server")]
mod framing;
#[cfg(feature = "server")]
mod hints;
#[cfg(feature = "server")]
mod host;
mod id;
#[cfg(feature = "server")]
mod in_flight;
mod key;
#[cfg(feature = "server")]
mod limits;
#[cfg(feature = "server")]
mod load;
mod log;
#[cfg(feature = "server")]
mod losses;
#[cfg(feature = "server")]
mod meters;
#[cfg(feature = "server")]
#[cfg_attr(feature = "client", doc = include_str!("docs/observability.md"))]
#[cfg_attr(not(feature = "client"), doc = "What can be seen of a running server.")]
pub mod observability {}
#[cfg(feature = "server")]
mod options;
#[cfg(feature = "server")]
mod outbox;
mod payload;
#[cfg(feature = "server")]
mod pen;
pub mod prelude;
mod queue;
#[cfg(feature = "server")]
mod raw_socket;
#[cfg(feature = "server")]
mod readback;
#[cfg(feature = "server")]
mod registry;
#[cfg(feature = "server")]
mod registry_metrics;
#[cfg(feature = "server")]
mod schedule;
#[cfg(feature = "server")]
mod server;
mod shown;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
mod subscriptions;
#[cfg(feature = "server")]
mod tap;
mod task;
#[cfg(feature = "server")]
pub mod testing;
#[cfg(feature = "server")]
mod through;
#[cfg(feature = "server")]
mod uptime;
pub mod wire;
#[cfg(feature = "server")]
mod wire_call;
#[cfg(feature = "server")]
mod work_handle;

pub use action::{Action, NeedsConn, Reply};
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
#[cfg(feature = "server")]
pub use caller::Caller;
#[cfg(feature = "client")]
pub use client::{Client, Connection, ConnectionError, Handle, Status, Subscription};
#[cfg(feature = "server")]
pub use conn::Conn;
#[cfg(feature = "client")]
pub use contract::NoInput;
pub use contract::{ActionInfo, ArgInfo, Contract, EventInfo, Mode, SlowConsumer, event_name};
#[cfg(feature = "server")]
pub use ctx::{Conns, Ctx, SendEach};
pub use error::{ActorError, CallError, Error, Fault, Result};
pub use event::{Event, EventOf};
pub use fault::FaultNameError;
#[cfg(feature = "server")]
pub use frames::SendError;
#[cfg(feature = "server")]
pub use host::summarize_panics;
pub use id::{ActorId, ConnId, InvalidId};
pub use key::Key;
#[cfg(feature = "server")]
pub use limits::Limits;
#[cfg(feature = "server")]
pub use losses::EventLosses;
#[cfg(feature = "server")]
pub use options::{Durability, Options};
pub use payload::Payload;
#[cfg(feature = "server")]
pub use queue::{Completion, Queue, QueueMessage};
pub use queue::{QueueInfo, QueueOf};
#[cfg(feature = "server")]
pub use raw_socket::{RawMessage, RawSendError, RawSocket};
#[cfg(feature = "server")]
pub use registry::Registry;
#[cfg(feature = "server")]
pub use registry_metrics::RegistryMetrics;
#[cfg(feature = "server")]
pub use schedule::{Repeat, Schedule, ScheduleError, ScheduleId};
#[cfg(feature = "server")]
pub use server::{Origins, shutdown_signal};
#[cfg(feature = "server")]
pub use store::MessageId;
#[cfg(feature = "server")]
pub use work_handle::WorkHandle;
