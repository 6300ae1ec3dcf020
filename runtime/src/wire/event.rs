//! The payload of an event: what a listener in any language gets as its arguments.
//!
//! | payload | arguments |
//! |---|---|
//! | unit struct, `()` | `[]` |
//! | tuple struct of several fields | its fields |
//! | newtype struct | `[inner]` |
//! | anything else | `[value]` |

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    ArgsWriter, DecodeError, EncodeError, Format,
    elements::Elements,
    shape::{self, Shape},
    value,
};

/// Encodes a payload as the array of a listener's arguments.
pub fn write_event<T: Serialize>(format: Format, payload: &T) -> Result<Bytes, EncodeError> {
    write_in_shape(format, payload, shape::of_value(payload))
}

/// The same for a payload that [`EventReader::read`] reads back as a `T`. That type alone says its shape: an
/// untagged enum is one argument for its reader, even where the value that is in it would be several.
pub(crate) fn write_event_as<T: DeserializeOwned>(
    format: Format,
    payload: &impl Serialize,
) -> Result<Bytes, EncodeError> {
    write_in_shape(format, payload, shape::of_type::<T>())
}

fn write_in_shape<T: Serialize>(format: Format, payload: &T, shape: Shape) -> Result<Bytes, EncodeError> {
    match shape {
        Shape::Nothing => Ok(Bytes::from_static(format.empty_array())),
        // As a value it is an array already.
        Shape::Spread => value::to_bytes(format, payload),
        Shape::One => {
            let mut args = ArgsWriter::new(format, 1);
            args.push(payload)?;
            Ok(args.finish())
        }
    }
}

/// An event's arguments, to be read as a payload.
#[derive(Debug, Clone, Copy)]
pub struct EventReader<'a> {
    format: Format,
    args: &'a [u8],
}

impl<'a> EventReader<'a> {
    /// A reader of an encoded array of arguments.
    #[must_use]
    pub const fn new(format: Format, args: &'a [u8]) -> Self {
        Self { format, args }
    }

    /// Reads the payload. A missing argument is read as null; one too many that is not null is an error.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let mut elements = Elements::new(self.format, self.args)?;
        let (payload, expected) = match shape::of_type::<T>() {
            Shape::Spread => return value::from_bytes(self.format, self.args),
            Shape::Nothing => (value::from_bytes(Format::Json, b"null")?, 0),
            Shape::One => (one(&mut elements)?, 1),
        };
        let mut got = expected;
        while let Some(is_null) = elements.next_is_null()? {
            got += 1;
            if !is_null {
                return Err(DecodeError::new(format!("expected {expected} arguments, got {got} or more")));
            }
        }
        Ok(payload)
    }
}

fn one<T: DeserializeOwned>(elements: &mut Elements<'_>) -> Result<T, DecodeError> {
    match elements.next()? {
        Some(payload) => Ok(payload),
        None => {
            value::from_bytes(Format::Json, b"null").map_err(|_| DecodeError::new("the payload is missing"))
        }
    }
}
