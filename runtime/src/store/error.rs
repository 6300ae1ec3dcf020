//! What can go wrong between an actor's state and what is kept of it.

/// The store failed; its text is for the log and never reaches a client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// From whatever the store's own library says.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// The state cannot be written in its persisted form.
#[derive(Debug, thiserror::Error)]
#[error("the state of `{actor}` cannot be saved: {reason}")]
pub struct SaveError {
    actor: &'static str,
    reason: String,
}

impl SaveError {
    /// For the actor type of this name.
    #[must_use]
    pub fn new(actor: &'static str, reason: &impl ToString) -> Self {
        Self { actor, reason: reason.to_string() }
    }
}

/// A persisted state is not one of this actor type (any more).
#[derive(Debug, thiserror::Error)]
#[error("the saved state of `{actor}` does not fit its type: {reason}")]
pub struct LoadError {
    actor: &'static str,
    reason: String,
}

impl LoadError {
    /// For the actor type of this name.
    #[must_use]
    pub fn new(actor: &'static str, reason: &impl ToString) -> Self {
        Self { actor, reason: reason.to_string() }
    }
}
