//! Creation input as text: CBOR in base64, standard in the control API, URL-safe in gateway addresses.

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;

use super::DecodeError;

/// How many bytes of CBOR the parameter `rvt-input` of a gateway address may carry.
pub const MAX_QUERY_INPUT: usize = 4096;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const API: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const QUERY: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT.with_encode_padding(false));

/// An input, encoded with [`to_bytes`](super::to_bytes) as CBOR, for the field `input` of the control API.
#[must_use]
pub fn to_api(input: &[u8]) -> String {
    API.encode(input)
}

/// The encoded input back from the field `input` of the control API. Padding may be left out.
pub fn from_api(text: &str) -> Result<Bytes, DecodeError> {
    decode(&API, text)
}

/// An input, encoded with [`to_bytes`](super::to_bytes) as CBOR, for the parameter `rvt-input` of a gateway
/// address. The caller checks [`MAX_QUERY_INPUT`].
#[must_use]
pub fn to_query(input: &[u8]) -> String {
    QUERY.encode(input)
}

/// The encoded input back from the parameter `rvt-input`. Padding may be there.
pub fn from_query(text: &str) -> Result<Bytes, DecodeError> {
    decode(&QUERY, text)
}

fn decode(engine: &GeneralPurpose, text: &str) -> Result<Bytes, DecodeError> {
    let bytes =
        engine.decode(text).map_err(|error| DecodeError::new(format!("input is not base64: {error}")))?;
    Ok(bytes.into())
}
