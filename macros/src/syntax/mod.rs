//! The phase **parse**: from tokens to syntax. Nothing is interpreted yet.
//!
//! The parsers are our own, and not those of `syn` for whole items, for the sake of half-typed code. The body of a
//! method is kept as a group of tokens: whatever is in it, the rest of the block is parsed, code for it is generated,
//! and rustc reports what is wrong in the body. A signature that cannot be parsed costs its own method only
//! ([`Member::Unreadable`]). If nothing can be parsed, [`without_markers`] returns the item without our attributes,
//! and rustc reports the rest.

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
