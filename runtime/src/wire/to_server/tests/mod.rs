//! The usual way reads a message as the general way does, or leaves it to that: recorded traffic, the inputs of the
//! fuzzer, and what becomes of both when they are damaged.

mod composed;
mod damaged;

use std::{cell::Cell, fmt::Debug};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::{
    composed::composed,
    damaged::{corpus, damaged, recorded},
};
use super::*;
use crate::wire::{elements::Elements, json};

/// How many messages of each kind are compared.
const CASES: u32 = 1500;

/// Reads a message if it is a usual one.
type Usual = fn(&[u8]) -> Option<ClientMessage<'_>>;

const USUAL: [(Format, Usual); 2] = [(Format::Json, usual_json), (Format::Cbor, usual_message::cbor)];

fn usual_json(frame: &[u8]) -> Option<ClientMessage<'_>> {
    usual_message::json(std::str::from_utf8(frame).ok()?)
}

#[test]
fn what_clients_send_is_usual() {
    for (format, usual) in USUAL {
        let recorded = recorded(format);
        assert!(recorded.len() > 20, "{}", recorded.len());
        for frame in recorded {
            let is_usual = compare(format, usual, &frame).expect("both ways are the same");
            assert!(is_usual, "{}", frame.escape_ascii());
        }
        for frame in corpus(format) {
            compare(format, usual, &frame).expect("both ways are the same");
        }
    }
}

#[test]
fn a_damaged_message_is_read_the_usual_way_as_in_general_or_not_at_all() {
    for (format, usual) in USUAL {
        assert_eq!(search(format, usual, &damaged(format)), Ok(()));
        assert_eq!(search(format, usual, &composed(format)), Ok(()));
    }
}

#[test]
fn a_usual_way_that_reads_too_much_is_found() {
    fn without_its_end(usual: Usual, frame: &[u8]) -> Option<ClientMessage<'_>> {
        usual(frame).or_else(|| usual(frame.split_last()?.1))
    }
    let wrong: [(Format, Usual); 2] = [
        (Format::Json, |frame| without_its_end(usual_json, frame)),
        (Format::Cbor, |frame| without_its_end(usual_message::cbor, frame)),
    ];
    for (format, wrong) in wrong {
        search(format, wrong, &damaged(format)).expect_err("bytes after the end");
    }
}

/// Compares both ways for messages of this kind; the error is the first message for which they differ.
fn search(format: Format, usual: Usual, messages: &impl Strategy<Value = Vec<u8>>) -> Result<(), String> {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let are_usual = Cell::new(0);
    let found = runner.run(messages, |frame| {
        let is_usual = compare(format, usual, &frame).map_err(TestCaseError::fail)?;
        are_usual.set(are_usual.get() + u32::from(is_usual));
        Ok(())
    });
    found.map_err(|error| error.to_string())?;
    let are_usual = are_usual.get();
    assert!((CASES / 50..CASES - CASES / 50).contains(&are_usual), "{are_usual} of {CASES} are usual");
    Ok(())
}

/// Whether the message is usual. Fails if the usual way reads another one than the general way.
fn compare(format: Format, usual: Usual, frame: &[u8]) -> Result<bool, String> {
    let Some(message) = usual(frame) else { return Ok(false) };
    if let (Format::Json, ClientMessage::Call { args, .. }) = (format, &message) {
        compare_args(args.as_bytes())?;
    }
    let (usual, general) = (ToServer::from(message), read_object(format, frame).map(ToServer::from));
    same(frame, &Ok(usual), &general).map(|()| true)
}

/// Reads arguments in place, and each by itself.
fn compare_args(args: &[u8]) -> Result<(), String> {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    enum Sample {
        Unit,
        Newtype(Box<Sample>),
        Tuple(u64, Option<String>),
        Struct { list: Vec<Sample>, number: f32, bytes: [u8; 2] },
    }

    compare_args_as::<Value>(args)?;
    compare_args_as::<String>(args)?;
    compare_args_as::<Option<u64>>(args)?;
    compare_args_as::<i128>(args)?;
    compare_args_as::<f32>(args)?;
    compare_args_as::<()>(args)?;
    compare_args_as::<(String, u8)>(args)?;
    compare_args_as::<Unread>(args)?;
    compare_args_as::<Sample>(args)
}

/// A type that does not look at what it is made of.
#[derive(Debug, PartialEq)]
struct Unread;

impl<'de> serde::Deserialize<'de> for Unread {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

fn compare_args_as<T: DeserializeOwned + Debug + PartialEq>(args: &[u8]) -> Result<(), String> {
    let alone = json::elements(args).expect("it is an array");
    let mut in_place = Elements::new(Format::Json, args).expect("it is an array");
    for (index, element) in alone.iter().enumerate() {
        let element = json::from_slice_at::<T>(element.get().as_bytes(), index == 0 && alone.len() == 2);
        same(args, &in_place.next(), &element.map(Some))?;
    }
    same(args, &in_place.next::<T>(), &Ok(None))
}

fn same<T: Debug + PartialEq>(bytes: &[u8], usual: &T, general: &T) -> Result<(), String> {
    if usual == general {
        return Ok(());
    }
    Err(format!("{}: {usual:?}, in general {general:?}", bytes.escape_ascii()))
}
