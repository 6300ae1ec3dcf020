//! What the targets share.

use callboard::wire::{
    Encoding, EventReader, Format, ToClient, ToServer, from_bytes,
    http::{ActionCall, ActionOutput, ErrorBody, QueueOutcome, QueueSend},
    to_bytes,
};
use serde::{Deserialize, Serialize};

/// One of each shape that serde knows.
#[derive(Debug, Deserialize, Serialize)]
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

/// Values of one format: what can be read can be written, and is then read again.
pub fn read_values(format: Format, bytes: &[u8]) {
    if let Ok(sample) = from_bytes::<Sample>(format, bytes) {
        let written = to_bytes(format, &sample).expect("what was read can be written");
        let again = from_bytes::<Sample>(format, &written).expect("what was written can be read");
        // Text, as a float may be no number, which equals nothing.
        assert_eq!(format!("{sample:?}"), format!("{again:?}"));
    }
    let _ = from_bytes::<serde_json::Value>(format, bytes);
    let _ = from_bytes::<(i128, Vec<u8>)>(format, bytes);
    let _ = EventReader::new(format, bytes).read::<Sample>();
}
