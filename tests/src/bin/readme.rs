//! The first program in README.md, on any port.
// It prints, as examples do.
#![allow(clippy::print_stdout, missing_debug_implementations, missing_docs, unreachable_pub)]

include!(concat!(env!("OUT_DIR"), "/readme_any_port.rs"));
