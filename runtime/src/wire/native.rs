//! The form of values that only their actor reads, such as states: plain CBOR of serde, without the compatibility
//! layer.

use ciborium::Value;
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, EncodeError};

/// What the reader's own buffer, on the stack, has room for.
const SHORT: usize = 4096;

pub(crate) fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|error| match error {
        ciborium::ser::Error::Value(message) => EncodeError::new(message),
        ciborium::ser::Error::Io(error) => EncodeError::new(error.to_string()),
    })?;
    Ok(bytes)
}

pub(crate) fn from_bytes<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, DecodeError> {
    next(&mut bytes)
}

/// The first of several values, which is taken away.
pub(super) fn next<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, DecodeError> {
    // What is read as a borrowed text or borrowed bytes must fit the buffer: no text is longer than what it is in.
    let read = if bytes.len() <= SHORT {
        ciborium::from_reader(bytes)
    } else {
        let mut buffer = vec![0; bytes.len()];
        ciborium::de::from_reader_with_buffer(bytes, &mut buffer)
    };
    read.map_err(|error| match error {
        ciborium::de::Error::Semantic(_, message) => DecodeError::new(message),
        ciborium::de::Error::RecursionLimitExceeded => DecodeError::new("it is nested too deeply"),
        error => DecodeError::new(error.to_string()),
    })
}

/// Whether these are the same value, up to the order in arrays and maps: sets and maps that hash have another one
/// each time.
pub(crate) fn are_alike(bytes: &[u8], others: &[u8]) -> Result<bool, EncodeError> {
    Ok(bytes == others || in_some_order(bytes)? == in_some_order(others)?)
}

/// The value, with what is in arrays and maps in an order that depends on nothing else.
fn in_some_order(bytes: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let value = from_bytes(bytes).map_err(|error| EncodeError::new(error.to_string()))?;
    sorted(value)
}

fn sorted(value: Value) -> Result<Vec<u8>, EncodeError> {
    let mut parts = match value {
        Value::Array(items) => items.into_iter().map(sorted).collect::<Result<Vec<_>, _>>()?,
        Value::Map(entries) => {
            let entry = |(key, value)| Ok([sorted(key)?, sorted(value)?].concat());
            entries.into_iter().map(entry).collect::<Result<_, EncodeError>>()?
        }
        Value::Tag(tag, value) => vec![to_bytes(&tag)?, sorted(*value)?],
        single => return to_bytes(&single),
    };
    parts.sort_unstable();
    // As byte strings, so that no two values look alike.
    to_bytes(&parts.into_iter().map(Value::Bytes).collect::<Vec<_>>())
}
