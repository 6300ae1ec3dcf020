//! Any value as a tree, to be written in another format than the one in which it came.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

use super::Format;

/// A value of any type that has been written with [`to_bytes`](super::to_bytes), or by a client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// Any integer that is less than 2^127.
    Integer(i128),
    /// Any other.
    Huge(u128),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Array(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

/// The name by which the deserializer of the wire knows a [`Tree`], to which it gives bytes as bytes.
pub(super) const NAME: &str = "$callboard::Tree";

impl Tree {
    /// The same as far as a format can hold it: in JSON, a map is null if one of its keys is no text.
    pub(super) fn fit(self, format: Format) -> Self {
        match self {
            Self::Map(entries) if format == Format::Json && entries.iter().any(|(key, _)| !key.is_text()) => {
                Self::Null
            }
            Self::Map(entries) => {
                Self::Map(entries.into_iter().map(|(key, value)| (key, value.fit(format))).collect())
            }
            Self::Array(elements) => {
                Self::Array(elements.into_iter().map(|element| element.fit(format)).collect())
            }
            other => other,
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The value as `serde_json` has it: bytes are a list of numbers, integers of more than 64 bits their digits,
    /// and what is no number or has no text as its key is null.
    pub(super) fn into_json(self) -> Value {
        match self.fit(Format::Json) {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Integer(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => number.into(),
                (_, Ok(number)) => number.into(),
                _ => number.to_string().into(),
            },
            Self::Huge(number) => number.to_string().into(),
            Self::Float(float) => Number::from_f64(float).map_or(Value::Null, Value::Number),
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => bytes.into(),
            Self::Array(elements) => elements.into_iter().map(Self::into_json).collect(),
            Self::Map(entries) => Value::Object(
                entries
                    .into_iter()
                    .filter_map(|(key, value)| match key {
                        Self::Text(name) => Some((name, value.into_json())),
                        _ => None,
                    })
                    .collect(),
            ),
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(number) => serializer.serialize_i128(*number),
            Self::Huge(number) => serializer.serialize_u128(*number),
            Self::Float(float) => serializer.serialize_f64(*float),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    /// From any other deserializer than that of the wire.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Tree, E> {
        Ok(Tree::Integer(number))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Tree, E> {
        Ok(i128::try_from(number).map_or(Tree::Huge(number), Tree::Integer))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Tree, E> {
        Ok(Tree::Float(float))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Tree, E> {
        Ok(Tree::Bytes(bytes.to_vec()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Tree, E> {
        Ok(Tree::Bytes(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Tree::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}
