//! One user value, to bytes and back.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, EncodeError, Format, cbor, escape::Escaped, json};

/// Encodes a value so that every client reads it, JavaScript's included.
///
/// Bytes become `["$Uint8Array", base64]`, integers beyond ±(2^53 - 1) become `["$BigInt", digits]`, and pairs that
/// would be taken for such are escaped. Other integers beyond ±2^32 are floats in CBOR, where JavaScript would
/// make them a `bigint`. Map keys are text; types with a readable form use it.
///
/// Fails if the value's `Serialize` does, and for a map whose keys have no text.
pub fn to_bytes<T: Serialize + ?Sized>(format: Format, value: &T) -> Result<Bytes, EncodeError> {
    encode(format, Escaped::new(format, value)).map(Bytes::from)
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

pub(super) fn encode<T: Serialize + ?Sized>(
    format: Format,
    value: Escaped<'_, T>,
) -> Result<Vec<u8>, EncodeError> {
    match format {
        Format::Json => json::to_vec(value),
        Format::Cbor => cbor::to_vec(value),
    }
}
