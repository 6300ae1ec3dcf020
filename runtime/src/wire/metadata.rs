//! The metadata of an error as it crosses the wire: any value that an argument can have.

use std::sync::OnceLock;

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    DecodeError, EncodeError, Format, cbor, elements::Elements, escape::Escaped, json, tree::Tree, value,
};

use crate::util::{log, shown::shown};

/// The metadata of a fault.
#[derive(Debug, Clone)]
pub struct Metadata {
    content: Content,
    /// The same value for `serde_json`, made at the first request.
    view: OnceLock<Value>,
}

#[derive(Debug, Clone)]
enum Content {
    Json(Value),
    /// One value, as it was written or came in.
    Encoded {
        format: Format,
        bytes: Bytes,
    },
}

impl Metadata {
    /// A value that is encoded. The caller has seen to it that it is one.
    pub(super) fn encoded(format: Format, bytes: Bytes) -> Self {
        Self { content: Content::Encoded { format, bytes }, view: OnceLock::new() }
    }

    /// Reads one that came in as bytes of their own. Fails if they are anything else than one value in CBOR.
    pub(super) fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        cbor::check(bytes)?;
        Ok(Self::encoded(Format::Cbor, Bytes::copy_from_slice(bytes)))
    }

    /// The only field of an error.
    #[must_use]
    pub fn of_one<T: Serialize>(field: &T) -> Self {
        let mut out = Vec::new();
        write(&mut out, field, false);
        Self::encoded(Format::Cbor, out.into())
    }

    /// What `serde_json` can have of it. Bytes are a list of numbers, integers of more than 64 bits are their
    /// digits.
    #[must_use]
    pub fn view(&self) -> &Value {
        match &self.content {
            Content::Json(value) => value,
            Content::Encoded { .. } => self.view.get_or_init(|| self.tree().into_json()),
        }
    }

    /// The value in this format. What a format cannot hold is null in it, and alone.
    pub(super) fn encode(&self, format: Format) -> Bytes {
        let encoded = match &self.content {
            Content::Json(value) => value::to_bytes(format, value),
            Content::Encoded { format: own, bytes } if *own == format => return bytes.clone(),
            Content::Encoded { .. } => value::to_bytes(format, &self.tree().fit(format)),
        };
        encoded.unwrap_or_else(|error| {
            log_unsendable(&error);
            Bytes::from_static(format.null())
        })
    }

    /// The value as a tree.
    pub(super) fn tree(&self) -> Tree {
        let (format, bytes) = self.source();
        value::from_bytes(format, &bytes).unwrap_or(Tree::Null)
    }

    /// A named field; `None` if it is not of this type. A missing one is null.
    #[must_use]
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let (format, bytes) = self.source();
        let [found] = match format {
            Format::Json => json::fields(&bytes, &[name]).ok()?,
            Format::Cbor => cbor::fields(&bytes, &[name]).ok()?,
        };
        value::from_bytes(format, found.unwrap_or(format.null())).ok()
    }

    /// A numbered field.
    #[must_use]
    pub fn element<T: DeserializeOwned>(&self, index: usize) -> Option<T> {
        let (format, bytes) = self.source();
        let mut elements = Elements::new(format, &bytes).ok()?;
        for _ in 0..index {
            elements.next_is_null().ok()??;
        }
        elements.next().ok()?
    }

    /// The only field.
    #[must_use]
    pub fn whole<T: DeserializeOwned>(&self) -> Option<T> {
        let (format, bytes) = self.source();
        value::from_bytes(format, &bytes).ok()
    }

    fn source(&self) -> (Format, Bytes) {
        match &self.content {
            Content::Json(_) => (Format::Cbor, self.encode(Format::Cbor)),
            Content::Encoded { format, bytes } => (*format, bytes.clone()),
        }
    }
}

impl From<Value> for Metadata {
    fn from(value: Value) -> Self {
        Self { content: Content::Json(value), view: OnceLock::new() }
    }
}

impl From<Tree> for Metadata {
    fn from(tree: Tree) -> Self {
        Self::of_one(&tree)
    }
}

impl PartialEq for Metadata {
    /// By what they say, whatever they are written in.
    fn eq(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Json(one), Content::Json(other)) => one == other,
            (Content::Encoded { format: one, bytes }, Content::Encoded { format, bytes: others })
                if one == format && bytes == others =>
            {
                true
            }
            _ => self.tree() == other.tree(),
        }
    }
}

/// The named fields of an error, being written; what cannot be encoded is null, and its neighbours are as they
/// are.
#[derive(Debug)]
pub struct NamedFields(Vec<u8>);

impl NamedFields {
    /// For exactly this many fields.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let mut out = Vec::new();
        cbor::write_head(&mut out, 5, count as u64);
        Self(out)
    }

    /// Writes the next one.
    pub fn push<T: Serialize>(&mut self, name: &str, field: &T) {
        cbor::write_text(&mut self.0, name);
        write(&mut self.0, field, false);
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Metadata {
        Metadata::encoded(Format::Cbor, self.0.into())
    }
}

/// The fields of an error that have no names, likewise.
#[derive(Debug)]
pub struct ListedFields {
    out: Vec<u8>,
    /// Whether the next one is the first of two, which could be taken for a compatibility pair.
    first_of_pair: bool,
}

impl ListedFields {
    /// For exactly this many fields.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let mut out = Vec::new();
        cbor::write_head(&mut out, 4, count as u64);
        Self { out, first_of_pair: count == 2 }
    }

    /// Writes the next one.
    pub fn push<T: Serialize>(&mut self, field: &T) {
        let first_of_pair = std::mem::take(&mut self.first_of_pair);
        write(&mut self.out, field, first_of_pair);
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Metadata {
        Metadata::encoded(Format::Cbor, self.out.into())
    }
}

/// Appends a field; null for one that cannot be encoded.
fn write<T: Serialize>(out: &mut Vec<u8>, field: &T, first_of_pair: bool) {
    if let Err(error) = value::write(out, Format::Cbor, &Escaped::with_any_keys(field, first_of_pair)) {
        log_unsendable(&error);
        out.extend(Format::Cbor.null());
    }
}

fn log_unsendable(error: &EncodeError) {
    log::error!(error = shown(&error), "a field of an error cannot be sent, and is null for clients");
}
