//! Which parts of an actor are generated: the crate's features, as a value.

/// Which parts of an actor are written, besides its contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) client: bool,
    pub(crate) server: bool,
}
