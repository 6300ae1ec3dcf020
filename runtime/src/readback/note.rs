//! The serializer that notes each call, and passes it on to the real serializer.

use std::fmt::Display;

use serde::{Serialize, Serializer, ser::Error as _};

use super::{
    items::Items,
    kind,
    notes::{Notes, is_reserved, positive},
    shapes::{ROOT, Step},
};

/// A value that is noted while it is written.
pub(crate) struct Noted<'a, T: ?Sized> {
    pub(super) value: &'a T,
    pub(super) notes: &'a Notes<'a>,
    pub(super) place: u32,
    pub(super) depth: u16,
    pub(super) flags: Flags,
}

/// What the place of a value says about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// It is inside a `Some`.
    pub(super) is_in_some: bool,
    /// Its text is needed, as the name of a variant or of a field.
    pub(super) keeps_text: bool,
    /// It is the key of a map.
    pub(super) is_key: bool,
}

impl<'a, T: ?Sized> Noted<'a, T> {
    pub(super) fn new(value: &'a T, notes: &'a Notes<'a>) -> Self {
        Self { value, notes, place: ROOT, depth: 0, flags: Flags::default() }
    }
}

impl<T: Serialize + ?Sized> Serialize for Noted<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        let Self { value, notes, place, depth, flags } = *self;
        value.serialize(Note { inner, notes, place, depth, flags })
    }
}

/// Notes what comes at a place, and passes it on to `inner`.
pub(super) struct Note<'n, S> {
    pub(super) inner: S,
    pub(super) notes: &'n Notes<'n>,
    pub(super) place: u32,
    pub(super) depth: u16,
    pub(super) flags: Flags,
}

impl<S: Serializer> Note<'_, S> {
    #[inline]
    fn note(&self, kind: u32) {
        self.notes.note(self.place, kind);
    }

    fn go(&self, hint: usize, step: Step) -> u32 {
        self.notes.go(self.place, hint, step)
    }

    fn variant(&self, name: &'static str, index: u32, variant: &'static str) -> u32 {
        if self.flags.keeps_text {
            self.notes.keep_text(variant);
        }
        self.go(index as usize, Step::Variant(name, variant))
    }

    /// The depth that many levels further in, or an error if a reader would not go as deep.
    #[inline]
    fn deeper(&self, levels: u16) -> Result<u16, S::Error> {
        let depth = self.depth + levels;
        if self.notes.is_too_deep(depth) {
            let most = self.notes.max_depth();
            return Err(S::Error::custom(format_args!("it is nested more than {most} levels deep")));
        }
        Ok(depth)
    }

    fn nothing(&self, kind: u32) {
        self.note(if self.flags.is_in_some { kind::SOME_NOTHING } else { kind });
    }

    fn float(&self, value: f64) {
        if value.is_finite() {
            self.note(kind::FLOAT);
        } else {
            self.notes.not_finite();
            self.note(kind::NOT_FINITE);
        }
    }
}

/// Methods that only note the kind of a value.
macro_rules! noted {
    ($($method:ident($value:ident: $type:ty) $kind:expr;)*) => {
        $(#[inline]
        fn $method(self, $value: $type) -> Result<S::Ok, S::Error> {
            self.note($kind);
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
    type SerializeSeq = Items<'n, S::SerializeSeq>;
    type SerializeTuple = Items<'n, S::SerializeTuple>;
    type SerializeTupleStruct = Items<'n, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Items<'n, S::SerializeTupleVariant>;
    type SerializeMap = Items<'n, S::SerializeMap>;
    type SerializeStruct = Items<'n, S::SerializeStruct>;
    type SerializeStructVariant = Items<'n, S::SerializeStructVariant>;

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
        self.float(value.into());
        self.inner.serialize_f32(value)
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.float(value);
        self.inner.serialize_f64(value)
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<S::Ok, S::Error> {
        self.note(if value.is_empty() { kind::EMPTY_TEXT } else { kind::TEXT });
        if self.flags.keeps_text {
            self.notes.keep_text(value);
        }
        if self.flags.is_key && is_reserved(value) {
            self.notes.note_reserved(value);
        }
        self.inner.serialize_str(value)
    }

    fn serialize_char(self, value: char) -> Result<S::Ok, S::Error> {
        self.note(kind::CHAR);
        if self.flags.keeps_text {
            self.notes.keep_text(value.encode_utf8(&mut [0; 4]));
        }
        self.inner.serialize_char(value)
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        self.note(if value.is_empty() { kind::EMPTY_BYTES } else { kind::BYTES });
        if self.flags.keeps_text {
            // serde's derive reads the name of a field from bytes too.
            self.notes.keep_text(&String::from_utf8_lossy(value));
        }
        self.inner.serialize_bytes(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        // Formatted here, because it matters whether the text is empty, and which key it is.
        self.serialize_str(&value.to_string())
    }

    #[inline]
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.nothing(kind::NONE);
        self.inner.serialize_none()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.note(kind::SOME);
        if let Some(kind) = self.notes.plain::<T>() {
            self.note(kind);
            return self.inner.serialize_some(value);
        }
        let Self { inner, notes, place, depth, flags } = self;
        inner.serialize_some(&Noted {
            value,
            notes,
            place,
            depth,
            flags: Flags { is_in_some: true, ..flags },
        })
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.nothing(kind::UNIT);
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.nothing(kind::UNIT);
        self.inner.serialize_unit_struct(name)
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.deeper(1)?;
        self.variant(name, index, variant);
        self.inner.serialize_unit_variant(name, index, variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let Self { inner, notes, place, depth, flags } = self;
        inner.serialize_newtype_struct(name, &Noted { value, notes, place, depth, flags })
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let (depth, place) = (self.deeper(1)?, self.variant(name, index, variant));
        let value = Noted { value, notes: self.notes, place, depth, flags: Flags::default() };
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let depth = self.deeper(1)?;
        Ok(Items::new(self.inner.serialize_seq(len)?, self.notes, self.place, depth))
    }

    #[inline]
    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        let depth = self.deeper(1)?;
        Ok(Items::new(self.inner.serialize_tuple(len)?, self.notes, self.place, depth).of(len))
    }

    #[inline]
    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        let (depth, place) = (self.deeper(1)?, self.go(0, Step::Struct(name)));
        Ok(Items::new(self.inner.serialize_tuple_struct(name, len)?, self.notes, place, depth).of(len))
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let (depth, place) = (self.deeper(2)?, self.variant(name, index, variant));
        let inner = self.inner.serialize_tuple_variant(name, index, variant, len)?;
        Ok(Items::new(inner, self.notes, place, depth).of(len))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        let (depth, place) = (self.deeper(1)?, self.go(0, Step::Map));
        Ok(Items::new(self.inner.serialize_map(len)?, self.notes, place, depth).map(len))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        let (depth, place) = (self.deeper(1)?, self.go(0, Step::Struct(name)));
        Ok(Items::new(self.inner.serialize_struct(name, len)?, self.notes, place, depth))
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let (depth, place) = (self.deeper(2)?, self.variant(name, index, variant));
        let inner = self.inner.serialize_struct_variant(name, index, variant, len)?;
        Ok(Items::new(inner, self.notes, place, depth))
    }
}
