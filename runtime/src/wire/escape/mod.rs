//! Rust to the wire: a serializer that writes values in the form that every client can read.
//!
//! The direction is *out*: arguments and replies are written through [`Escaped`], and the other side reads them
//! with [`revive`](super::revive). For example, `to_bytes(Format::Json, &(9_007_199_254_740_993_u64, "x"))` is
//!
//! ```text
//! [["$BigInt","9007199254740993"],"x"]
//! ```
//!
//! because JavaScript would read the plain number as ..992. JavaScript clients know more kinds of values than
//! JSON, and fewer than Rust. On the wire, in all encodings:
//!
//! | in Rust | on the wire | in JavaScript |
//! |---|---|---|
//! | bytes (`serialize_bytes`) | `["$Uint8Array", base64]` | `Uint8Array` |
//! | an integer beyond ±(2^53 - 1) | `["$BigInt", "123"]` | `bigint`, never a rounded number |
//! | any other integer | a number; in CBOR as a float where it needs 64 bits | `number` |
//! | a pair whose first is a text `$..` | the same with one more `$` | the pair |
//! | a map key | text | a property name |
//! | a map with a key that has no text | an error; in the metadata of an error a tagged map in CBOR, null in JSON | `Map` |
//!
//! Types that have a readable form (`is_human_readable`) use it in CBOR too, so an id or a time is the same text
//! to a client whatever it negotiated.
//!
//! [`Escape`] wraps the serializer that writes the bytes (`serde_json`'s or `ciborium`'s), and changes each call
//! on its way. It makes the writers of lists (`items.rs`) and maps (`map.rs`), and gives them what makes a serializer
//! for each element.

mod items;
mod key;
mod map;
mod place;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeTuple as _},
};

use self::{
    items::{Items, Seq, WrapElement},
    map::Map,
    place::Place,
};
use super::Format;

/// The largest integer that JavaScript's `number` tells from its neighbours.
pub(super) const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// A value that serializes in the compatible form.
#[derive(Debug)]
pub(super) struct Escaped<'a, T: ?Sized> {
    value: &'a T,
    place: Place,
}

impl<'a, T: ?Sized> Escaped<'a, T> {
    pub(super) const fn new(format: Format, value: &'a T) -> Self {
        Self { value, place: Place::of(format) }
    }

    /// A value that is the first of two elements, where a text `$..` gets one more `$`.
    pub(super) const fn first_of_pair(format: Format, value: &'a T) -> Self {
        Self { value, place: Place::of(format).first_of_pair(true) }
    }

    /// A field of an error, which is a level of its own: in CBOR, with maps whose keys have no text.
    pub(super) const fn with_any_keys(value: &'a T, first_of_pair: bool) -> Self {
        Self { value, place: Place::of(Format::Cbor).with_any_keys().first_of_pair(first_of_pair) }
    }
}

impl<T: Serialize + ?Sized> Serialize for Escaped<'_, T> {
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Escape { inner, place: self.place })
    }
}

/// Escapes the elements of a value too.
enum EscapeElements {}

impl WrapElement for EscapeElements {
    fn wrap<T: Serialize + ?Sized>(value: &T, place: Place) -> impl Serialize {
        Escaped { value, place }
    }
}

/// The elements of a value that is escaped.
type Elements<I> = Items<I, EscapeElements>;

/// A serializer that changes values to their compatible form, and passes them on to `inner`.
struct Escape<S> {
    inner: S,
    place: Place,
}

impl<S: Serializer> Escape<S> {
    fn integer(self, number: i128) -> Result<S::Ok, S::Error> {
        if number.unsigned_abs() > MAX_SAFE_INTEGER.into() {
            return pair(self.inner, "$BigInt", &number.to_string());
        }
        // JavaScript's CBOR reads every integer of 64 bits as a `BigInt`, and a timestamp must not be one.
        let wide = !(-(1 << 32)..1 << 32).contains(&number);
        if wide && self.place.format == Format::Cbor {
            #[expect(clippy::cast_precision_loss, reason = "safe integers are what a float holds exactly")]
            return self.inner.serialize_f64(number as f64);
        }
        match i64::try_from(number) {
            Ok(number) => self.inner.serialize_i64(number),
            Err(error) => Err(S::Error::custom(error)),
        }
    }

