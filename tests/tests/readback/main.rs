//! What is acknowledged can be read again: a state, a message or an event that cannot is an error where it is given.
#![allow(clippy::unwrap_used)]

mod chosen;
mod events;
mod messages;
mod recovery;
mod states;

use std::collections::BTreeMap;

use callboard::{CallError, prelude::*, store::MemoryStore};
use callboard_tests::{World, both_worlds};

/// Serde can write it, and cannot read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Shape {
    Circle { radius: u64 },
    Huge { id: u128 },
}

fn is_internal<T: std::fmt::Debug>(result: Result<T, CallError>) -> bool {
    let error = result.expect_err("it cannot be kept");
    let fault = error.fault().expect("the actor's word");
    fault.is("rivetkit", "internal_error")
        && fault.error_id().is_some()
        && !format!("{fault:?}").contains("Huge")
}
