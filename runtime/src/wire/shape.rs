//! The shape of a payload type, asked from its serde implementation.
//!
//! A probe answers the first call of a `Serialize` or `Deserialize` with an error that is the shape, so asking
//! costs no more than that one call.

use std::fmt;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, Visitor},
    forward_to_deserialize_any,
    ser::{self, Impossible},
};

/// How a payload spreads over a listener's arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// No argument: a unit struct, `()`.
    Nothing,
    /// An argument for each field: a tuple struct.
    Spread,
    /// One argument: anything else.
    One,
}

/// The shape that a value serializes in.
pub(super) fn of_value<T: Serialize>(value: &T) -> Shape {
    match value.serialize(Probe) {
        Err(shape) => shape,
        Ok(never) => match never {},
    }
}

/// The shape that a type expects.
pub(super) fn of_type<T: DeserializeOwned>() -> Shape {
    // A type that asks for nothing is made of nothing.
    T::deserialize(Probe).err().unwrap_or(Shape::Nothing)
}

struct Probe;

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Shape {}

impl ser::Error for Shape {
    /// A value that fails by itself does so again when it is encoded.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::One
    }
}

impl de::Error for Shape {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::One
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Shape;

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option newtype_struct
        seq tuple map struct enum identifier ignored_any
    }

    fn is_human_readable(&self) -> bool {
        true
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Shape> {
        Err(Shape::One)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Shape> {
        Err(Shape::Nothing)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Shape> {
        Err(Shape::Nothing)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Shape> {
        Err(Shape::Spread)
    }
}

/// Kinds of value that are one argument.
macro_rules! one {
    ($($method:ident: $kind:ty),*) => {
        $(fn $method(self, _: $kind) -> Result<Never, Shape> {
            Err(Shape::One)
        })*
    };
}

type Never = std::convert::Infallible;
type Inside = Impossible<Never, Shape>;

impl Serializer for Probe {
    type Ok = Never;
    type Error = Shape;
    type SerializeSeq = Inside;
    type SerializeTuple = Inside;
    type SerializeTupleStruct = Inside;
    type SerializeTupleVariant = Inside;
    type SerializeMap = Inside;
    type SerializeStruct = Inside;
    type SerializeStructVariant = Inside;

    one!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_str: &str,
        serialize_bytes: &[u8]
    );

    fn is_human_readable(&self) -> bool {
        true
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<Never, Shape> {
        Err(Shape::One)
    }

    fn serialize_none(self) -> Result<Never, Shape> {
        Err(Shape::One)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Never, Shape> {
        Err(Shape::One)
    }

    fn serialize_unit(self) -> Result<Never, Shape> {
        Err(Shape::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Never, Shape> {
        Err(Shape::Nothing)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<Never, Shape> {
        Err(Shape::One)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result<Never, Shape> {
        Err(Shape::One)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Never, Shape> {
        Err(Shape::One)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside, Shape> {
        Err(Shape::One)
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside, Shape> {
        Err(Shape::One)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside, Shape> {
        Err(Shape::Spread)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inside, Shape> {
        Err(Shape::One)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside, Shape> {
        Err(Shape::One)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside, Shape> {
        Err(Shape::One)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inside, Shape> {
        Err(Shape::One)
    }
}
