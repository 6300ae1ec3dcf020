//! Health: whether a process can take calls, as it says itself.

use super::Runtime;

/// What a balancer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It takes calls.
    Ok,
    /// It ends what it was given, and takes no more.
    Stopping,
    /// Nothing can be saved any more, nor read: another process may do better.
    StoreUnavailable,
}

impl Health {
    /// In the answer of `GET /health`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Stopping => "stopping",
            Self::StoreUnavailable => "store_unavailable",
        }
    }
}

impl Runtime {
    pub(crate) fn health(&self) -> Health {
        match (self.is_stopping(), self.store().health()) {
            (true, _) => Health::Stopping,
            (false, Err(_)) => Health::StoreUnavailable,
            (false, Ok(())) => Health::Ok,
        }
    }
}
