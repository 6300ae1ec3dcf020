//! Writes and reads objects around values that are encoded already: messages and bodies in JSON and CBOR.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{DecodeError, EncodeError, Format, cbor, json, metadata::Metadata, value};

/// Writes nested objects with a known number of fields.
#[derive(Debug)]
pub(super) struct ObjectWriter {
    format: Format,
    out: Vec<u8>,
}

impl ObjectWriter {
    /// A writer of one object, whose encoded values take about this many bytes.
    pub(super) fn new(format: Format, payload: usize) -> Self {
        Self { format, out: Vec::with_capacity(payload + 128) }
    }

    /// Opens an object of this many fields.
    pub(super) fn begin(&mut self, fields: u64) {
        match self.format {
            Format::Json => self.out.push(b'{'),
            Format::Cbor => cbor::write_head(&mut self.out, 5, fields),
        }
    }

    /// Closes the object opened last.
    pub(super) fn end(&mut self) {
        if self.format == Format::Json {
            self.out.push(b'}');
        }
    }

    /// The name of the next field; its value follows. Names are plain words.
    pub(super) fn name(&mut self, name: &str) {
        match self.format {
            Format::Json => {
                if self.out.last() != Some(&b'{') {
                    self.out.push(b',');
                }
                self.out.push(b'"');
                self.out.extend(name.as_bytes());
                self.out.extend(b"\":");
            }
            Format::Cbor => cbor::write_text(&mut self.out, name),
        }
    }

    /// A field that is encoded already.
    pub(super) fn raw(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.out.extend(value);
    }

    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        self.name(name);
        match self.format {
            Format::Json => json::write_text(&mut self.out, text)?,
            Format::Cbor => cbor::write_text(&mut self.out, text),
        }
        Ok(())
    }

    pub(super) fn number(&mut self, name: &str, number: u64) {
        self.name(name);
        match self.format {
            Format::Json => self.out.extend(number.to_string().as_bytes()),
            Format::Cbor => cbor::write_head(&mut self.out, 0, number),
        }
    }

    pub(super) fn bool(&mut self, name: &str, value: bool) {
        self.name(name);
        match self.format {
            Format::Json => self.out.extend(value.to_string().as_bytes()),
            Format::Cbor => self.out.push(if value { 0xf5 } else { 0xf4 }),
        }
    }

    /// The id of a call, which JavaScript clients take as a `BigInt` and nothing else.
    pub(super) fn id(&mut self, name: &str, id: u64) {
        self.name(name);
        match self.format {
            Format::Json => self.out.extend(format!("[\"$BigInt\",\"{id}\"]").as_bytes()),
            Format::Cbor => cbor::write_wide(&mut self.out, 0, id),
        }
    }

    pub(super) fn finish(self) -> Bytes {
        self.out.into()
    }
}

/// The named fields of an encoded object.
#[derive(Debug)]
pub(super) struct ObjectReader<'a, const N: usize> {
    format: Format,
    names: [&'static str; N],
    values: [Option<&'a [u8]>; N],
}

impl<'a, const N: usize> ObjectReader<'a, N> {
    /// Finds these fields, wherever they stand; others are passed over.
    pub(super) fn new(
        format: Format,
        bytes: &'a [u8],
        names: [&'static str; N],
    ) -> Result<Self, DecodeError> {
        let values = match format {
            Format::Json => json::fields(bytes, &names)?,
            Format::Cbor => cbor::fields(bytes, &names)?,
        };
        Ok(Self { format, names, values })
    }

    /// A field as it is encoded; `None` where it is absent or null.
    pub(super) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        let index = self.names.iter().position(|known| *known == name)?;
        let is_null = |value: &[u8]| value == self.format.null() || value == UNDEFINED;
        self.values[index].filter(|value| !is_null(value))
    }

    /// A field that may be absent.
    pub(super) fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        value::from_bytes(self.format, raw).map_err(|error| error.within(format_args!("`{name}`")))
    }

    /// A field that must be there.
    pub(super) fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, DecodeError> {
        self.optional(name)?.ok_or_else(|| missing(name))
    }

    /// An encoded value, copied; null where it is absent.
    pub(super) fn value(&self, name: &str) -> Bytes {
        Bytes::copy_from_slice(self.raw(name).unwrap_or(self.format.null()))
    }

    /// The metadata of a fault, as it is encoded; `None` where it is absent or null.
    pub(super) fn metadata(&self, name: &str) -> Option<Metadata> {
        Some(Metadata::encoded(self.format, Bytes::copy_from_slice(self.raw(name)?)))
    }

    /// An encoded array: empty where it is absent or null, `[x]` where it is no array but `x`.
    pub(super) fn array(&self, name: &str) -> Cow<'a, [u8]> {
        match self.raw(name) {
            None => self.format.empty_array().into(),
            Some(raw) => into_array(self.format, raw),
        }
    }

    /// The object in a field that must be there.
    pub(super) fn object<const M: usize>(
        &self,
        name: &str,
        names: [&'static str; M],
    ) -> Result<ObjectReader<'a, M>, DecodeError> {
        let raw = self.raw(name).ok_or_else(|| missing(name))?;
        ObjectReader::new(self.format, raw, names).map_err(|error| error.within(format_args!("`{name}`")))
    }
}

/// `undefined` in CBOR.
const UNDEFINED: &[u8] = &[0xf7];

/// The encoded arguments as an array: empty for null, `[x]` for `x`.
pub(super) fn into_array(format: Format, raw: &[u8]) -> Cow<'_, [u8]> {
    let is_array = match format {
        Format::Json => raw.first() == Some(&b'['),
        Format::Cbor => raw.first().is_some_and(|initial| initial >> 5 == 4),
    };
    if is_array {
        return raw.into();
    }
    if raw == format.null() || raw == UNDEFINED {
        return format.empty_array().into();
    }
    let (open, close): (&[u8], &[u8]) = match format {
        Format::Json => (b"[", b"]"),
        Format::Cbor => (&[0x81], b""),
    };
    [open, raw, close].concat().into()
}

fn missing(name: &str) -> DecodeError {
    DecodeError::new(format!("`{name}` is missing"))
}
