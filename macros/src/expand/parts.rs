//! Which parts of an actor are generated: the crate's features, as a value.

/// The parts of an actor beside its contract, which is always generated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) client: bool,
    pub(crate) server: bool,
}
