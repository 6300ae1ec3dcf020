//! CBOR: values of users by serde, and messages item by item.
//!
//! Messages and metadata are read and written by hand, because they hold values that are not decoded on the way:
//! `fields` finds the bytes of a field in `{"name": .., "args": ..}`, and those are passed on as they are.
//!
//! `reader.rs` is what everything that reads CBOR is built on, and knows nothing of serde. This file is above
//! `revive/` and `escape/`, which read and write values of users.

pub(super) mod reader;

use serde::{Serialize, de::DeserializeOwned};

use self::reader::{Item, Reader};
use super::{DecodeError, EncodeError, escape::Escaped, revive};

/// One user value.
pub(super) fn write<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &Escaped<'_, T>,
) -> Result<(), EncodeError> {
    ciborium::into_writer(value, out).map_err(|error| match error {
        ciborium::ser::Error::Value(message) => EncodeError::new(message),
        ciborium::ser::Error::Io(error) => EncodeError::new(error.to_string()),
    })
}

/// One user value, and nothing after it.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = revive::read(&mut reader, false)?;
    reader.finish()?;
    Ok(value)
}

/// Fails unless the bytes are exactly one value.
pub(super) fn check(bytes: &[u8]) -> Result<(), DecodeError> {
    let mut reader = Reader::new(bytes);
    reader.raw()?;
    reader.finish()
}

/// The raw values of the named fields of a map; `None` where absent, the last one where given twice.
pub(super) fn fields<'a, const N: usize>(
    bytes: &'a [u8],
    names: &[&str; N],
) -> Result<[Option<&'a [u8]>; N], DecodeError> {
    let mut reader = Reader::new(bytes);
    let Item::Map(mut left) = reader.item()? else { return Err(DecodeError::new("expected a map")) };
    let mut found = [None; N];
    while reader.more(&mut left)? {
        let Item::Text(name) = reader.item()? else { return Err(DecodeError::new("expected a text key")) };
        let value = reader.raw()?;
        if let Some(index) = names.iter().position(|wanted| *wanted == name) {
            found[index] = Some(value);
        }
    }
    reader.finish()?;
    Ok(found)
}

/// Writes the head of an item: the major type (0 to 7) and its number, in the fewest bytes.
pub(super) fn write_head(out: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    match number {
        0..=23 => out.push(major | number.to_be_bytes()[7]),
        24..=0xff => out.extend([major | 0x18, number.to_be_bytes()[7]]),
        0x100..=0xffff => {
            out.push(major | 0x19);
            out.extend(&number.to_be_bytes()[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 0x1a);
            out.extend(&number.to_be_bytes()[4..]);
        }
        _ => write_wide(out, major >> 5, number),
    }
}

/// Writes the head of an item with its number in eight bytes, which is how JavaScript knows a `BigInt`.
pub(super) fn write_wide(out: &mut Vec<u8>, major: u8, number: u64) {
    out.push(major << 5 | 0x1b);
    out.extend(number.to_be_bytes());
}

/// Writes a text.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    write_head(out, 3, text.len() as u64);
    out.extend(text.as_bytes());
}
