//! Turns: who may run when, and what happens at the end of one.

pub(in crate::host) mod begin;
pub(in crate::host) mod call;
pub(in crate::host) mod call_chain;
pub(in crate::host) mod call_scope;
pub(in crate::host) mod catch;
pub(crate) mod decode;
pub(in crate::host) mod dispatch;
pub(in crate::host) mod guard;
pub(in crate::host) mod hooks;
pub(in crate::host) mod in_place;
pub(in crate::host) mod instrument;
pub(in crate::host) mod panics;
pub(in crate::host) mod piece;
pub(in crate::host) mod quantum;
pub(in crate::host) mod raw;
pub(in crate::host) mod raw_socket;
pub(in crate::host) mod read_turn;
pub(in crate::host) mod turns;
pub(in crate::host) mod wish;
pub(in crate::host) mod write_turn;
