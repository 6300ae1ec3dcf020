//! Map keys as text: what JavaScript objects and JSON have.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use super::{Escape, Place};

/// A map key that serializes as text, whatever it is. One that has no text is an error, unless its place takes any.
#[derive(Debug)]
pub(super) struct Key<'a, K: ?Sized> {
    pub(super) key: &'a K,
    pub(super) place: Place,
}

impl<K: Serialize + ?Sized> Serialize for Key<'_, K> {
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        self.key.serialize(KeyText { inner, place: self.place })
    }
}

struct KeyText<S> {
    inner: S,
    place: Place,
}

impl<S: Serializer> KeyText<S> {
    /// What writes a key that has no text.
    fn no_text(self) -> Result<Escape<S>, S::Error> {
        if self.place.any_keys {
            return Ok(Escape { inner: self.inner, place: self.place.inside() });
        }
        Err(serde::ser::Error::custom(
            "a map key must be a string, a number, a bool or a variant without fields",
        ))
    }
}

/// Kinds whose `Display` is their text.
macro_rules! displayed {
    ($($method:ident: $kind:ty),*) => {
        $(fn $method(self, value: $kind) -> Result<S::Ok, S::Error> {
            self.inner.collect_str(&value)
        })*
    };
}

impl<S: Serializer> Serializer for KeyText<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = <Escape<S> as Serializer>::SerializeSeq;
    type SerializeTuple = <Escape<S> as Serializer>::SerializeTuple;
    type SerializeTupleStruct = <Escape<S> as Serializer>::SerializeTupleStruct;
    type SerializeTupleVariant = <Escape<S> as Serializer>::SerializeTupleVariant;
    type SerializeMap = <Escape<S> as Serializer>::SerializeMap;
    type SerializeStruct = <Escape<S> as Serializer>::SerializeStruct;
    type SerializeStructVariant = <Escape<S> as Serializer>::SerializeStructVariant;

    displayed!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_char: char
    );

    fn is_human_readable(&self) -> bool {
        true
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.inner.collect_str(&value) } else { self.no_text()?.serialize_f64(value) }
    }

    fn serialize_str(self, value: &str) -> Result<S::Ok, S::Error> {
        self.inner.serialize_str(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        self.no_text()?.serialize_bytes(value)
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.no_text()?.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        value.serialize(Self { place: self.place.wrapped()?, ..self })
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.no_text()?.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.no_text()?.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(Self { place: self.place.wrapped()?, ..self })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.no_text()?.serialize_newtype_variant(name, index, variant, value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.no_text()?.serialize_seq(len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.no_text()?.serialize_tuple(len)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.no_text()?.serialize_tuple_struct(name, len)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.no_text()?.serialize_tuple_variant(name, index, variant, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.no_text()?.serialize_map(len)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        self.no_text()?.serialize_struct(name, len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.no_text()?.serialize_struct_variant(name, index, variant, len)
    }
}
