//! Whether the state behind a gate may be used, and by whom.

use tokio::task::AbortHandle;

/// Whether the state in memory may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateValidity {
    Valid,
    /// A turn asked for the actor's end. Nothing is saved any more: the commit that ends the actor is the one that the
    /// answers wait for.
    Destroying,
    /// A save failed or a turn was taken back: the state must not be used until it is loaded again.
    Invalid,
}

/// How far an actor has come that is made for a caller whom it is to judge first: see `admission/provisional`.
pub(super) enum Phase {
    /// It has let no caller in yet, and nothing of it is in the store. What it has begun beside its turns ends with it.
    Provisional { works: Vec<AbortHandle> },
    /// It is made, or was there already.
    Admitted,
    /// It was provisional, and is no more.
    Dropped,
}

/// What is known of a gate without its lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GateStatus {
    /// Calls may use the state, and nothing has asked for the actor's end.
    Open = 0,
    /// The state may be used by the actor itself.
    Reserved = 1,
    /// The state must not be used.
    Invalid = 2,
}
