//! `RawState`: a saved state for code that reads it in another way than its actor does, such as `#[on_migrate]`.

use std::fmt;

use serde::de::DeserializeOwned;

use super::{LoadError, state_codec};

/// A state as it is saved, whatever is in it: what an `#[on_migrate]` takes that reads it in ways of its own.
///
/// ```
/// # use callboard::prelude::*;
/// use callboard::store::RawState;
///
/// # #[derive(Deserialize)] struct First { count: i64 }
/// # #[derive(Deserialize)] struct Second { sum: u64 }
/// # #[derive(Default, Serialize, Deserialize)] struct Counter { total: u64 }
/// #[actor]
/// impl Counter {
///     #[on_migrate]
///     fn migrate(raw: RawState) -> Self {
///         let total = raw.read().map(|old: Second| old.sum);
///         let total = total.or_else(|_| raw.read().map(|old: First| old.count.unsigned_abs()));
///         Self { total: total.unwrap_or_default() }
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RawState(Vec<u8>);

impl RawState {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_owned())
    }

    /// It as a type that it may be.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, LoadError> {
        state_codec::load(&self.0)
    }

    /// Its bytes: CBOR, with structs as maps by the names of their fields.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RawState {
    /// Without what is in it, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawState").field("len", &self.0.len()).finish_non_exhaustive()
    }
}
