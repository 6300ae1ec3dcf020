//! The framework's own faults: each is made here, and nowhere else, with its code and its words.
//!
//! Callers name the function (`faults::queue_full(limit)`), or compare with the code (`fault.has(Code::QueueFull)`).

#[cfg(feature = "server")]
mod actor;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "server")]
mod gateway;
#[cfg(feature = "server")]
mod queue;

#[cfg(feature = "server")]
pub(crate) use self::{actor::*, gateway::*, queue::*};
#[cfg(feature = "client")]
pub(crate) use client::*;

use super::{Code, Fault};

pub(crate) fn actor_not_found() -> Fault {
    Fault::of(Code::ActorNotFound, "The actor does not exist or was destroyed.")
}
