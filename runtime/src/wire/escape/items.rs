//! The elements of arrays and structs for the escaping serializer.

use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{Escaped, Place};

/// Entries that go to `inner` one by one. `place` is where the next one stands.
#[derive(Debug)]
pub(super) struct Items<I> {
    pub(super) inner: I,
    pub(super) place: Place,
}

impl<I> Items<I> {
    /// The next entry, escaped for its place.
    pub(super) fn next<'a, T: ?Sized>(&mut self, value: &'a T) -> Escaped<'a, T> {
        let place = self.place;
        self.place = place.inside();
        Escaped { value, place }
    }
}

/// A sequence. One of unknown length is collected first, because only its end shows whether it is a pair.
#[derive(Debug)]
pub(super) enum Seq<S: Serializer> {
    Known(Items<S::SerializeSeq>),
    Unknown { inner: S, place: Place, items: Vec<ciborium::Value> },
}

impl<S: Serializer> SerializeSeq for Seq<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        match self {
            Self::Known(known) => {
                let value = known.next(value);
                known.inner.serialize_element(&value)
            }
            Self::Unknown { place, items, .. } => {
                let value = ciborium::Value::serialized(&Escaped { value, place: *place });
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

impl<I: SerializeTuple> SerializeTuple for Items<I> {
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

impl<I: SerializeTupleStruct> SerializeTupleStruct for Items<I> {
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

impl<I: SerializeTupleVariant> SerializeTupleVariant for Items<I> {
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

impl<I: SerializeStruct> SerializeStruct for Items<I> {
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

impl<I: SerializeStructVariant> SerializeStructVariant for Items<I> {
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
