//! The serializer that notes each call, and passes it on to the real serializer.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use super::{
    items::{Items, WrapElement},
    kind,
    notes::{Notes, is_reserved, positive},
    position::Position,
    shapes::Step,
};

/// A value that is noted while it is written.
pub(crate) struct Noted<'a, T: ?Sized> {
    value: &'a T,
    position: Position<'a>,
}

impl<'a, T: ?Sized> Noted<'a, T> {
    pub(super) fn new(value: &'a T, notes: &'a Notes<'a>) -> Self {
        Self { value, position: Position::root(notes) }
    }
}

impl<T: Serialize + ?Sized> Serialize for Noted<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Note { inner, position: self.position })
    }
}

/// Notes the elements of a value too.
pub(super) enum NoteElements {}

impl WrapElement for NoteElements {
    #[inline]
    fn wrap<'a, T: Serialize + ?Sized>(value: &'a T, position: Position<'a>) -> impl Serialize {
        Noted { value, position }
    }
}

/// The elements of a value that is noted.
type Elements<'n, I> = Items<'n, I, NoteElements>;

/// Notes what comes at a position, and passes it on to `inner`.
struct Note<'n, S> {
    inner: S,
    position: Position<'n>,
}

/// Methods that only note the kind of a value.
macro_rules! noted {
    ($($method:ident($value:ident: $type:ty) $kind:expr;)*) => {
        $(#[inline]
        fn $method(self, $value: $type) -> Result<S::Ok, S::Error> {
            self.position.note($kind);
            self.inner.$method($value)
        })*
    };
}

const fn signed(is_negative: bool) -> u32 {
    if is_negative { kind::NEGATIVE } else { kind::INT }
}

impl<'n, S: Serializer> Serializer for Note<'n, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Elements<'n, S::SerializeSeq>;
    type SerializeTuple = Elements<'n, S::SerializeTuple>;
    type SerializeTupleStruct = Elements<'n, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Elements<'n, S::SerializeTupleVariant>;
    type SerializeMap = Elements<'n, S::SerializeMap>;
    type SerializeStruct = Elements<'n, S::SerializeStruct>;
    type SerializeStructVariant = Elements<'n, S::SerializeStructVariant>;

    noted! {
        serialize_bool(value: bool) kind::BOOL;
        serialize_i8(value: i8) signed(value < 0);
        serialize_i16(value: i16) signed(value < 0);
        serialize_i32(value: i32) signed(value < 0);
        serialize_i64(value: i64) signed(value < 0);
        serialize_i128(value: i128) if i64::try_from(value).is_ok() { kind::I128 } else { kind::WIDE_I128 };
        serialize_u8(value: u8) kind::INT;
        serialize_u16(value: u16) kind::INT;
        serialize_u32(value: u32) kind::INT;
        serialize_u64(value: u64) positive(value);
        serialize_u128(value: u128) if u64::try_from(value).is_ok() { kind::U128 } else { kind::WIDE_U128 };
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.position.note_float(value.into());
        self.inner.serialize_f32(value)
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.position.note_float(value);
        self.inner.serialize_f64(value)
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<S::Ok, S::Error> {
        self.position.note(if value.is_empty() { kind::EMPTY_TEXT } else { kind::TEXT });
        if self.position.flags.keeps_text {
            self.position.notes.keep_text(value);
        }
        if self.position.flags.is_key && is_reserved(value) {
            self.position.notes.note_reserved(value);
        }
        self.inner.serialize_str(value)
    }

    fn serialize_char(self, value: char) -> Result<S::Ok, S::Error> {
        self.position.note(kind::CHAR);
        if self.position.flags.keeps_text {
            self.position.notes.keep_text(value.encode_utf8(&mut [0; 4]));
        }
        self.inner.serialize_char(value)
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        self.position.note(if value.is_empty() { kind::EMPTY_BYTES } else { kind::BYTES });
        if self.position.flags.keeps_text {
            // serde's derive reads the name of a field from bytes too.
            self.position.notes.keep_text(&String::from_utf8_lossy(value));
        }
        self.inner.serialize_bytes(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        // Formatted here, because it matters whether the text is empty, and which key it is.
        self.serialize_str(&value.to_string())
    }

    #[inline]
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.position.note_nothing(kind::NONE);
        self.inner.serialize_none()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.position.note(kind::SOME);
        if let Some(kind) = self.position.notes.plain::<T>() {
            self.position.note(kind);
            return self.inner.serialize_some(value);
        }
        self.inner.serialize_some(&Noted { value, position: self.position.in_some() })
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.position.note_nothing(kind::UNIT);
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.position.note_nothing(kind::UNIT);
        self.inner.serialize_unit_struct(name)
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.position.deeper(1)?;
        self.position.variant(name, index, variant);
        self.inner.serialize_unit_variant(name, index, variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_struct(name, &Noted { value, position: self.position })
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let position = self.position.deeper(1)?.at(self.position.variant(name, index, variant));
        let value = Noted { value, position };
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let position = self.position.deeper(1)?;
        Ok(Items::new(self.inner.serialize_seq(len)?, position))
    }

    #[inline]
    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        let position = self.position.deeper(1)?;
        Ok(Items::new(self.inner.serialize_tuple(len)?, position).of(len))
    }

    #[inline]
    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        let position = self.position.deeper(1)?.at(self.position.go(0, Step::Struct(name)));
        Ok(Items::new(self.inner.serialize_tuple_struct(name, len)?, position).of(len))
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let position = self.position.deeper(2)?.at(self.position.variant(name, index, variant));
        let inner = self.inner.serialize_tuple_variant(name, index, variant, len)?;
        Ok(Items::new(inner, position).of(len))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        let position = self.position.deeper(1)?.at(self.position.go(0, Step::Map));
        Ok(Items::new(self.inner.serialize_map(len)?, position).map(len))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        let position = self.position.deeper(1)?.at(self.position.go(0, Step::Struct(name)));
        Ok(Items::new(self.inner.serialize_struct(name, len)?, position))
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let position = self.position.deeper(2)?.at(self.position.variant(name, index, variant));
        let inner = self.inner.serialize_struct_variant(name, index, variant, len)?;
        Ok(Items::new(inner, position))
    }
}
