//! What an actor and its clients usually need: `use callboard::prelude::*`.

pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;

#[cfg(feature = "server")]
pub use crate::{Actor, Caller, Conn, Ctx, Registry, context::SendEach};
pub use crate::{ActorError, ActorId, CallError, ConnId, Contract, EventOf, Fault, Key};
#[cfg(feature = "client")]
pub use crate::{Client, Connection, Handle, Subscription};
pub use crate::{
    action, actor, on_before_connect, on_connect, on_create, on_destroy, on_disconnect, on_migrate,
    on_request, on_sleep, on_state_change, on_subscribe, on_wake, on_websocket, run, server_only,
};
