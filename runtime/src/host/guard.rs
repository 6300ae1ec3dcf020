//! The guard around an actor's own code: a panic there, or no end, becomes a fault here.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use futures_util::FutureExt as _;

use crate::{Fault, faults};

/// Runs code of the actor. The actor's state after a panic is the caller's to replace.
pub(super) fn guarded<T>(code: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| panicked(&*panic))
}

/// Runs code of the actor that awaits, for so long at most. Code that runs out of time stops where it is.
pub(super) async fn guarded_async<T>(limit: Duration, code: impl Future<Output = T>) -> Result<T, Fault> {
    match tokio::time::timeout(limit, AssertUnwindSafe(code).catch_unwind()).await {
        Ok(result) => result.map_err(|panic| panicked(&*panic)),
        Err(_) => Err(faults::timed_out(limit)),
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Fault::internal(&format_args!(
        "the actor panicked: {}",
        text.unwrap_or("with a value that is not a text")
    ))
}
