//! BARE: the few primitives that the protocol's binary messages consist of.

use bytes::Bytes;

use super::{DecodeError, EncodeError, PROTOCOL_VERSION};

/// Writes one message, headed by the version of the protocol it is in.
#[derive(Debug)]
pub(super) struct BareWriter {
    version: u16,
    out: Vec<u8>,
}

impl BareWriter {
    /// A message in this version whose payload takes about this many bytes.
    pub(super) fn new(version: u16, payload: usize) -> Result<Self, EncodeError> {
        if !(1..=PROTOCOL_VERSION).contains(&version) {
            return Err(EncodeError::new(format!("protocol version {version} is not known")));
        }
        let mut out = Vec::with_capacity(payload + 64);
        out.extend(version.to_le_bytes());
        Ok(Self { version, out })
    }

    pub(super) const fn version(&self) -> u16 {
        self.version
    }

    /// An unsigned number in LEB128, also the tag of a union.
    pub(super) fn uint(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                return self.out.push(low & 0x7f);
            }
            self.out.push(low | 0x80);
        }
    }

    pub(super) fn u64(&mut self, number: u64) {
        self.out.extend(number.to_le_bytes());
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.out.push(value.into());
    }

    pub(super) fn data(&mut self, data: &[u8]) {
        self.uint(data.len() as u64);
        self.out.extend(data);
    }

    pub(super) fn str(&mut self, text: &str) {
        self.data(text.as_bytes());
    }

    /// Whether a value follows, and if so, the value.
    pub(super) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn finish(self) -> Bytes {
        self.out.into()
    }
}

/// Reads one message.
#[derive(Debug)]
pub(super) struct BareReader<'a> {
    version: u16,
    rest: &'a [u8],
}

impl<'a> BareReader<'a> {
    /// Reads the version. Fails for one that is not spoken here.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let (version, rest) = bytes.split_first_chunk().ok_or_else(truncated)?;
        let version = u16::from_le_bytes(*version);
        if !(1..=PROTOCOL_VERSION).contains(&version) {
            return Err(DecodeError::new(format!(
                "protocol version {version} is not known: the newest here is {PROTOCOL_VERSION}"
            )));
        }
        Ok(Self { version, rest })
    }

    pub(super) const fn version(&self) -> u16 {
        self.version
    }

    pub(super) fn uint(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DecodeError::new("a number of more than 64 bits"))
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        let (number, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*number))
    }

    pub(super) fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::new("a bool that is neither 0 nor 1")),
        }
    }

    pub(super) fn data(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(self.uint()?).map_err(|_| truncated())?;
        let (data, rest) = self.rest.split_at_checked(len).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(data)
    }

    pub(super) fn bytes(&mut self) -> Result<Bytes, DecodeError> {
        self.data().map(Bytes::copy_from_slice)
    }

    pub(super) fn str(&mut self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.data()?).map_err(|_| DecodeError::new("a text is not UTF-8"))
    }

    pub(super) fn string(&mut self) -> Result<String, DecodeError> {
        self.str().map(str::to_owned)
    }

    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if self.bool()? { read(self).map(Some) } else { Ok(None) }
    }

    /// Fails unless everything has been read.
    pub(super) fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::new("bytes after the end of the message"))
        }
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let (byte, rest) = self.rest.split_first().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*byte)
    }
}

fn truncated() -> DecodeError {
    DecodeError::new("the message is cut short")
}
