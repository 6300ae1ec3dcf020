//! What the targets share.

pub mod stage;

use callboard::{contract::{ActionInfo, Mode}, wire::{ArgsReader, Encoding, EventReader, Format, ToClient, ToServer, from_bytes, to_bytes, http::{ActionCall, ActionOutput, ErrorBody, QueueOutcome, QueueSend}}};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

const ANY: ActionInfo = ActionInfo::new("any", "any", &[], "", Mode::Read);

/// One of each shape that serde knows.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub enum Sample {
    Unit,
    Newtype(Box<Sample>),
    Tuple(u64, Option<String>),
    Struct { list: Vec<Sample>, number: f64, bytes: [u8; 2] },
}

/// Messages and bodies of one encoding: what can be read can be written, and is then read as the same.
pub fn read_messages(encoding: Encoding, bytes: &[u8]) {
    if let Ok((message, _)) = ToServer::decode_versioned(encoding, bytes) {
        let written = message.encode(encoding).expect("what was read can be written");
        assert_eq!(ToServer::decode(encoding, &written).expect("what was written can be read"), message);
    }
    if let Some(unusual) = in_unusual_form(encoding, bytes) {
        assert_eq!(ToServer::decode(encoding, bytes), ToServer::decode(encoding, &unusual));
    }
    if let Ok(message) = ToClient::decode(encoding, bytes) {
        // What a server sends may be lost in translation (`undefined`), but never breaks a client.
        let written = message.encode(encoding).expect("what was read can be written");
        ToClient::decode(encoding, &written).expect("what was written can be read");
    }
    let _ = ActionCall::decode(encoding, bytes);
    let _ = ActionOutput::decode(encoding, bytes);
    let _ = QueueSend::decode(encoding, bytes);
    let _ = QueueOutcome::decode(encoding, bytes);
    let _ = ErrorBody::decode(encoding, bytes);
}

/// The same message, or mistake, as no client writes it: a server reads it the general way, and must find the same.
fn in_unusual_form(encoding: Encoding, bytes: &[u8]) -> Option<Vec<u8>> {
    match (encoding, bytes) {
        (Encoding::Json, _) => Some([b" ", bytes].concat()),
        // The number of fields takes more bytes than it has to.
        (Encoding::Cbor, [0xa1, rest @ ..]) => Some([&[0xb8, 1], rest].concat()),
        (Encoding::Cbor, [0xb9, 0, 1, rest @ ..]) => Some([&[0xba, 0, 0, 0, 1], rest].concat()),
        (Encoding::Cbor | Encoding::Bare, _) => None,
    }
}

/// Arguments in JSON: each is read as it would be alone. Of two, the first may be unescaped.
fn read_arguments(bytes: &[u8]) {
    let alone: Vec<&RawValue> = match serde_json::from_slice(bytes) {
        Ok(alone) => alone,
        Err(_) => return assert!(ArgsReader::new(Format::Json, bytes, &ANY).is_err()),
    };
    let alone = alone.iter().map(|raw| raw.get().as_bytes()).skip(if alone.len() == 2 { 2 } else { 0 });
    let reader = || ArgsReader::new(Format::Json, bytes, &ANY).expect("it is an array");
    let (mut samples, mut values) = (reader(), reader());
    for element in alone {
        let sample = from_bytes::<Sample>(Format::Json, element).ok();
        assert_eq!(format!("{:?}", samples.next::<Sample>().ok()), format!("{sample:?}"));
        let value = from_bytes::<serde_json::Value>(Format::Json, element).ok();
        assert_eq!(values.next::<serde_json::Value>().ok(), value);
    }
}

/// Values of one format: what can be read can be written, and is then read again.
pub fn read_values(format: Format, bytes: &[u8]) {
    if format == Format::Json {
        read_arguments(bytes);
    }
    if let Ok(sample) = from_bytes::<Sample>(format, bytes) {
        let written = to_bytes(format, &sample).expect("what was read can be written");
        let again = from_bytes::<Sample>(format, &written).expect("what was written can be read");
        // Text, as a float may be no number, which equals nothing.
        assert_eq!(format!("{sample:?}"), format!("{again:?}"));
    }
    if let Ok(value) = from_bytes::<serde_json::Value>(format, bytes) {
        let written = to_bytes(format, &value).expect("what was read can be written");
        assert_eq!(from_bytes::<serde_json::Value>(format, &written).expect("and read"), value);
    }
    let _ = from_bytes::<(i128, Vec<u8>)>(format, bytes);
    let _ = EventReader::new(format, bytes).read::<Sample>();
    let _ = EventReader::new(format, bytes).read::<(String, Option<u8>)>();
    if let Ok(mut args) = ArgsReader::new(format, bytes, &ANY) {
        let _ = args.next::<Sample>();
        let _ = args.next::<Option<serde_json::Value>>();
        let _ = args.finish();
    }
}
