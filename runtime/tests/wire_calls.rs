//! Arguments of actions and payloads of events, as bytes and back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};

use callboard::{
    contract::{ActionInfo, ArgInfo, Mode},
    wire::{ArgsReader, ArgsWriter, EventReader, Format, from_bytes, to_bytes, write_event},
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const FORMATS: [Format; 2] = [Format::Json, Format::Cbor];

const POST: ActionInfo = ActionInfo::new(
    "post",
    "post",
    &[ArgInfo::new("userId", "u64"), ArgInfo::new("text", "String")],
    "",
    Mode::Write,
);

fn args(format: Format, bytes: &[u8]) -> Result<(u64, String), String> {
    let read = || {
        let mut reader = ArgsReader::new(format, bytes, &POST)?;
        let args = (reader.next()?, reader.next()?);
        reader.finish()?;
        Ok(args)
    };
    read().map_err(|error: callboard::wire::DecodeError| error.to_string())
}

#[test]
fn arguments_travel_as_an_array() {
    for format in FORMATS {
        let mut writer = ArgsWriter::new(format, 2);
        writer.push(&1_u64).unwrap().push("hello").unwrap();
        let bytes = writer.finish();
        assert_eq!(from_bytes::<Value>(format, &bytes).unwrap(), json!([1, "hello"]));
        assert_eq!(args(format, &bytes), Ok((1, "hello".to_owned())));
        assert_eq!(from_bytes::<Value>(format, &ArgsWriter::new(format, 0).finish()).unwrap(), json!([]));
    }
}

#[test]
fn wrong_arguments_are_named() {
    for format in FORMATS {
        let error = |value: Value| args(format, &to_bytes(format, &value).unwrap()).unwrap_err();
        assert_eq!(error(json!([1, 2])), "argument 2 (`text`): invalid type: integer `2`, expected a string");
        assert_eq!(error(json!([1])), "argument 2 (`text`) is missing");
        assert_eq!(error(json!([1, "a", 3])), "expected 2 arguments, got 3");
        assert_eq!(error(json!([1, "a", null, 4, null])), "expected 2 arguments, got 4");
        assert!(error(json!({})).starts_with("the arguments: "), "{}", error(json!({})));
    }
}

#[test]
fn extra_arguments_that_are_null_do_not_count() {
    assert_eq!(args(Format::Json, br#"[1,"a",null,["$Undefined",0]]"#), Ok((1, "a".to_owned())));
    assert_eq!(args(Format::Cbor, b"\x84\x01\x61a\xf6\xf7"), Ok((1, "a".to_owned())));
}

#[test]
fn missing_arguments_are_none() {
    for format in FORMATS {
        let bytes = to_bytes(format, &json!([])).unwrap();
        let mut reader = ArgsReader::new(format, &bytes, &POST).unwrap();
        assert_eq!(reader.next::<Option<u8>>().unwrap(), None);
        reader.next::<()>().unwrap();
        reader.finish().unwrap();
    }
}

#[test]
fn two_arguments_are_escaped_like_any_pair() {
    for format in FORMATS {
        let mut writer = ArgsWriter::new(format, 2);
        writer.push("$100").unwrap().push("x").unwrap();
        let bytes = writer.finish();
        let tree: Value = match format {
            Format::Json => serde_json::from_slice(&bytes).unwrap(),
            Format::Cbor => {
                ciborium::from_reader::<ciborium::Value, _>(&*bytes).unwrap().deserialized().unwrap()
            }
        };
        assert_eq!(tree, json!(["$$100", "x"]));
        let mut reader = ArgsReader::new(format, &bytes, &POST).unwrap();
        assert_eq!(reader.next::<String>().unwrap(), "$100");
        assert_eq!(reader.next::<String>().unwrap(), "x");
    }
}

#[test]
fn an_argument_that_cannot_be_encoded_leaves_the_others() {
    for format in FORMATS {
        let mut writer = ArgsWriter::new(format, 2);
        writer.push(&1).unwrap();
        writer.push(&HashMap::from([((), 1)])).unwrap_err();
        writer.push("a").unwrap();
        writer.push("b").unwrap_err();
        assert_eq!(args(format, &writer.finish()), Ok((1, "a".to_owned())));
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Unit;
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Newtype(String);
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Spread(String, u64);
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Empty();
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Plain,
    Pair(String, i64),
}

/// The payload's arguments as an untyped client sees them, after a round trip.
fn event<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    format: Format,
    payload: &T,
) -> Value {
    let bytes = write_event(format, payload).unwrap();
    assert_eq!(&EventReader::new(format, &bytes).read::<T>().unwrap(), payload);
    from_bytes(format, &bytes).unwrap()
}

#[test]
fn l21_r39_unit_events_have_no_arguments() {
    for format in FORMATS {
        assert_eq!(event(format, &Unit), json!([]));
        assert_eq!(event(format, &()), json!([]));
        assert_eq!(event(format, &Empty()), json!([]));
    }
}

#[test]
fn event_payloads_have_the_shapes_that_listeners_expect() {
    for format in FORMATS {
        assert_eq!(event(format, &Newtype("a".into())), json!(["a"]));
        assert_eq!(event(format, &Spread("$a".into(), 1)), json!(["$a", 1]));
        assert_eq!(event(format, &("a".to_owned(), 1)), json!([["a", 1]]));
        assert_eq!(event(format, &vec![1, 2]), json!([[1, 2]]));
        assert_eq!(event(format, &Some(1)), json!([1]));
        assert_eq!(event(format, &None::<u8>), json!([null]));
        assert_eq!(event(format, &Kind::Plain), json!(["Plain"]));
        assert_eq!(event(format, &Kind::Pair("a".into(), 1)), json!([{ "Pair": ["a", 1] }]));
        assert_eq!(event(format, &BTreeMap::from([("a".to_owned(), 1)])), json!([{ "a": 1 }]));
    }
}

#[test]
fn events_of_the_wrong_shape_are_errors() {
    for format in FORMATS {
        let bytes = |value: Value| to_bytes(format, &value).unwrap();
        let read =
            |value: Value| EventReader::new(format, &bytes(value)).read::<Newtype>().unwrap_err().to_string();
        assert_eq!(read(json!([])), "the payload is missing");
        assert_eq!(read(json!([1])), "invalid type: integer `1`, expected a string");
        assert!(read(json!(["a", "b"])).starts_with("expected 1 argument"));
        assert!(EventReader::new(format, &bytes(json!([1]))).read::<Unit>().is_err());
        assert!(EventReader::new(format, &bytes(json!(["a"]))).read::<Spread>().is_err());
        assert!(EventReader::new(format, &bytes(json!(["a", 1, 2]))).read::<Spread>().is_err());
    }
}

proptest! {
    #[test]
    fn arguments_come_back(first in "[$]{0,3}(BigInt|Set|x)?", second: (String, Option<u64>)) {
        for format in FORMATS {
            let mut writer = ArgsWriter::new(format, 2);
            writer.push(&first).unwrap().push(&second).unwrap();
            let bytes = writer.finish();
            let mut reader = ArgsReader::new(format, &bytes, &POST).unwrap();
            prop_assert_eq!(&reader.next::<String>().unwrap(), &first);
            prop_assert_eq!(&reader.next::<(String, Option<u64>)>().unwrap(), &second);
            reader.finish().unwrap();
        }
    }
}
