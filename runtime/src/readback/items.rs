//! The elements of lists, maps and structs for the noting serializer: `note.rs` writes one value, this file what
//! is in it.
//!
//! serde has a serializer name the writers of its elements, while these need a serializer for each element. So they
//! are given it: it is what [`WrapElement`] makes of an element.

use std::marker::PhantomData;

use serde::{
    Serialize,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{
    kind,
    notes::{Notes, is_name, is_tag, plain},
    position::{Flags, Position},
    shapes::{Step, UNKNOWN},
};

/// Makes an element one that is noted while it is written.
pub(super) trait WrapElement {
    fn wrap<'a, T: Serialize + ?Sized>(value: &'a T, position: Position<'a>) -> impl Serialize;
}

/// Entries that are noted and go to `inner`, one by one.
pub(super) struct Items<'n, I, W> {
    inner: I,
    wrap: PhantomData<W>,
    notes: &'n Notes<'n>,
    /// The place of the whole list, map or struct.
    place: u32,
    /// The place that its fields start from: another one after a field that tells variants apart.
    at: u32,
    depth: u16,
    /// How many there were.
    count: usize,
    /// How many of them are not plain: where the next of these is looked for first.
    looked_at: usize,
    /// Where the items are, or the values of a map; `UNKNOWN` before the first.
    item: u32,
    /// The same for keys.
    key: u32,
    /// The entry of a map that comes next, if its key is the name of a field.
    entry: Option<u32>,
    /// The fields so far, hashed.
    present: u64,
    /// Whether each element of a tuple has a place of its own.
    is_short: bool,
    /// Whether a key that is a value may be taken for a field.
    has_entries: bool,
    /// Whether it may be a struct with `#[serde(flatten)]`, whose number of entries is not known.
    is_open: bool,
    /// The keys of it that are values, hashed.
    keys: Vec<u64>,
}

impl<'n, I, W: WrapElement> Items<'n, I, W> {
    /// Tuples up to this length are taken for what they are, and longer ones for arrays.
    const SHORT: usize = 16;

    #[inline]
    pub(super) fn new(inner: I, position: Position<'n>) -> Self {
        let Position { notes, place, depth, .. } = position;
        Self {
            inner,
            wrap: PhantomData,
            notes,
            place,
            at: place,
            depth,
            count: 0,
            looked_at: 0,
            item: UNKNOWN,
            key: UNKNOWN,
            entry: None,
            present: 0,
            is_short: false,
            has_entries: false,
            is_open: false,
            keys: Vec::new(),
        }
    }

    /// The same as a tuple of this length.
    pub(super) fn of(self, len: usize) -> Self {
        self.notes.note(self.place, kind::TUPLE);
        Self { is_short: len <= Self::SHORT, ..self }
    }

    /// The same as a map of this length.
    pub(super) fn map(self, len: Option<usize>) -> Self {
        let is_open = len.is_none();
        Self { has_entries: is_open || self.notes.has_entries(self.place), is_open, ..self }
    }

    #[inline]
    fn position(&self, place: u32, keeps_text: bool) -> Position<'n> {
        let flags = Flags { keeps_text, ..Flags::default() };
        Position { notes: self.notes, place, depth: self.depth, flags }
    }

    /// Where the next of a list is.
    #[inline]
    fn next_item(&mut self) -> Position<'n> {
        if self.count == 0 {
            self.item = self.notes.go(self.place, 0, Step::Item);
        }
        self.count += 1;
        self.position(self.item, false)
    }

    /// The next of a list is plain: the first is noted for all.
    #[inline]
    fn next_plain_item(&mut self, kind: u32) {
        if self.count == 0 {
            self.item = self.notes.go(self.place, 0, Step::Item);
            self.notes.note(self.item, kind);
        }
        self.count += 1;
    }

    /// Where the next of a tuple is.
    fn next_element(&mut self) -> Position<'n> {
        if !self.is_short {
            return self.next_item();
        }
        let place = self.notes.go(self.place, self.looked_at, Step::Element(self.count));
        self.is_present(0, 0);
        self.looked_at += 1;
        self.count += 1;
        self.position(place, false)
    }

    /// The place of the next field.
    #[inline]
    fn next_field(&mut self, name: &'static str) -> u32 {
        let place = self.notes.go(self.at, self.looked_at, Step::Field(name));
        self.looked_at += 1;
        place
    }

    /// A field is there, whose values are of this kind if they are plain.
    #[inline]
    fn is_present(&mut self, name: u64, kind: u32) {
        self.present =
            (self.present.rotate_left(5) ^ name ^ u64::from(kind)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// A field was written. If it tells variants apart, those after it are that variant's.
    #[inline]
    fn wrote<T: ?Sized>(&mut self) {
        if is_tag::<T>() {
            self.at = self.notes.go(self.at, self.looked_at, Step::Tag(self.notes.text()));
            self.looked_at = 0;
        }
    }
}

impl<I: SerializeSeq, W: WrapElement> SerializeSeq for Items<'_, I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
        if let Some(kind) = self.notes.plain::<T>() {
            self.next_plain_item(kind);
            return self.inner.serialize_element(value);
        }
        let value = W::wrap(value, self.next_item());
        self.inner.serialize_element(&value)
    }

    #[inline]
    fn end(self) -> Result<I::Ok, I::Error> {
        let kind = match self.count {
            0 => kind::EMPTY_SEQ,
            1 => kind::SEQ_OF_ONE,
            2 => kind::SEQ_OF_TWO,
            _ => kind::SEQ,
        };
        self.notes.note(self.place, kind);
        self.inner.end()
    }
}

