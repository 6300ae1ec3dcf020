//! model: what the block means. Whatever is wrong in one part is reported and leaves the other parts whole.

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
