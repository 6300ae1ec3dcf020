//! Reading back: what is acknowledged can be read again, or is an error where it is given.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::wire::{self, EncodeError, Format};

/// A value as it is kept until later: a message in a queue, an argument of a scheduled action. These are small, so each
/// is read back.
pub(crate) fn kept<T: Serialize + DeserializeOwned>(format: Format, value: &T) -> Result<Bytes, EncodeError> {
    let bytes = wire::to_bytes(format, value)?;
    match wire::from_bytes::<T>(format, &bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(EncodeError::new(format!("it could not be read back: {error}"))),
    }
}
