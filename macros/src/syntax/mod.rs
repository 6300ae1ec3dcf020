//! parse: what the user wrote, as written. Bodies stay opaque, so that half-typed code is rustc's to judge.

mod block;
mod interface;
mod keyword;
mod method;
mod options;
mod place;
mod settings;
mod slow;
mod strip;

pub(crate) use block::{Block, Member};
pub(crate) use interface::Interface;
pub(crate) use keyword::keyword;
pub(crate) use method::Method;
pub(crate) use options::{EventEntry, Options, QueueEntry, parse_name, parse_value, skip_argument};
pub(crate) use place::Place;
pub(crate) use settings::{Durability, Settings};
pub(crate) use slow::Slow;
pub(crate) use strip::without_markers;
