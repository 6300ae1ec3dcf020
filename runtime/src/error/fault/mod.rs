//! Faults beside what of them crosses the wire: their names, their statuses, their causes.

mod cause;
mod name;
mod status;

pub(crate) use cause::Cause;
pub use cause::{CauseProbe, CausedKind, UncausedKind};
pub use name::FaultNameError;
