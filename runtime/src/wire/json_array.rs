//! An array in JSON whose elements are read where they stand, one after the other.

use serde::de::{Deserialize, DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, value::RawValue};

use super::{DecodeError, json};

/// The text of one well-formed array, from bracket to bracket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonArray<'a>(&'a str);

impl<'a> JsonArray<'a> {
    /// The array that the text begins with, and what follows it; `None` if it begins with anything else.
    pub(super) fn split_from(text: &'a str) -> Option<(Self, &'a str)> {
        if !text.starts_with('[') {
            return None;
        }
        let mut values = Deserializer::from_str(text).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (array, rest) = text.split_at(values.byte_offset());
        Some((Self(array), rest))
    }

    /// The bytes as an array; `None` if they are anything else.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let (array, rest) = Self::split_from(std::str::from_utf8(bytes).ok()?)?;
        rest.is_empty().then_some(array)
    }

    pub(super) const fn text(&self) -> &'a str {
        self.0
    }

    /// Its elements; `None` if there may be a compatibility pair among them, for which the array is one value.
    pub(super) fn elements(&self) -> Option<JsonElements<'a>> {
        let may_have_pair = self.0.contains(json::PAIR);
        (!may_have_pair).then_some(JsonElements { rest: self.0 })
    }
}

/// What is left of an array: from the bracket or the comma before the next element on.
#[derive(Debug)]
pub(super) struct JsonElements<'a> {
    rest: &'a str,
}

impl JsonElements<'_> {
    /// The next element; `None` at the end.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, DecodeError> {
        let Some(element) = self.rest.strip_prefix(['[', ',']).map(trim_start) else { return Ok(None) };
        if element.starts_with(']') {
            self.rest = element;
            return Ok(None);
        }
        if let Some((value, rest)) = split(element) {
            self.rest = rest;
            return Ok(Some(value));
        }
        // It does not fit, or not at once: an integer may be written as a float. Read alone it gives the right error.
        let (raw, rest) = split::<&RawValue>(element).ok_or_else(|| DecodeError::new("expected an array"))?;
        self.rest = rest;
        json::from_slice(raw.get().as_bytes()).map(Some)
    }
}

/// Reads the value that an element is, and what follows it, from the comma or the bracket on; `None` for an error, and
/// for a type that does not read all of it.
fn split<'a, T: Deserialize<'a>>(element: &'a str) -> Option<(T, &'a str)> {
    let mut values = Deserializer::from_str(element).into_iter::<T>();
    let value = values.next()?.ok()?;
    let rest = trim_start(&element[values.byte_offset()..]);
    rest.starts_with([',', ']']).then_some((value, rest))
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}
