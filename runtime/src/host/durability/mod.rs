//! Durability: what an actor has changed, how it gets to the store, and what waits for that.
//!
//! [`durable`] has all of it under one lock, and [`turns`] is how turns begin and end there. [`output_gate`] is about revisions,
//! [`waiting`] about what waits for them, [`save`] about when
//! and how an actor is saved, [`commit`] about how a save becomes a commit and what becomes of it, and [`group_commit`] about
//! how the commits of all actors get to the store together.

pub(in crate::host) mod change_log;
pub(in crate::host) mod commit;
pub(in crate::host) mod durable;
pub(in crate::host) mod encode;
pub(in crate::host) mod fingerprint;
pub(in crate::host) mod gate_handle;
mod gate_status;
pub(in crate::host) mod group_commit;
mod kept;
pub(in crate::host) mod output_gate;
pub(in crate::host) mod parts;
pub(in crate::host) mod release;
pub(in crate::host) mod save;
pub(in crate::host) mod saves;
pub(in crate::host) mod turns;
pub(in crate::host) mod waiting;
