//! The head of a WebSocket frame: RFC 6455, section 5.2.

/// What a head says.
#[derive(Debug)]
pub(in crate::server) struct FrameHead {
    first: u8,
    pub(in crate::server) mask: Option<[u8; 4]>,
    /// Of the payload.
    pub(in crate::server) length: u64,
    /// Of the head itself.
    pub(in crate::server) bytes: usize,
}

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const CONTROL: u8 = 0x08;
const OPCODE: u8 = 0x0f;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const MASKED: u8 = 0x80;

/// A frame that no peer may send: the end of a message that has not begun.
pub(in crate::server) const BREACH: [u8; 6] = [FINAL, MASKED, 0, 0, 0, 0];

impl FrameHead {
    /// The head that these bytes begin with; `None` if more of it is to come.
    pub(in crate::server) fn parse(bytes: &[u8]) -> Option<Self> {
        let (&[first, second], rest) = bytes.split_first_chunk()?;
        let (length, rest) = match second & !MASKED {
            126 => {
                rest.split_first_chunk().map(|(length, rest)| (u16::from_be_bytes(*length).into(), rest))?
            }
            127 => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
            length => (length.into(), rest),
        };
        let (mask, rest) = if second & MASKED == 0 {
            (None, rest)
        } else {
            rest.split_first_chunk().map(|(mask, rest)| (Some(*mask), rest))?
        };
        Some(Self { first, mask, length, bytes: bytes.len() - rest.len() })
    }

    /// Whether a client may send it at all, as far as it alone can tell.
    pub(in crate::server) fn is_sound(&self) -> bool {
        self.first & RESERVED == 0 && self.mask.is_some()
    }

    pub(in crate::server) fn is_control(&self) -> bool {
        self.first & CONTROL != 0
    }

    /// Whether it is the last frame of its message.
    pub(in crate::server) fn is_final(&self) -> bool {
        self.first & FINAL != 0
    }

    /// Whether it goes on with a message.
    pub(in crate::server) fn continues(&self) -> bool {
        self.opcode() == 0
    }

    pub(in crate::server) fn is_text(&self) -> bool {
        Self::is_text_code(self.opcode())
    }

    pub(in crate::server) fn is_binary(&self) -> bool {
        self.opcode() == BINARY
    }

    pub(in crate::server) fn opcode(&self) -> u8 {
        self.first & OPCODE
    }

    pub(in crate::server) fn is_text_code(opcode: u8) -> bool {
        opcode == TEXT
    }
}

/// A message in one frame, masked with zeros.
pub(in crate::server) fn whole_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(14 + payload.len());
    frame.push(FINAL | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..=125), _) => frame.push(MASKED | length),
        (_, Ok(length)) => {
            frame.push(MASKED | 0x7e);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(MASKED | 0x7f);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
