//! The phases **model** and **check**: what the user's item means, and what is wrong with it.
//!
//! - *Model*: each part of the item (an action, a hook, an event) is read from the syntax into a type of its own, in
//!   a file of its own, by a function `of`. What is wrong with one part is reported there, to the part's own sink of
//!   errors (see [`errors`](crate::errors)), and leaves the other parts whole.
//! - *Check* (`check.rs`): the parts are compared with each other. Two actions may be right by themselves and have
//!   the same name on the wire.
//!
//! [`Actor`] is the model of an `impl` block, [`Interface`] that of a trait; both have a [`Contract`], which is what
//! clients see. The phase `expand` gets these and nothing else: no rule about what users may write is left to it.

mod action;
mod actor;
mod check;
mod contract;
mod event;
mod forwarded_attrs;
mod hooks;
mod interface;
mod mode;
mod name;
mod output;
pub(crate) mod owned;
mod parameter;
mod queue;
mod scope;
mod signature;

pub(crate) use action::{Action, Argument};
pub(crate) use actor::{Actor, Source};
pub(crate) use check::{can_be_contract, is_reserved};
pub(crate) use contract::{Contract, Names};
pub(crate) use event::Event;
pub(crate) use forwarded_attrs::ForwardedAttrs;
pub(crate) use hooks::{
    BeforeActorHook, CreateHook, GuardedEvent, Hook, Hooks, Lifecycle, MigrateHook, RawHandler, RunHook,
    SubscribeHook,
};
pub(crate) use interface::Interface;
pub(crate) use mode::Mode;
pub(crate) use name::wire as wire_name;
pub(crate) use output::Output;
pub(crate) use queue::Queue;
pub(crate) use scope::Scope;
