//! Maps: objects where all keys have a text, which is what JavaScript and JSON have.
//!
//! A key that has none, such as a tuple, is an error where the map is given. Only in the metadata of an error, which is
//! given by nobody who could be told, CBOR holds the map all the same. It gets the tag by which JavaScript's `Map`
//! travels: as a plain object, its clients could not even read the message.

use ciborium::Value;
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap},
};

use super::{
    items::{Items, WrapElement},
    key::Key,
    place::Place,
};

/// The tag of maps that are no objects.
const MAP: u64 = 259;

/// A map. Where it may have any keys, the first of them tells what it is.
#[derive(Debug)]
pub(super) enum Map<S: Serializer, W> {
    /// No key has been written yet.
    Begun {
        inner: S,
        len: Option<usize>,
        place: Place,
    },
    Object(Items<S::SerializeMap, W>),
    /// Collected, as the tag stands around all of it.
    Tagged {
        inner: S,
        place: Place,
        entries: Vec<(Value, Value)>,
    },
    /// While it becomes one of the others.
    Moved,
}

impl<S: Serializer, W: WrapElement> Map<S, W> {
    pub(super) fn new(inner: S, len: Option<usize>, place: Place) -> Result<Self, S::Error> {
        let place = place.deeper(1)?.inside();
        if place.any_keys {
            return Ok(Self::Begun { inner, len, place });
        }
        Ok(Self::Object(Items::new(inner.serialize_map(len)?, place)))
    }

    /// Writes the first key, and chooses by it.
    fn begin<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), S::Error> {
        let Self::Begun { inner, len, place } = std::mem::replace(self, Self::Moved) else {
            return Err(no_key());
        };
        *self = match collected_key::<K, W, _>(key, place)? {
            Value::Text(text) => {
                let mut object = inner.serialize_map(len)?;
                object.serialize_key(&text)?;
                Self::Object(Items::new(object, place))
            }
            // Its tag is a level too.
            key => Self::Tagged { inner, place: place.deeper(1)?, entries: vec![(key, Value::Null)] },
        };
        Ok(())
    }
}

impl<S: Serializer, W: WrapElement> SerializeMap for Map<S, W> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        match self {
            Self::Object(object) if object.place.any_keys => {
                object.inner.serialize_key(&collected_key::<T, W, _>(key, object.place)?)
            }
            Self::Object(object) => object.inner.serialize_key(&Key { key, place: object.place }),
            Self::Tagged { place, entries, .. } => {
                entries.push((collected_key::<T, W, _>(key, *place)?, Value::Null));
                Ok(())
            }
            Self::Begun { .. } | Self::Moved => self.begin(key),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        match self {
            Self::Object(object) => {
                let value = object.next(value);
                object.inner.serialize_value(&value)
            }
            Self::Tagged { place, entries, .. } => {
                let (_, last) = entries.last_mut().ok_or_else(no_key)?;
                *last = collected(&W::wrap(value, *place))?;
                Ok(())
            }
            Self::Begun { .. } | Self::Moved => Err(no_key()),
        }
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(object) => object.inner.end(),
            Self::Begun { inner, len, .. } => inner.serialize_map(len)?.end(),
            Self::Tagged { inner, entries, .. } => {
                Value::Tag(MAP, Box::new(Value::Map(entries))).serialize(inner)
            }
            Self::Moved => Err(no_key()),
        }
    }
}

/// A key as text. One that has none is written as any value.
fn collected_key<K: Serialize + ?Sized, W: WrapElement, E: Error>(key: &K, place: Place) -> Result<Value, E> {
    collected(&Key { key, place }).or_else(|_: E| collected(&W::wrap(key, place)))
}

fn collected<T: Serialize + ?Sized, E: Error>(value: &T) -> Result<Value, E> {
    Value::serialized(value).map_err(|ciborium::value::Error::Custom(message)| E::custom(message))
}

fn no_key<E: Error>() -> E {
    E::custom("a map's value has no key")
}
