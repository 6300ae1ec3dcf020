//! The elements of arrays and structs for the escaping serializer.
//!
//! serde has a serializer name the writers of its elements, while these need a serializer for each element. So they
//! are given it: it is what [`WrapElement`] makes of an element.

use std::marker::PhantomData;

use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::place::Place;

/// Makes an element one that serializes in the form for its place.
pub(super) trait WrapElement {
    fn wrap<T: Serialize + ?Sized>(value: &T, place: Place) -> impl Serialize;
}

/// Entries that go to `inner` one by one. `place` is where the next one stands.
#[derive(Debug)]
pub(super) struct Items<I, W> {
    pub(super) inner: I,
    pub(super) place: Place,
    wrap: PhantomData<W>,
}

impl<I, W: WrapElement> Items<I, W> {
    pub(super) fn new(inner: I, place: Place) -> Self {
        Self { inner, place, wrap: PhantomData }
    }

    /// The next entry, in the form for its place.
    pub(super) fn next<'a, T: Serialize + ?Sized>(
        &mut self,
        value: &'a T,
    ) -> impl Serialize + use<'a, T, I, W> {
        let place = self.place;
        self.place = place.inside();
        W::wrap(value, place)
    }
}

/// A sequence. One of unknown length is collected first, because only its end shows whether it is a pair.
#[derive(Debug)]
pub(super) enum Seq<S: Serializer, W> {
    Known(Items<S::SerializeSeq, W>),
    Unknown { inner: S, place: Place, items: Vec<ciborium::Value> },
}

impl<S: Serializer, W> Seq<S, W> {
    pub(super) fn unknown(inner: S, place: Place) -> Self {
        Self::Unknown { inner, place, items: Vec::new() }
    }
}

impl<S: Serializer, W: WrapElement> SerializeSeq for Seq<S, W> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        match self {
            Self::Known(known) => {
                let value = known.next(value);
                known.inner.serialize_element(&value)
            }
            Self::Unknown { place, items, .. } => {
                let value = ciborium::Value::serialized(&W::wrap(value, *place));
                items.push(
                    value.map_err(|ciborium::value::Error::Custom(message)| S::Error::custom(message))?,
                );
                Ok(())
            }
        }
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(known) => known.inner.end(),
            Self::Unknown { inner, mut items, .. } => {
                if let [ciborium::Value::Text(first), _] = &mut items[..]
                    && first.starts_with('$')
                {
                    first.insert(0, '$');
                }
                inner.collect_seq(&items)
            }
        }
    }
}

impl<I: SerializeTuple, W: WrapElement> SerializeTuple for Items<I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
        let value = self.next(value);
        self.inner.serialize_element(&value)
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.inner.end()
    }
}

impl<I: SerializeTupleStruct, W: WrapElement> SerializeTupleStruct for Items<I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
        let value = self.next(value);
        self.inner.serialize_field(&value)
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.inner.end()
    }
}

impl<I: SerializeTupleVariant, W: WrapElement> SerializeTupleVariant for Items<I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), I::Error> {
        let value = self.next(value);
        self.inner.serialize_field(&value)
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.inner.end()
    }
}

impl<I: SerializeStruct, W: WrapElement> SerializeStruct for Items<I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), I::Error> {
        let value = self.next(value);
        self.inner.serialize_field(name, &value)
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), I::Error> {
        self.inner.skip_field(name)
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.inner.end()
    }
}

impl<I: SerializeStructVariant, W: WrapElement> SerializeStructVariant for Items<I, W> {
    type Ok = I::Ok;
    type Error = I::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), I::Error> {
        let value = self.next(value);
        self.inner.serialize_field(name, &value)
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), I::Error> {
        self.inner.skip_field(name)
    }

    fn end(self) -> Result<I::Ok, I::Error> {
        self.inner.end()
    }
}
