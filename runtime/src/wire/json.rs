//! JSON: `serde_json` does the work, and raw slices keep it from being done twice.

use std::fmt;

use serde::{
    Deserializer as _, Serialize,
    de::{DeserializeOwned, DeserializeSeed, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{DecodeError, EncodeError, Format, cbor, escape::Escaped, revive};

/// What every compatibility pair has in it, and almost no message: a text that starts with `$`.
pub(super) const PAIR: &str = "\"$";

/// One user value.
pub(super) fn write<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &Escaped<'_, T>,
) -> Result<(), EncodeError> {
    serde_json::to_writer(out, value).map_err(|error| EncodeError::new(error.to_string()))
}

/// One user value, and nothing after it.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    from_slice_at(bytes, false)
}

/// One user value, and nothing after it. The first of a pair is unescaped: `$$x` is `$x` there.
pub(super) fn from_slice_at<T: DeserializeOwned>(
    bytes: &[u8],
    first_of_pair: bool,
) -> Result<T, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::new("the JSON is not UTF-8"))?;
    if text.contains(PAIR) {
        return revive(text, first_of_pair);
    }
    // Servers of other languages write integers as floats too (`1795326173343.0`).
    serde_json::from_str(text).or_else(|error| revive(text, false).map_err(|_| decode_error(&error)))
}

/// The raw elements of an array.
pub(super) fn elements(bytes: &[u8]) -> Result<Vec<&RawValue>, DecodeError> {
    serde_json::from_slice(bytes).map_err(|error| decode_error(&error))
}

/// The raw values of the named fields of an object; `None` where absent, the last one where given twice.
pub(super) fn fields<'a, const N: usize>(
    bytes: &'a [u8],
    names: &[&str; N],
) -> Result<[Option<&'a [u8]>; N], DecodeError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let found = json.deserialize_map(Fields(names)).map_err(|error| decode_error(&error))?;
    json.end().map_err(|error| decode_error(&error))?;
    Ok(found)
}

/// Writes a text.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) -> Result<(), EncodeError> {
    serde_json::to_writer(out, text).map_err(|error| EncodeError::new(error.to_string()))
}

/// Reads the long way: as a tree, then as CBOR, whose reader knows the compatibility pairs.
fn revive<T: DeserializeOwned>(text: &str, first_of_pair: bool) -> Result<T, DecodeError> {
    let tree: ciborium::Value = serde_json::from_str(text).map_err(|error| decode_error(&error))?;
    let mut bytes = Vec::with_capacity(text.len());
    ciborium::into_writer(&tree, &mut bytes).map_err(|error| DecodeError::new(error.to_string()))?;
    let mut reader = cbor::reader::Reader::new(&bytes);
    let value = revive::read_from(Format::Json, &mut reader, first_of_pair)?;
    reader.finish()?;
    Ok(value)
}

/// The error without the place in the text, which says little about a message made by a program.
fn decode_error(error: &serde_json::Error) -> DecodeError {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match message.strip_suffix(&place) {
        Some(message) => DecodeError::new(message.to_owned()),
        None => DecodeError::new(message),
    }
}

/// Collects the raw values of the fields with these names.
struct Fields<'n, const N: usize>(&'n [&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Fields<'_, N> {
    type Value = [Option<&'de [u8]>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(index) = map.next_key_seed(Name(self.0))? {
            let value: &RawValue = map.next_value()?;
            if let Some(index) = index {
                found[index] = Some(value.get().as_bytes());
            }
        }
        Ok(found)
    }
}

/// Finds a field's name among those that are wanted.
struct Name<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: serde::Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
    }
}
