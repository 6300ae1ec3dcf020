//! Reads CBOR item by item.

use std::borrow::Cow;

use crate::wire::DecodeError;

/// How deep arrays, maps and tags may nest; `serde_json` has the same limit.
pub(in crate::wire) const MAX_DEPTH: u8 = 128;
/// How deep a value may nest that is written. The rest is for the message around it, which takes three levels at
/// most, and for the pair as which a wide integer or bytes are written.
pub(crate) const MAX_WRITE_DEPTH: u8 = MAX_DEPTH - 4;

/// One item, or the head of one that has items inside; `None` is a length that is known only at the end.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::wire) enum Item<'a> {
    Unsigned(u64),
    /// -1 minus this.
    Negative(u64),
    Bytes(Cow<'a, [u8]>),
    Text(Cow<'a, str>),
    Array(Option<u64>),
    Map(Option<u64>),
    Tag(u64),
    Bool(bool),
    /// `null` and `undefined`.
    Null,
    Float(f64),
}

/// A cursor in CBOR. A copy of it looks ahead.
#[derive(Debug, Clone, Copy)]
pub(in crate::wire) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in crate::wire) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next byte, which has the kind of the next item.
    pub(in crate::wire) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Reads exactly these bytes, if they are next.
    pub(in crate::wire) fn take_if(&mut self, bytes: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(bytes);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The bytes that are left.
    #[cfg(feature = "server")]
    pub(in crate::wire) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes are left.
    pub(in crate::wire) const fn len(&self) -> usize {
        self.rest.len()
    }

    /// Fails unless everything has been read.
    pub(in crate::wire) fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::new("bytes after the end of the CBOR value"))
        }
    }

    /// Whether an array or a map with this many entries left has another one; counts it.
    pub(in crate::wire) fn more(&mut self, left: &mut Option<u64>) -> Result<bool, DecodeError> {
        match left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None if self.peek() == Some(BREAK) => {
                self.take(1)?;
                *left = Some(0);
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// Reads one item, or the head of one.
    pub(in crate::wire) fn item(&mut self) -> Result<Item<'a>, DecodeError> {
        let (major, info) = self.initial()?;
        if major == 7 {
            return self.simple(info);
        }
        let number = match info {
            31 => None,
            _ => Some(self.number(info)?),
        };
        Ok(match (major, number) {
            (0, Some(number)) => Item::Unsigned(number),
            (1, Some(number)) => Item::Negative(number),
            (2, Some(len)) => Item::Bytes(self.take_long(len)?.into()),
            (2, None) => Item::Bytes(self.chunks(2)?.into()),
            (3, Some(len)) => Item::Text(utf8(self.take_long(len)?)?.into()),
            (3, None) => Item::Text(String::from_utf8(self.chunks(3)?).map_err(|_| not_utf8())?.into()),
            (4, len) => Item::Array(len),
            (5, len) => Item::Map(len),
            (6, Some(tag)) => Item::Tag(tag),
            _ => return Err(DecodeError::new("an indefinite length where CBOR has none")),
        })
    }

    /// Skips one item and everything inside, and returns its bytes.
    pub(in crate::wire) fn raw(&mut self) -> Result<&'a [u8], DecodeError> {
        self.raw_within(MAX_DEPTH)
    }

    /// The same for an item that is inside of others, so that it may nest only so deep.
    pub(in crate::wire) fn raw_within(&mut self, depth: u8) -> Result<&'a [u8], DecodeError> {
        let before = self.rest;
        self.skip(depth)?;
        Ok(&before[..before.len() - self.rest.len()])
    }

    fn skip(&mut self, depth: u8) -> Result<(), DecodeError> {
        let item = self.item()?;
        let (mut left, per_entry) = match item {
            Item::Array(len) => (len, 1),
            Item::Map(len) => (len, 2),
            Item::Tag(_) => (Some(1), 1),
            _ => return Ok(()),
        };
        let inside = depth.checked_sub(1).ok_or_else(too_deep)?;
        while self.more(&mut left)? {
            for _ in 0..per_entry {
                self.skip(inside)?;
            }
        }
        Ok(())
    }

    fn initial(&mut self) -> Result<(u8, u8), DecodeError> {
        let byte = self.take(1)?[0];
        Ok((byte >> 5, byte & 0x1f))
    }

    /// The number that follows an initial byte with this information.
    fn number(&mut self, info: u8) -> Result<u64, DecodeError> {
        let width = match info {
            0..=23 => return Ok(info.into()),
            24..=27 => 1 << (info - 24),
            _ => return Err(DecodeError::new("a reserved CBOR initial byte")),
        };
        Ok(self.take(width)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn simple(&mut self, info: u8) -> Result<Item<'a>, DecodeError> {
        Ok(match info {
            20 => Item::Bool(false),
            21 => Item::Bool(true),
            22 | 23 => Item::Null,
            25 => Item::Float(half(self.array()?)),
            26 => Item::Float(f32::from_be_bytes(self.array()?).into()),
            27 => Item::Float(f64::from_be_bytes(self.array()?)),
            31 => return Err(DecodeError::new("an unexpected CBOR break")),
            _ => return Err(DecodeError::new("an unknown CBOR simple value")),
        })
    }

    /// A string in chunks, each of the given major type, up to the break.
    fn chunks(&mut self, major: u8) -> Result<Vec<u8>, DecodeError> {
        let mut whole = Vec::new();
        while self.more(&mut None)? {
            let (chunk, info) = self.initial()?;
            if chunk != major || info == 31 {
                return Err(DecodeError::new("a CBOR string whose chunks are of another type"));
            }
            let len = self.number(info)?;
            whole.extend(self.take_long(len)?);
        }
        Ok(whole)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take_long(&mut self, len: u64) -> Result<&'a [u8], DecodeError> {
        self.take(usize::try_from(len).map_err(|_| truncated())?)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(head)
    }
}

/// Ends an array, a map or a string whose length was not given.
const BREAK: u8 = 0xff;

pub(in crate::wire) fn too_deep() -> DecodeError {
    DecodeError::new("nested too deeply")
}

fn truncated() -> DecodeError {
    DecodeError::new("the CBOR value is cut short")
}

fn not_utf8() -> DecodeError {
    DecodeError::new("a text is not UTF-8")
}

fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|_| not_utf8())
}

/// A float of two bytes, as RFC 8949 decodes it in its appendix D.
fn half(bytes: [u8; 2]) -> f64 {
    let bits = u16::from_be_bytes(bytes);
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    let value = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}