/// Tuples, whatever they are called.
macro_rules! tuple {
    ($($trait:ident $method:ident)*) => {
        $(impl<I: $trait, W: WrapElement> $trait for Items<'_, I, W> {
            type Ok = I::Ok;
            type Error = I::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
                match self.notes.plain::<T>() {
                    Some(kind) if self.is_short => {
                        self.is_present(0, kind);
                        self.count += 1;
                        self.inner.$method(value)
                    }
                    Some(kind) => {
                        self.next_plain_item(kind);
                        self.inner.$method(value)
                    }
                    None => {
                        let value = W::wrap(value, self.next_element());
                        self.inner.$method(&value)
                    }
                }
            }

            #[inline]
            fn end(self) -> Result<I::Ok, I::Error> {
                self.notes.note_present(self.place, self.present);
                self.inner.end()
            }
        })*
    };
}

tuple!(SerializeTuple serialize_element SerializeTupleStruct serialize_field SerializeTupleVariant serialize_field);

/// Structs, whatever they are called.
macro_rules! fields {
    ($($trait:ident)*) => {
        $(impl<I: $trait, W: WrapElement> $trait for Items<'_, I, W> {
            type Ok = I::Ok;
            type Error = I::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), I::Error> {
                self.is_present(name.as_ptr().addr() as u64, plain::<T>().unwrap_or_default());
                if self.notes.plain::<T>().is_some() {
                    return self.inner.serialize_field(name, value);
                }
                let place = self.next_field(name);
                let value = W::wrap(value, self.position(place, is_tag::<T>()));
                self.inner.serialize_field(name, &value)?;
                self.wrote::<T>();
                Ok(())
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), I::Error> {
                let place = self.next_field(name);
                self.notes.note(place, kind::SKIPPED);
                self.inner.skip_field(name)
            }

            #[inline]
            fn end(self) -> Result<I::Ok, I::Error> {
                self.notes.note_present(self.place, self.present);
                self.inner.end()
            }
        })*
    };
}

fields!(SerializeStruct SerializeStructVariant);

impl<I: SerializeMap, W: WrapElement> SerializeMap for Items<'_, I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), I::Error> {
        if self.key == UNKNOWN {
            self.key = self.notes.go(self.place, 0, Step::Key);
        }
        // A struct with `#[serde(flatten)]` is a map, with its fields as entries beside those that are flattened.
        let is_field = is_name::<T>();
        let mut position = self.position(self.key, is_field || self.has_entries);
        position.flags.is_key = true;
        self.notes.forget_text();
        self.inner.serialize_key(&W::wrap(key, position))?;
        self.entry = None;
        if is_field {
            let entry = self.notes.go(self.at, self.count, Step::Entry(self.notes.text()));
            self.entry = Some(entry);
            self.is_present(self.notes.text(), 0);
        } else if self.has_entries {
            let is_taken = |map| self.notes.has_entry(map, self.notes.text());
            if is_taken(self.place) || is_taken(self.at) {
                // Its reader will take it for the field.
                self.notes.surprise();
            }
            if self.is_open {
                self.keys.push(self.notes.text());
            }
        }
        self.count += 1;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
        let Some(place) = self.entry else {
            if self.item == UNKNOWN {
                self.item = self.notes.go(self.place, 1, Step::Value);
            }
            if let Some(kind) = self.notes.plain::<T>() {
                self.notes.note(self.item, kind);
                return self.inner.serialize_value(value);
            }
            let value = W::wrap(value, self.position(self.item, false));
            return self.inner.serialize_value(&value);
        };
        let value = W::wrap(value, self.position(place, is_tag::<T>()));
        self.inner.serialize_value(&value)?;
        self.wrote::<T>();
        Ok(())
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.notes.note_present(self.place, self.present);
        self.notes.note(self.place, if self.count == 0 { kind::EMPTY_MAP } else { kind::MAP });
        for key in self.keys {
            // It may be the name of a field that is left out here, or another name of one.
            self.notes.note_key(self.at, key);
        }
        self.inner.end()
    }
}
