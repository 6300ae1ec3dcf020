//! The wire to Rust: a deserializer that reads values from any client.
//!
//! The direction is *in*: it reads what [`escape`](super::escape) writes, and what JavaScript clients write. For
//! example, a `u64` is read from each of
//!
//! ```text
//! 12                    a number
//! ["$BigInt","12"]      a bigint in the compatible form
//! 12.0                  CBOR: JavaScript writes a number beyond 32 bits as a float
//! tag 2, bytes 0c       CBOR: a bignum
//! ```
//!
//! It also reads byte strings (tag 64 or none), sets (258), maps (259) and `undefined` as null. Other tags are
//! skipped. An unknown pair such as `["$foo", 1]` is an array like any other.
//!
//! The input is always CBOR: JSON with a `$` in it is made CBOR first (`json.rs`), and JSON without one goes to
//! `serde_json`. `mod.rs` and `items.rs` use each other, as serde asks for it: a deserializer makes the reader of
//! a list, and that deserializes each element.

mod items;
mod value;

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{DeserializeOwned, IntoDeserializer, Visitor, value::SeqDeserializer},
    forward_to_deserialize_any,
};

use self::{
    items::{Entries, Map},
    value::{Integer, Value, resolve},
};
use super::{
    DecodeError, Format,
    cbor::reader::{self, MAX_DEPTH, Reader},
    tree,
};

/// Reads one value. The first of a pair is unescaped: `$$x` is `$x` there.
pub(super) fn read<T: DeserializeOwned>(
    input: &mut Reader<'_>,
    first_of_pair: bool,
) -> Result<T, DecodeError> {
    read_from(Format::Cbor, input, first_of_pair)
}

/// Reads one value that came in this format and has been made CBOR.
pub(super) fn read_from<T: DeserializeOwned>(
    origin: Format,
    input: &mut Reader<'_>,
    first_of_pair: bool,
) -> Result<T, DecodeError> {
    let mut revive = Revive { input: *input, origin, depth: MAX_DEPTH, first_of_pair };
    let value = T::deserialize(&mut revive)?;
    *input = revive.input;
    Ok(value)
}

/// A deserializer of the next values in the input. A copy of it looks ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Revive<'de> {
    input: Reader<'de>,
    /// The format in which the value came: in JSON no integer is a float.
    origin: Format,
    /// How many more levels may be entered.
    depth: u8,
    /// Whether the next value is the first of an escaped pair.
    first_of_pair: bool,
}

impl<'de> Revive<'de> {
    /// The next value, or the head of one that has values inside.
    fn value(&mut self) -> Result<Value<'de>, DecodeError> {
        let escaped = std::mem::take(&mut self.first_of_pair);
        let value = resolve(&mut self.input, self.depth)?;
        Ok(match value {
            Value::Text(text) if escaped && text.starts_with("$$") => Value::Text(match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[1..]),
                Cow::Owned(text) => Cow::Owned(text[1..].to_owned()),
            }),
            value => value,
        })
    }

    /// Runs `read` one level deeper.
    fn inside<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.depth = self.depth.checked_sub(1).ok_or_else(reader::too_deep)?;
        let result = read(self);
        self.depth += 1;
        result
    }

    /// Passes a value to a visitor by its own kind.
    fn visit<V: Visitor<'de>>(&mut self, value: Value<'de>, visitor: V) -> Result<V::Value, DecodeError> {
        match value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Integer(integer) => integer.visit(visitor),
            // An integer that needs 64 bits is sent as a float: see `escape`.
            Value::Float(float) => match Integer::from_float(float) {
                Some(integer) if self.origin == Format::Cbor && integer.is_wide_and_safe() => {
                    integer.visit(visitor)
                }
                _ => visitor.visit_f64(float),
            },
            Value::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Value::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Value::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            Value::Array { len, escaped } => self.inside(|inside| {
                inside.first_of_pair = escaped;
                let mut entries = Entries::new(inside, len);
                let value = visitor.visit_seq(&mut entries)?;
                entries.finish()?;
                Ok(value)
            }),
            Value::Map(len) => self.inside(|inside| {
                let mut entries = Entries::new(inside, len);
                let value = visitor.visit_map(Map(&mut entries))?;
                entries.finish()?;
                Ok(value)
            }),
        }
    }

    fn integer<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value()? {
            Value::Float(float) => match Integer::from_float(float) {
                Some(integer) => integer.visit(visitor),
                None => visitor.visit_f64(float),
            },
            value => self.visit(value, visitor),
        }
    }

    fn float<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value()? {
            Value::Float(float) => visitor.visit_f64(float),
            Value::Integer(integer) => visitor.visit_f64(integer.to_float()),
            value => self.visit(value, visitor),
        }
    }

    fn bytes<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value()? {
            Value::Bytes(Cow::Borrowed(bytes)) => visitor.visit_borrowed_bytes(bytes),
            Value::Bytes(Cow::Owned(bytes)) => visitor.visit_byte_buf(bytes),
            value => self.visit(value, visitor),
        }
    }
}

/// Methods that read the same way.
macro_rules! alike {
    ($read:ident: $($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.$read(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Revive<'de> {
    type Error = DecodeError;

    alike!(integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128);
    alike!(float: deserialize_f32 deserialize_f64);
    alike!(bytes: deserialize_bytes deserialize_byte_buf);
    forward_to_deserialize_any! {
        bool char str string unit unit_struct seq tuple tuple_struct map struct identifier
    }

    fn is_human_readable(&self) -> bool {
        true
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let value = self.value()?;
        self.visit(value, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let mut ahead = *self;
        if ahead.value()? == Value::Null {
            *self = ahead;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == tree::NAME {
            return self.bytes(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    /// A text is a variant without fields, a map of one entry a variant with its fields.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.value()? {
            Value::Text(variant) => visitor.visit_enum(variant.into_deserializer()),
            Value::Map(len) => self.inside(|inside| {
                let mut entries = Entries::new(inside, len);
                let value = visitor.visit_enum(Map(&mut entries))?;
                entries.finish()?;
                Ok(value)
            }),
            value => self.visit(value, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.first_of_pair = false;
        self.input.raw()?;
        visitor.visit_unit()
    }
}
