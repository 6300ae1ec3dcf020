//! Errors: what an actor declares, what crosses the wire, what a caller gets.

// | file | what is in it |
// |---|---|
// | `code.rs` | `Code`: every group and code of the framework's own faults, with their HTTP statuses: one table |
// | `faults/` | the framework's own faults: the only place that makes them, each from its `Code` and with its words |
// | `fault/` | `Fault`, the error that crosses the wire: its parts, which names users may give, its HTTP status |
// | `actor_error.rs` | `ActorError`, which `#[derive(ActorError)]` implements for the errors that an actor declares |
// | `error_kind.rs` | how an error type of an action becomes a fault: declared, passed on, or internal |
// | `call_error.rs` | `CallError`, which callers get: it tells *not sent* from *may have been applied* |
// | `any.rs` | `Error`, which `?` makes of every error |
//
// To add a fault: a row in `code.rs`, a function in `faults/`, a row in the test of `fault/status.rs`. If clients
// are to try again at it, see `client/disconnect.rs`.

mod actor_error;
mod any;
mod call_error;
pub(crate) mod code;
pub(crate) mod error_kind;
pub(crate) mod fault;
pub(crate) mod faults;

pub use actor_error::ActorError;
pub use any::{Error, Result};
pub use call_error::CallError;
pub(crate) use code::Code;
pub use fault::{Fault, FaultNameError};
