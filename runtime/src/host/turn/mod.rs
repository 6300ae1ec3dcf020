//! Turns: who may run when, and what happens at the end of one.
//!
//! - `call.rs` is a call and the way of its answer, `asked.rs` what its maker has of that; `call_chain.rs` has the calls that wait for it, and finds circles.
//! - `turns.rs` gives out turns: `write_turn.rs` those to change the state, `read_turn.rs` those to read it.
//! - `in_place.rs` runs calls of an idle actor where they are made; `dispatch.rs` runs what its mailbox brings. `begin.rs` has
//!   either go on in a task.
//! - `hooks.rs`, `piece.rs`, `raw.rs` and `raw_socket.rs`: what runs in turns, or beside them, and is no action.
//! - `guard.rs` and `catch.rs` are around all code of the actor: a panic, or no end, is a fault, and its events go out together.
//! - `wish.rs` grants what a turn asked for its actor's own life; `instrument.rs` watches calls.

pub(in crate::host) mod asked;
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
mod streak;
pub(in crate::host) mod turns;
pub(in crate::host) mod wish;
pub(in crate::host) mod write_turn;
