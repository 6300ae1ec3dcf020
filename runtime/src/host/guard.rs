//! The guard around an actor's own code: a panic there becomes a fault here.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use futures_util::FutureExt as _;

use crate::Fault;

/// Runs code of the actor. The actor's state after a panic is the caller's to replace.
pub(super) fn guarded<T>(code: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| panicked(&*panic))
}

/// Runs code of the actor that awaits.
pub(super) async fn guarded_async<T>(code: impl Future<Output = T>) -> Result<T, Fault> {
    AssertUnwindSafe(code).catch_unwind().await.map_err(|panic| panicked(&*panic))
}

fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Fault::internal(&format_args!(
        "the actor panicked: {}",
        text.unwrap_or("with a value that is not a text")
    ))
}
