//! The persisted form of a state: CBOR, with structs as maps by the names of their fields, so that fields can be
//! added.

use std::any::type_name;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};

use super::{LoadError, SaveError};
use crate::{
    readback,
    wire::{DecodeError, native},
};

/// A state in its persisted form. A state that could not be read again is an error.
pub fn save<A: Serialize + DeserializeOwned + 'static>(state: &A) -> Result<Vec<u8>, SaveError> {
    readback::state(state, |state| native::to_bytes(state), |bytes| read(bytes))
        .map_err(|error| SaveError::new(type_name::<A>(), &error))
}

/// A state back from its persisted form.
pub fn load<A: DeserializeOwned>(bytes: &[u8]) -> Result<A, LoadError> {
    read(bytes).map_err(|error| LoadError::new(type_name::<A>(), &error))
}

/// A state back from its persisted form, with the bare error.
pub(crate) fn read<A: DeserializeOwned>(bytes: &[u8]) -> Result<A, DecodeError> {
    native::from_bytes::<WithPath<A>>(bytes).map(|state| state.0)
}

/// Reads a value so that an error names the field: `messages[3].text: invalid type`.
struct WithPath<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for WithPath<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_path_to_error::deserialize(deserializer).map(Self).map_err(D::Error::custom)
    }
}
