#![cfg_attr(all(feature = "client", feature = "server"), doc = include_str!("docs/crate.md"))]
#![cfg_attr(
    not(all(feature = "client", feature = "server")),
    doc = "Typed, stateful, realtime actors, one half of them: see the documentation of all features."
)]

// The examples name the crate as its users do.
#[cfg(all(any(doc, test), feature = "client", feature = "server"))]
extern crate self as callboard;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(feature = "server")]
mod actor;
#[cfg(feature = "client")]
pub mod client;
pub mod contract;
#[cfg(feature = "server")]
mod delivery;
pub mod error;
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
pub mod server;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod testing;
mod util;
pub mod wire;

/// What the code of an actor is given: its context, its connections, and what it begins beside its turns.
#[cfg(feature = "server")]
pub mod context {
    pub use crate::actor::{
        caller::Caller,
        conn::Conn,
        conns::{Conns, SendEach},
        ctx::Ctx,
        work_handle::WorkHandle,
    };
    pub use crate::delivery::encoded_event::SendError;
}

/// How the host runs an actor: what `#[actor]` writes of the [`Actor`] trait, for those who write it by hand.
#[cfg(feature = "server")]
pub mod dispatch {
    pub use crate::actor::{ActionOf, Actor, Hooks, InputOf, ParamsOf, ReplyOf, RequestTurn};
}

/// Durable queues: messages that an actor takes in its own time.
pub mod queue {
    pub use crate::contract::queue::{QueueInfo, QueueOf};
    #[cfg(feature = "server")]
    pub use crate::{
        actor::{
            queue::Queue,
            queue_message::{Completion, QueueMessage},
        },
        store::MessageId,
    };
}

/// Raw requests and raw sockets: what an actor answers beside its actions.
#[cfg(feature = "server")]
pub mod raw {
    pub use crate::actor::raw_socket::{RawMessage, RawSendError, RawSocket};
    pub use axum::body::Body;
}

/// Schedules: actions that run later, and again.
#[cfg(feature = "server")]
pub mod schedule {
    pub use crate::actor::schedule::{Repeat, Schedule, ScheduleError, ScheduleId};
}

#[cfg(feature = "server")]
pub use actor::{
    Actor,
    caller::Caller,
    conn::Conn,
    ctx::Ctx,
    options::{Durability, Options},
    queue::Queue,
    raw_socket::RawSocket,
    work_handle::WorkHandle,
};
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
pub use client::{Client, Connection, Handle, Subscription};
pub use contract::{ActorId, ConnId, Contract, Event, EventOf, Key, Payload, QueueOf};
pub use error::{ActorError, CallError, Error, Fault, Result};
#[cfg(feature = "server")]
pub use limits::Limits;
#[cfg(feature = "server")]
pub use registry::Registry;

// Inside the crate these are found at its root too.
#[cfg(feature = "client")]
use contract::NoInput;
use contract::{Action, ActionInfo, EventInfo, InvalidId, NeedsConn, Reply};
#[cfg(feature = "server")]
use {
    actor::{
        ParamsOf, RequestTurn,
        schedule::{Schedule, ScheduleError, ScheduleId},
    },
    contract::{Mode, QueueInfo, SlowConsumer, event_name},
    server::{EventDrops, RegistryMetrics},
    store::MessageId,
};

// Its examples are run too.
#[cfg(all(doctest, feature = "client", feature = "server"))]
#[doc = include_str!("../README.md")]
struct Readme;
