//! parse: what the user wrote, as written. Bodies stay opaque, so that half-typed code is rustc's to judge.

mod argument;
mod block;
mod interface;
mod keyword;
mod method;
mod options;
mod settings;
mod slow_consumer;
mod strip;
mod target;

pub(crate) use argument::{parse_name, parse_value, skip_argument};
pub(crate) use block::{Block, Member};
pub(crate) use interface::Interface;
pub(crate) use keyword::keyword;
pub(crate) use method::Method;
pub(crate) use options::{EventEntry, Options, QueueEntry};
pub(crate) use settings::{Durability, Settings};
pub(crate) use slow_consumer::SlowConsumer;
pub(crate) use strip::without_markers;
pub(crate) use target::Target;
