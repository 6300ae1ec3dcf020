//! The encodings that connections get events in.

use crate::wire::Encoding;

/// An encoding of events. All connections of one slot get the same bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EncodingSlot {
    Wire(Encoding),
    #[cfg(feature = "client")]
    Local,
}

/// One value for each slot, at its [`index`](EncodingSlot::index).
pub(crate) type PerSlot<T> = [T; EncodingSlot::COUNT];

impl EncodingSlot {
    pub(crate) const ALL: PerSlot<Self> = [
        Self::Wire(Encoding::Json),
        Self::Wire(Encoding::Cbor),
        Self::Wire(Encoding::Bare),
        #[cfg(feature = "client")]
        Self::Local,
    ];
    pub(crate) const COUNT: usize = Encoding::ALL.len() + cfg!(feature = "client") as usize;

    /// Its place among all.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Wire(encoding) => encoding as usize,
            #[cfg(feature = "client")]
            Self::Local => Encoding::ALL.len(),
        }
    }
}
