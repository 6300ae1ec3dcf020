//! model: what the block means. Whatever is wrong in one part is reported and leaves the other parts whole.

mod action;
mod actor;
mod before_actor;
mod carried;
mod check;
mod contract;
mod event;
mod hook;
mod interface;
mod life;
mod mode;
mod name;
mod output;
pub(crate) mod owned;
mod parameter;
mod queue;
mod raw;
mod scope;
mod subscribe;

pub(crate) use action::{Action, Argument};
pub(crate) use actor::{Actor, Source};
pub(crate) use before_actor::Check;
pub(crate) use carried::{Carried, is_builtin_attribute};
pub(crate) use check::{can_be_contract, is_reserved};
pub(crate) use contract::{Contract, Names};
pub(crate) use event::Event;
pub(crate) use hook::{Creator, Hook, Hooks};
pub(crate) use interface::Interface;
pub(crate) use life::{Life, Migration, Runner};
pub(crate) use mode::Mode;
pub(crate) use name::wire as wire_name;
pub(crate) use output::Output;
pub(crate) use queue::Queue;
pub(crate) use raw::{Raw, RawHandler};
pub(crate) use scope::Scope;
pub(crate) use subscribe::{Subscribe, Watched};
