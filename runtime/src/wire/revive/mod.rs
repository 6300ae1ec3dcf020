//! The wire to Rust: a deserializer that reads values from any client.
//!
//! The direction is *in*: it reads what [`escape`](super::escape) writes, and what JavaScript clients write. For
//! example, a `u64` is read from each of
//!
//! ```text
//! 12                    a number
//! ["$BigInt","12"]      a bigint in the compatible form
//! 12.0                  CBOR: JavaScript writes a number beyond 32 bits as a float
//! tag 2, bytes 0c       CBOR: a bignum
//! ```
//!
//! It also reads byte strings (tag 64 or none), sets (258), maps (259) and `undefined` as null. Other tags are
//! skipped. An unknown pair such as `["$foo", 1]` is an array like any other.
//!
//! The input is always CBOR: JSON with a `$` in it is made CBOR first (`json.rs`), and JSON without one goes to
//! `serde_json`.

mod deserializer;
mod key;
mod value;

use serde::de::DeserializeOwned;

use self::deserializer::Revive;
use super::{DecodeError, Format, cbor::reader::Reader};

/// Reads one value. The first of a pair is unescaped: `$$x` is `$x` there.
pub(super) fn read<T: DeserializeOwned>(
    input: &mut Reader<'_>,
    first_of_pair: bool,
) -> Result<T, DecodeError> {
    read_from(Format::Cbor, input, first_of_pair)
}

/// Reads one value that came in this format and has been made CBOR.
pub(super) fn read_from<T: DeserializeOwned>(
    origin: Format,
    input: &mut Reader<'_>,
    first_of_pair: bool,
) -> Result<T, DecodeError> {
    let mut revive = Revive::new(*input, origin, first_of_pair);
    let value = T::deserialize(&mut revive)?;
    *input = revive.rest();
    Ok(value)
}
