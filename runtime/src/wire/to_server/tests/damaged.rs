//! Recorded traffic and the inputs of the fuzzer, as they are and damaged.

use std::{fs, path::Path};

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::Value;

use crate::wire::Format;

/// What clients of RivetKit have sent.
pub(super) fn recorded(format: Format) -> Vec<Vec<u8>> {
    let lines = include_str!("../../../../tests/fixtures/wire_recordings.jsonl").lines();
    let recordings = lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let encoding = if format == Format::Json { "json" } else { "cbor" };
    let sent =
        recordings.filter(|recording| recording["kind"] == "toServer" && recording["encoding"] == encoding);
    sent.map(|recording| match (recording["text"].as_str(), recording["hex"].as_str()) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, hex) => unhex(hex.expect("bytes")),
    })
    .collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("digits")).collect()
}

/// What the fuzzer has found to be worth keeping.
pub(super) fn corpus(format: Format) -> Vec<Vec<u8>> {
    let folder = if format == Format::Json { "json" } else { "cbor" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(folder);
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("it can be read")).collect()
}

/// Recorded messages and inputs of the fuzzer, with a few bytes of them flipped, cut off, removed, repeated or put in.
pub(super) fn damaged(format: Format) -> impl Strategy<Value = Vec<u8>> {
    // As often the few that were recorded as the many others.
    let messages = prop_oneof![select(recorded(format)), select(recorded(format)), select(corpus(format))];
    (messages, vec(damage(format), 0..3)).prop_map(|(mut frame, damages)| {
        for damage in damages {
            damage.apply(&mut frame);
        }
        frame
    })
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    CutOff(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, Vec<u8>),
    Append(Vec<u8>),
}

fn damage(format: Format) -> impl Strategy<Value = Damage> {
    let part = select(parts(format));
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, 1 << bit)),
        any::<Index>().prop_map(Damage::CutOff),
        (any::<Index>(), 1..12_usize).prop_map(|(at, len)| Damage::Remove(at, len)),
        (any::<Index>(), 1..30_usize).prop_map(|(at, len)| Damage::Repeat(at, len)),
        (any::<Index>(), part.clone()).prop_map(|(at, part)| Damage::Insert(at, part)),
        part.prop_map(Damage::Append),
    ]
}

impl Damage {
    fn apply(self, frame: &mut Vec<u8>) {
        let range = |at: &Index, len: usize, frame: &[u8]| {
            let start = at.index(frame.len() + 1);
            start..frame.len().min(start + len)
        };
        match self {
            Self::Flip(at, bits) if !frame.is_empty() => {
                let at = at.index(frame.len());
                frame[at] ^= bits;
            }
            Self::Flip(..) => {}
            Self::CutOff(at) => frame.truncate(at.index(frame.len() + 1)),
            Self::Remove(at, len) => {
                let range = range(&at, len, frame);
                frame.drain(range);
            }
            Self::Repeat(at, len) => {
                let range = range(&at, len, frame);
                let repeated = frame[range.clone()].to_vec();
                frame.splice(range.end..range.end, repeated);
            }
            Self::Insert(at, part) => {
                let at = at.index(frame.len() + 1);
                frame.splice(at..at, part);
            }
            Self::Append(part) => frame.extend(part),
        }
    }
}

/// What is put into messages.
fn parts(format: Format) -> Vec<Vec<u8>> {
    let json: [&[u8]; 30] = [
        b" ",
        b"\n",
        b"\t",
        b"\x0b",
        b"\x0c",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xc3\xa4",
        b"\\",
        b"\\u0061",
        b"\\ud800",
        b"\\ud83d\\ude00",
        b"\"",
        b",",
        b":",
        b"}",
        b"]",
        b"[1,",
        b"0",
        b"-",
        b".5",
        b"e400",
        b"18446744073709551616",
        b"\"id\":1,",
        b"\"name\":\"x\",",
        b"\"args\":[2],",
        b"[\"$BigInt\",\"7\"]",
        b"null",
    ];
    let cbor: [&[u8]; 22] = [
        b"\0",
        b"\x18\x01",
        b"\x1b\0\0\0\0\0\0\0\x01",
        b"\x1c",
        b"\x20",
        b"\x60",
        b"\x61\xff",
        b"\x78\x02id",
        b"\x7f\x62id\xff",
        b"\x62id\x01",
        b"\x64name\x61x",
        b"\x64args\x81\x02",
        b"\x80",
        b"\x82\x67$BigInt\x617",
        b"\x9f",
        b"\xbf",
        b"\xc2\x41\x07",
        b"\xf6",
        b"\xf7",
        b"\xf5",
        b"\xfb\x40\x1c\0\0\0\0\0\0",
        b"\xff",
    ];
    match format {
        Format::Json => json.map(<[u8]>::to_vec).to_vec(),
        Format::Cbor => cbor.map(<[u8]>::to_vec).to_vec(),
    }
}
