//! Errors of stores, and of writing and reading states.

/// The store failed; its text is for the log and never reaches a client.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct StoreError {
    error: Box<dyn std::error::Error + Send + Sync>,
    is_unavailable: bool,
}

impl StoreError {
    /// From whatever the store's own library says.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { error: error.into(), is_unavailable: false }
    }

    /// The store is not there at all: it cannot be opened, or is closed. Callers in the same process are told this
    /// error, and clients over the network that the store is unavailable.
    pub fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { error: error.into(), is_unavailable: true }
    }

    /// Whether the store is not there at all.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.is_unavailable
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
