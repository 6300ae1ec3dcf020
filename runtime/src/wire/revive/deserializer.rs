//! The deserializer of values, and of the elements of arrays and maps.

use std::borrow::Cow;

use serde::{
    Deserialize as _, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::SeqDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{
    key::Key,
    value::{Integer, Value, resolve},
};
use crate::wire::{
    DecodeError, Format,
    cbor::reader::{self, MAX_DEPTH, Reader},
    tree,
};

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
    pub(super) const fn new(input: Reader<'de>, origin: Format, first_of_pair: bool) -> Self {
        Self { input, origin, depth: MAX_DEPTH, first_of_pair }
    }

    /// What has not been read.
    pub(super) const fn rest(self) -> Reader<'de> {
        self.input
    }

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

/// The entries of an array or a map, one by one.
#[derive(Debug)]
struct Entries<'r, 'de> {
    revive: &'r mut Revive<'de>,
    left: Option<u64>,
}

impl<'r, 'de> Entries<'r, 'de> {
    fn new(revive: &'r mut Revive<'de>, len: Option<u64>) -> Self {
        Self { revive, left: len }
    }

    /// Fails unless every entry has been read.
    fn finish(mut self) -> Result<(), DecodeError> {
        if self.revive.input.more(&mut self.left)? {
            return Err(DecodeError::new("more elements than expected"));
        }
        Ok(())
    }

    /// Bounded by the length of the input, because visitors reserve memory by it: a client could claim any number
    /// of elements.
    fn size_hint(&self) -> Option<usize> {
        let left = usize::try_from(self.left?).unwrap_or(usize::MAX);
        Some(left.min(self.revive.input.len()))
    }
}

impl<'de> SeqAccess<'de> for &mut Entries<'_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        if !self.revive.input.more(&mut self.left)? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.revive).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Entries::size_hint(self)
    }
}

/// The entries of a map, or the one entry that is a variant with its fields.
#[derive(Debug)]
struct Map<'e, 'r, 'de>(&'e mut Entries<'r, 'de>);

impl<'de> Map<'_, '_, 'de> {
    /// The next key, if it is text or a number, which may stand for whatever kind of key is expected.
    fn key(&mut self) -> Result<Option<Key<'de>>, DecodeError> {
        let mut ahead = *self.0.revive;
        let key = match ahead.value()? {
            Value::Text(text) => Key(text),
            Value::Integer(Integer::Positive(number)) => Key(number.to_string().into()),
            Value::Integer(Integer::Negative(number)) => Key(number.to_string().into()),
            _ => return Ok(None),
        };
        *self.0.revive = ahead;
        Ok(Some(key))
    }
}

impl<'de> MapAccess<'de> for Map<'_, '_, 'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        if !self.0.revive.input.more(&mut self.0.left)? {
            return Ok(None);
        }
        match self.key()? {
            Some(key) => seed.deserialize(key).map(Some),
            None => seed.deserialize(&mut *self.0.revive).map(Some),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        seed.deserialize(&mut *self.0.revive)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de> EnumAccess<'de> for Map<'_, '_, 'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Result<(V::Value, Self), DecodeError> {
        if !self.0.revive.input.more(&mut self.0.left)? {
            return Err(DecodeError::new("a variant is missing its name"));
        }
        let name = self.key()?.ok_or_else(|| DecodeError::new("a variant's name is not a text"))?;
        let variant = seed.deserialize(name)?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Map<'_, '_, 'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        <()>::deserialize(&mut *self.0.revive)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(&mut *self.0.revive)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.0.revive.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.0.revive.deserialize_any(visitor)
    }
}
