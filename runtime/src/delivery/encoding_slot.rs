//! The ways that events go to connections.

use crate::wire::Encoding;

/// A way that events go: all that go the same way are encoded alike.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EncodingSlot {
    Wire(Encoding),
    #[cfg(feature = "client")]
    Local,
}

impl EncodingSlot {
    pub(crate) const ALL: [Self; Self::COUNT] = [
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
