//! What a caller is told that is not let in to an actor.

use crate::Fault;

/// Why somebody was not let in.
#[derive(Debug)]
pub(crate) enum Denied {
    /// There is no such actor, or it could not be made or woken.
    Unreached(Fault),
    /// `#[on_before_connect]` does not want them, or `#[on_connect]`.
    Rejected(Fault),
}

impl Denied {
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            Self::Unreached(fault) | Self::Rejected(fault) => fault,
        }
    }
}
