//! The elements of an encoded array: arguments, or the values of an event.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

#[cfg(feature = "server")]
use super::native;
use super::{
    DecodeError, Format,
    cbor::reader::{Item, Reader},
    json,
    json_array::{JsonArray, JsonElements},
    revive,
};

/// What is left of an encoded array. Each element is decoded on its own.
///
/// To JavaScript the whole array is one value, so of exactly two elements the first is unescaped.
#[derive(Debug)]
pub(super) struct Elements<'a> {
    source: Source<'a>,
    /// Whether the next element is the first of two.
    first_of_pair: bool,
}

#[derive(Debug)]
enum Source<'a> {
    Json(JsonElements<'a>),
    /// JSON in which there may be compatibility pairs.
    JsonWithPairs(std::vec::IntoIter<&'a RawValue>),
    Cbor {
        rest: Reader<'a>,
        left: Option<u64>,
    },
    /// Written as states are.
    #[cfg(feature = "server")]
    Kept {
        rest: &'a [u8],
        left: u64,
    },
}

impl<'a> Elements<'a> {
    /// Fails if the bytes are not an array.
    pub(super) fn new(format: Format, bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(match format {
            Format::Json => match JsonArray::of(bytes) {
                Some(array) => Self::of_array(array)?,
                None => Self::with_pairs(bytes)?,
            },
            Format::Cbor => {
                let mut rest = Reader::new(bytes);
                let Item::Array(left) = rest.item()? else {
                    return Err(DecodeError::new("expected an array"));
                };
                Self { first_of_pair: left == Some(2), source: Source::Cbor { rest, left } }
            }
        })
    }

    pub(super) fn of_array(array: JsonArray<'a>) -> Result<Self, DecodeError> {
        match array.elements() {
            Some(elements) => Ok(Self { first_of_pair: false, source: Source::Json(elements) }),
            None => Self::with_pairs(array.text().as_bytes()),
        }
    }

    fn with_pairs(json: &'a [u8]) -> Result<Self, DecodeError> {
        let elements = json::elements(json)?;
        Ok(Self { first_of_pair: elements.len() == 2, source: Source::JsonWithPairs(elements.into_iter()) })
    }

    /// Those that are kept. Fails if the bytes are not an array.
    #[cfg(feature = "server")]
    pub(super) fn kept(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let Item::Array(Some(left)) = reader.item()? else {
            return Err(DecodeError::new("expected an array"));
        };
        Ok(Self { first_of_pair: false, source: Source::Kept { rest: reader.rest(), left } })
    }

    /// The next element; `None` at the end.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, DecodeError> {
        let first_of_pair = std::mem::take(&mut self.first_of_pair);
        match &mut self.source {
            Source::Json(elements) => elements.next(),
            Source::JsonWithPairs(elements) => match elements.next() {
                Some(raw) => json::from_slice_at(raw.get().as_bytes(), first_of_pair).map(Some),
                None => Ok(None),
            },
            Source::Cbor { rest, left } => {
                if rest.more(left)? {
                    return revive::read(rest, first_of_pair).map(Some);
                }
                rest.finish()?;
                Ok(None)
            }
            #[cfg(feature = "server")]
            Source::Kept { rest, left } => {
                let Some(fewer) = left.checked_sub(1) else { return Ok(None) };
                *left = fewer;
                native::next(rest).map(Some)
            }
        }
    }

    /// Reads over the next element: whether it is null or undefined; `None` at the end.
    pub(super) fn next_is_null(&mut self) -> Result<Option<bool>, DecodeError> {
        struct IsNull(bool);

        impl<'de> serde::Deserialize<'de> for IsNull {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Option::<serde::de::IgnoredAny>::deserialize(deserializer)?;
                Ok(Self(value.is_none()))
            }
        }

        Ok(self.next::<IsNull>()?.map(|IsNull(is_null)| is_null))
    }
}
