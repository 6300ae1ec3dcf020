//! The three encodings of messages, which a peer negotiates, and the two formats of values in them.

/// How the messages of one peer are encoded, as it asked with `rivet_encoding.` or `x-rivet-encoding`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Messages and values are JSON; WebSocket frames are text. What a peer speaks that asks for nothing.
    #[default]
    Json,
    /// Messages and values are CBOR.
    Cbor,
    /// Messages are BARE, which carries values as CBOR.
    Bare,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 3] = [Self::Json, Self::Cbor, Self::Bare];

    /// Its name on the wire: `json`, `cbor`, `bare`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Cbor => "cbor",
            Self::Bare => "bare",
        }
    }

    /// The encoding of this name, exactly as [`name`](Self::name) writes it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }

    /// How values are written inside its messages.
    #[must_use]
    pub const fn format(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Cbor | Self::Bare => Format::Cbor,
        }
    }

    /// Whether its WebSocket frames are text; else they are binary.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Json)
    }

    /// The `content-type` of its HTTP bodies.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Cbor | Self::Bare => "application/octet-stream",
        }
    }
}

/// How users' values are written inside messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// UTF-8 text.
    Json,
    /// Binary.
    Cbor,
}

impl Format {
    /// `null`, encoded.
    pub(crate) const fn null(self) -> &'static [u8] {
        match self {
            Self::Json => b"null",
            Self::Cbor => &[0xf6],
        }
    }

    /// The empty array, encoded.
    pub(crate) const fn empty_array(self) -> &'static [u8] {
        match self {
            Self::Json => b"[]",
            Self::Cbor => &[0x80],
        }
    }
}
