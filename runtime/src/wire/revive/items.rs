//! The elements of arrays and maps for the reviving deserializer.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::CowStrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{
    DecodeError, Revive,
    value::{Integer, Value},
};

/// The entries of an array or a map, one by one.
#[derive(Debug)]
pub(super) struct Entries<'r, 'de> {
    revive: &'r mut Revive<'de>,
    left: Option<u64>,
}

impl<'r, 'de> Entries<'r, 'de> {
    pub(super) fn new(revive: &'r mut Revive<'de>, len: Option<u64>) -> Self {
        Self { revive, left: len }
    }

    /// Fails unless every entry has been read.
    pub(super) fn finish(mut self) -> Result<(), DecodeError> {
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
pub(super) struct Map<'e, 'r, 'de>(pub(super) &'e mut Entries<'r, 'de>);

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
        serde::Deserialize::deserialize(&mut *self.0.revive)
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

/// A map key. Its text is read as whatever kind of key is expected.
#[derive(Debug)]
struct Key<'de>(Cow<'de, str>);

impl<'de> Key<'de> {
    fn text(self) -> CowStrDeserializer<'de, DecodeError> {
        self.0.into_deserializer()
    }
}

/// Kinds that are parsed from the key's text.
macro_rules! parsed {
    ($($method:ident $visit:ident $kind:ty),*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.0.parse::<$kind>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => self.deserialize_any(visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = DecodeError;

    parsed!(
        deserialize_bool visit_bool bool, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_u128 visit_u128 u128, deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64
    );
    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }

    fn is_human_readable(&self) -> bool {
        true
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(self.text())
    }
}
