//! Traffic recorded between a `rivetkit` 2.3.19 server and its unmodified JavaScript and Rust clients.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use callboard::{
    contract::{ActionInfo, Mode},
    wire::{
        ArgsReader, Encoding, ToClient, ToServer,
        http::{ActionCall, ActionOutput, ErrorBody, QueueOutcome, QueueSend},
    },
};
use serde::Deserialize;
use serde_json::Value;

/// One recorded frame or body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    scenario: String,
    kind: Kind,
    encoding: String,
    /// JSON as it is.
    text: Option<String>,
    /// CBOR and BARE in hexadecimal digits.
    hex: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    ToClient,
    ToServer,
    ActionCall,
    ActionOutput,
    QueueSend,
    QueueOutcome,
    Error,
}

impl Recording {
    fn encoding(&self) -> Encoding {
        Encoding::from_name(&self.encoding).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.hex) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(hex)) => unhex(hex),
            (None, None) => panic!("a recording without bytes: {self:?}"),
        }
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn recordings() -> Vec<Recording> {
    let lines = include_str!("fixtures/wire_recordings.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Decodes a recording and encodes it again.
fn around(recording: &Recording) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let (encoding, bytes) = (recording.encoding(), recording.bytes());
    let version = 4;
    Ok(match recording.kind {
        Kind::ToClient => ToClient::decode(encoding, &bytes)?.encode(encoding)?,
        Kind::ToServer => ToServer::decode(encoding, &bytes)?.encode(encoding)?,
        Kind::ActionCall => ActionCall::decode(encoding, &bytes)?.0.encode(encoding)?,
        Kind::ActionOutput => ActionOutput::decode(encoding, &bytes)?.encode(encoding, version)?,
        Kind::QueueSend => QueueSend::decode(encoding, &bytes)?.0.encode(encoding)?,
        Kind::QueueOutcome => QueueOutcome::decode(encoding, &bytes)?.encode(encoding, version)?,
        Kind::Error => ErrorBody::decode(encoding, &bytes)?.encode(encoding, version)?,
    }
    .to_vec())
}

/// The bytes as something that does not depend on the order of fields.
fn comparable(encoding: Encoding, bytes: &[u8]) -> Comparable {
    match encoding {
        Encoding::Json => Comparable::Json(serde_json::from_slice(bytes).unwrap()),
        Encoding::Cbor => Comparable::Cbor(sorted(ciborium::from_reader(bytes).unwrap())),
        Encoding::Bare => Comparable::Bare(bytes.to_vec()),
    }
}

#[derive(Debug, PartialEq)]
enum Comparable {
    Json(serde_json::Value),
    Cbor(ciborium::Value),
    Bare(Vec<u8>),
}

fn sorted(value: ciborium::Value) -> ciborium::Value {
    use ciborium::Value;
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(left, _), (right, _)| left.partial_cmp(right).unwrap());
            Value::Map(entries)
        }
        value => value,
    }
}

#[test]
fn every_recorded_message_is_understood() {
    for recording in recordings() {
        around(&recording).unwrap_or_else(|error| panic!("{}: {error}: {recording:?}", recording.scenario));
    }
}

#[test]
fn what_servers_send_comes_out_the_same() {
    let by_server = |kind| !matches!(kind, Kind::ToServer | Kind::ActionCall | Kind::QueueSend);
    for recording in recordings().into_iter().filter(|recording| by_server(recording.kind)) {
        let (encoding, again) = (recording.encoding(), around(&recording).unwrap());
        assert_eq!(comparable(encoding, &again), comparable(encoding, &recording.bytes()), "{recording:?}");
    }
}

#[test]
fn what_clients_send_in_bare_comes_out_the_same() {
    for recording in recordings().into_iter().filter(|recording| recording.encoding == "bare") {
        // An optional field of a queue message can be left out in two ways.
        if recording.kind != Kind::QueueSend {
            assert_eq!(around(&recording).unwrap(), recording.bytes(), "{recording:?}");
        }
    }
}

#[test]
fn recorded_values_are_what_their_senders_meant() {
    let find = |kind, encoding, part: &str| {
        let is_it = |recording: &Recording| {
            recording.kind == kind && recording.encoding == encoding && recording.scenario == part
        };
        recordings().into_iter().filter(is_it).map(|recording| recording.bytes()).collect::<Vec<_>>()
    };
    // `echo(1n, 2n ** 70n, Uint8Array [0, 255], ..)` in each encoding.
    for encoding in Encoding::ALL {
        let calls = find(Kind::ActionCall, encoding.name(), "action types");
        let echo = calls.iter().map(|body| ActionCall::decode(encoding, body).unwrap().0.args);
        let echo = echo.max_by_key(Bytes::len).unwrap();
        let mut args = ArgsReader::new(encoding.format(), &echo, &ECHO).unwrap();
        assert_eq!(args.next::<u64>().unwrap(), 1);
        assert_eq!(args.next::<u128>().unwrap(), 1 << 70);
        assert_eq!(args.next::<Vec<u8>>().unwrap(), [0, 255]);
        assert_eq!(args.next::<Option<String>>().unwrap(), None);
        assert_eq!(args.next::<Option<String>>().unwrap(), None);
        assert_eq!(args.next::<i8>().unwrap(), -5);
        assert_eq!(args.next::<Value>().unwrap(), 3.25);
        assert_eq!(args.next::<Value>().unwrap(), 1e21);
        assert_eq!(args.next::<u64>().unwrap(), 1 << 32);
        assert_eq!(args.next::<(String, u8)>().unwrap(), ("$x".to_owned(), 1));
    }
}

const ECHO: ActionInfo = ActionInfo::new("echo", "echo", &[], "", Mode::Read);

#[test]
fn the_id_of_a_call_is_read_before_its_arguments_have_come() {
    let mut calls = 0;
    for recording in recordings().iter().filter(|recording| recording.kind == Kind::ToServer) {
        let (encoding, bytes) = (recording.encoding(), recording.bytes());
        match ToServer::decode(encoding, &bytes).unwrap() {
            ToServer::ActionRequest { id, args, .. } => {
                calls += 1;
                let begun =
                    (0..=bytes.len()).find(|end| ToServer::call_id(encoding, &bytes[..*end]).is_some());
                let begun = begun.unwrap_or_else(|| panic!("no id: {recording:?}"));
                assert!(begun <= bytes.len() - args.len(), "{recording:?}");
                assert!(
                    (begun..=bytes.len()).all(|end| ToServer::call_id(encoding, &bytes[..end]) == Some(id))
                );
            }
            ToServer::SubscriptionRequest { .. } => assert_eq!(ToServer::call_id(encoding, &bytes), None),
        }
    }
    assert!(calls > 10, "{calls}");
}