    fn text(self, text: &str) -> Result<S::Ok, S::Error> {
        if self.place.is_first_of_pair && text.starts_with('$') {
            return self.inner.collect_str(&format_args!("${text}"));
        }
        self.inner.serialize_str(text)
    }

    fn known<I>(place: Place, len: usize, inner: I) -> Elements<I> {
        Items::new(inner, place.first_of_pair(len == 2))
    }

    fn named<I>(place: Place, inner: I) -> Elements<I> {
        Items::new(inner, place.inside())
    }
}

fn pair<S: Serializer>(inner: S, mark: &str, content: &str) -> Result<S::Ok, S::Error> {
    let mut pair = inner.serialize_tuple(2)?;
    pair.serialize_element(mark)?;
    pair.serialize_element(content)?;
    pair.end()
}

impl<S: Serializer> Serializer for Escape<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Seq<S, EscapeElements>;
    type SerializeTuple = Elements<S::SerializeTuple>;
    type SerializeTupleStruct = Elements<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Elements<S::SerializeTupleVariant>;
    type SerializeMap = Map<S, EscapeElements>;
    type SerializeStruct = Elements<S::SerializeStruct>;
    type SerializeStructVariant = Elements<S::SerializeStructVariant>;

    fn is_human_readable(&self) -> bool {
        true
    }

    fn serialize_bool(self, value: bool) -> Result<S::Ok, S::Error> {
        self.inner.serialize_bool(value)
    }

    fn serialize_i8(self, value: i8) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i8(value)
    }

    fn serialize_i16(self, value: i16) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i16(value)
    }

    fn serialize_i32(self, value: i32) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i32(value)
    }

    fn serialize_i64(self, value: i64) -> Result<S::Ok, S::Error> {
        self.integer(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result<S::Ok, S::Error> {
        self.integer(value)
    }

    fn serialize_u8(self, value: u8) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u8(value)
    }

    fn serialize_u16(self, value: u16) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u16(value)
    }

    fn serialize_u32(self, value: u32) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u32(value)
    }

    fn serialize_u64(self, value: u64) -> Result<S::Ok, S::Error> {
        self.integer(value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<S::Ok, S::Error> {
        match i128::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => pair(self.inner, "$BigInt", &value.to_string()),
        }
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.inner.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.inner.serialize_f64(value)
    }

    fn serialize_char(self, value: char) -> Result<S::Ok, S::Error> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<S::Ok, S::Error> {
        self.text(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        if self.place.is_first_of_pair {
            self.text(&value.to_string())
        } else {
            self.inner.collect_str(value)
        }
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        pair(self.inner, "$Uint8Array", &STANDARD.encode(value))
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        value.serialize(Self { place: self.place.wrapped()?, ..self })
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.text(variant)
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
        let value = Escaped { value, place: self.place.deeper(1)?.inside() };
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let place = self.place.deeper(1)?;
        Ok(match len {
            Some(len) => Seq::Known(Self::known(place, len, self.inner.serialize_seq(Some(len))?)),
            None => Seq::unknown(self.inner, place.inside()),
        })
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        Ok(Self::known(self.place.deeper(1)?, len, self.inner.serialize_tuple(len)?))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        Ok(Self::known(self.place.deeper(1)?, len, self.inner.serialize_tuple_struct(name, len)?))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        // Two levels: the variant, and the fields in it.
        let place = self.place.deeper(2)?;
        Ok(Self::known(place, len, self.inner.serialize_tuple_variant(name, index, variant, len)?))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Map::new(self.inner, len, self.place)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        Ok(Self::named(self.place.deeper(1)?, self.inner.serialize_struct(name, len)?))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let place = self.place.deeper(2)?;
        Ok(Self::named(place, self.inner.serialize_struct_variant(name, index, variant, len)?))
    }
}
