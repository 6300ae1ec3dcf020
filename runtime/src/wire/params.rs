//! The params of a connection or of a call, by which `#[on_before_connect]` decides.

use bytes::Bytes;

#[cfg(feature = "server")]
use super::DecodeError;
#[cfg(feature = "client")]
use super::EncodeError;
use super::Format;
use crate::Payload;

/// Encoded params: JSON from the network, whose headers hold nothing else; CBOR within a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Params {
    format: Format,
    bytes: Bytes,
}

impl Params {
    /// How they are written for the network.
    pub(crate) const NETWORK: Format = Format::Json;

    /// Params as a client gives them; none for null, which is how an actor says that it asks for none.
    #[cfg(feature = "client")]
    pub(crate) fn encode<P: Payload>(format: Format, params: &P) -> Result<Option<Self>, EncodeError> {
        let bytes = params.encode(format)?;
        Ok((bytes != format.null()).then_some(Self { format, bytes }))
    }

    /// Params that came in a header.
    #[cfg(feature = "server")]
    pub(crate) const fn from_network(json: Bytes) -> Self {
        Self { format: Self::NETWORK, bytes: json }
    }

    #[cfg(feature = "server")]
    pub(crate) fn decode<P: Payload>(&self) -> Result<P, DecodeError> {
        P::decode(self.format, &self.bytes)
    }

    /// The text for a header.
    #[cfg(feature = "client")]
    pub(crate) fn header(&self) -> &[u8] {
        debug_assert_eq!(self.format, Self::NETWORK, "params for the network are JSON");
        &self.bytes
    }
}
