//! parse: what the user wrote, as written. Bodies stay opaque, so that half-typed code is rustc's to judge.

mod block;
mod keyword;
mod method;
mod options;
mod settings;
mod strip;

pub(crate) use block::Block;
pub(crate) use keyword::foreign_keyword;
pub(crate) use method::Method;
pub(crate) use options::{EventEntry, Options, parse_name, parse_value, skip_argument};
pub(crate) use settings::{Durability, Settings};
pub(crate) use strip::without_markers;
