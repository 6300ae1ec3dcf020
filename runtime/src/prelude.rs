//! What an actor and its clients usually need: `use callboard::prelude::*`.

pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;

#[cfg(feature = "server")]
pub use crate::{Actor, Conn, Ctx, Registry, SendEach};
pub use crate::{ActorError, ActorId, CallError, ConnId, Contract, EventOf, Fault, Key, actor};
#[cfg(feature = "client")]
pub use crate::{Client, Connection, Handle, Subscription};
