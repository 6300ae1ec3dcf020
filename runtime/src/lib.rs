//! Typed, stateful, realtime actors: actions and events checked by the compiler at both ends.

mod action;
mod contract;
mod error;
mod event;
mod id;
mod key;
pub mod wire;

pub use action::{Action, Reply};
pub use contract::{ActionInfo, ArgInfo, Contract, EventInfo, Mode, event_name};
pub use error::{ActorError, CallError, Fault};
pub use event::{Event, EventOf};
pub use id::{ActorId, ConnId, InvalidId};
pub use key::Key;
