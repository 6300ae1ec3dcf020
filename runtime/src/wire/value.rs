//! Encodes and decodes one value of a user.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, EncodeError, Format, cbor, escape::Escaped, json};

/// Encodes a value so that every client reads it, JavaScript's included.
///
/// Bytes become `["$Uint8Array", base64]`, integers beyond ±(2^53 - 1) become `["$BigInt", digits]`, and pairs
/// that would be taken for such are escaped. Other integers beyond ±2^32 are floats in CBOR, where JavaScript
/// would make them a `bigint`. Map keys are text; types with a readable form use it.
///
/// Fails if the value's `Serialize` does, for a map whose keys have no text, and for what is nested more than 124
/// deep: with a message around it, no reader would take it.
pub fn to_bytes<T: Serialize + ?Sized>(format: Format, value: &T) -> Result<Bytes, EncodeError> {
    let mut out = Vec::with_capacity(64);
    write(&mut out, format, &Escaped::new(format, value))?;
    Ok(out.into())
}

/// Decodes a value that any client may have written.
///
/// Takes what [`to_bytes`] writes, and besides native CBOR (byte strings, bignums, sets, `undefined` as null) and
/// integral floats for integers. Fails for anything that is not exactly one value of type `T`, and for
/// arrays and maps nested more than 128 deep.
pub fn from_bytes<T: DeserializeOwned>(format: Format, bytes: &[u8]) -> Result<T, DecodeError> {
    match format {
        Format::Json => json::from_slice(bytes),
        Format::Cbor => cbor::from_slice(bytes),
    }
}

/// Appends a value; what is there stays as it was if the value cannot be encoded.
pub(super) fn write<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    format: Format,
    value: &Escaped<'_, T>,
) -> Result<(), EncodeError> {
    let before = out.len();
    let written = match format {
        Format::Json => json::write(out, value),
        Format::Cbor => cbor::write(out, value),
    };
    written.inspect_err(|_| out.truncate(before))
}
