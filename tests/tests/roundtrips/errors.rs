//! Declared errors: what an argument can carry, a field of an error can.

use std::collections::BTreeMap;

use callboard::{
    Fault,
    client::ConnectionError,
    prelude::*,
    wire::{Encoding, Format, ToClient, http::ErrorBody},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    value::{Any, Way, anything, texts},
    wire::{debug, way},
};

/// An error of each shape.
#[derive(Debug, Clone, thiserror::Error, ActorError)]
pub(crate) enum Failure {
    #[error("nothing")]
    Nothing,
    #[error("one")]
    One(Any),
    #[error("two")]
    Two(String, Any),
    #[error("three")]
    Three(Any, String, Any),
    #[error("named")]
    Named { value: Any, wide_text: String, other: Any },
    #[error("none")]
    Optional(Option<Any>),
    #[error("huge")]
    Huge { id: u128, name: String },
    #[error("a ratio")]
    Ratio { ratio: f64, name: String },
    #[error("by place")]
    Keys { before: String, keys: Option<Keys>, after: Any },
    #[error("listed by place")]
    ListedKeys(String, Keys),
    #[error("broken")]
    Broken { before: String, broken: Option<Broken>, after: u8 },
}

/// A map whose keys have no text, and one whose keys have some.
pub(crate) type Keys = BTreeMap<(String, u8), BTreeMap<Option<u8>, Any>>;

/// What no format can carry.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Broken;

impl Serialize for Broken {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is broken"))
    }
}

impl Failure {
    /// What arrives of it.
    pub(crate) fn after(&self, way: Way) -> Self {
        match self.clone() {
            Self::One(value) => Self::One(value.after(way)),
            Self::Two(text, value) => Self::Two(text, value.after(way)),
            Self::Three(one, text, other) => Self::Three(one.after(way), text, other.after(way)),
            Self::Named { value, wide_text, other } => {
                Self::Named { value: value.after(way), wide_text, other: other.after(way) }
            }
            Self::Optional(value) => Self::Optional(value.map(|value| value.after(way))),
            Self::Keys { before, keys, after } => {
                let after = after.after(way);
                let keys = keys.filter(|keys| way != Way::Json || keys.is_empty());
                Self::Keys { before, keys: keys.map(|keys| keys_after(keys, way)), after }
            }
            Self::ListedKeys(text, keys) => Self::ListedKeys(text, keys_after(keys, way)),
            Self::Broken { before, after, .. } if way != Way::Moved => {
                Self::Broken { before, broken: None, after }
            }
            other => other,
        }
    }
}

fn keys_after(keys: Keys, way: Way) -> Keys {
    let inner = |map: BTreeMap<Option<u8>, Any>| {
        map.into_iter().map(|(key, value)| (key, value.after(way))).collect()
    };
    keys.into_iter().map(|(key, map)| (key, inner(map))).collect()
}

/// Errors of every shape.
pub(crate) fn failures() -> BoxedStrategy<Failure> {
    prop_oneof![
        Just(Failure::Nothing),
        anything().prop_map(Failure::One),
        (texts(), anything()).prop_map(|(text, value)| Failure::Two(text, value)),
        (anything(), texts(), anything()).prop_map(|(one, text, other)| Failure::Three(one, text, other)),
        (anything(), texts(), anything()).prop_map(|(value, wide_text, other)| Failure::Named {
            value,
            wide_text,
            other
        }),
        proptest::option::of(anything()).prop_map(Failure::Optional),
        (any::<u128>(), texts()).prop_map(|(id, name)| Failure::Huge { id, name }),
        (texts(), proptest::option::of(keys()), anything()).prop_map(|(before, keys, after)| Failure::Keys {
            before,
            keys,
            after
        }),
        (texts(), any::<u8>()).prop_map(|(before, after)| Failure::Broken {
            before,
            broken: Some(Broken),
            after
        }),
    ]
    .boxed()
}

fn keys() -> impl Strategy<Value = Keys> {
    use proptest::collection::btree_map;
    btree_map((texts(), any::<u8>()), btree_map(any::<Option<u8>>(), anything(), 0..3), 0..3)
}

/// The fault at the other end, of a connection and of a call over HTTP.
fn travel(encoding: Encoding, fault: &Fault) -> [Fault; 2] {
    let error = ToClient::Error { action_id: Some(1), fault: fault.clone(), actor: None };
    let ToClient::Error { fault: over_socket, .. } =
        ToClient::decode(encoding, &error.encode(encoding).unwrap()).unwrap()
    else {
        panic!("another message");
    };
    let body = ErrorBody { fault: fault.clone(), actor: None }.encode(encoding, 4).unwrap();
    let over_http = ErrorBody::decode(encoding, &body).unwrap().fault;
    [over_socket, over_http]
}

fn declared(fault: &Fault) -> Option<Failure> {
    ConnectionError::from(fault.clone()).declared()
}

proptest! {
    #[test]
    fn errors_come_back(failure in failures()) {
        let fault = Fault::from_declared(&failure);
        prop_assert_eq!(debug(&declared(&fault)), debug(&Some(failure.after(Way::Cbor))), "in one process");
        for encoding in Encoding::ALL {
            let expected = debug(&Some(failure.after(way(encoding.format()))));
            for fault in travel(encoding, &fault) {
                prop_assert_eq!(&debug(&declared(&fault)), &expected);
            }
        }
    }

    /// An actor that calls another one hands its error on, in whatever its own caller speaks.
    #[test]
    fn errors_that_are_handed_on_come_back(failure in failures()) {
        let fault = Fault::from_declared(&failure);
        for encoding in Encoding::ALL {
            let [fault, _] = travel(encoding, &fault);
            for next in Encoding::ALL {
                let lossy = encoding == Encoding::Json || next == Encoding::Json;
                let expected = failure.after(if lossy { Way::Json } else { Way::Cbor });
                for fault in travel(next, &fault) {
                    prop_assert_eq!(debug(&declared(&fault)), debug(&Some(expected.clone())));
                }
            }
        }
    }

    #[test]
    fn a_fault_equals_itself_whatever_it_has_come_in(failure in failures()) {
        let fault = Fault::from_declared(&failure);
        // NaN equals nothing, and null does not travel.
        prop_assume!(!debug(&failure).contains("NaN") && fault.metadata() != Some(&Value::Null));
        for encoding in [Encoding::Cbor, Encoding::Bare] {
            for travelled in travel(encoding, &fault) {
                prop_assert_eq!(&travelled, &fault);
            }
        }
    }
}

#[test]
fn integers_of_128_bits_come_back_and_are_digits_in_the_view() {
    let failure = Failure::Huge { id: 1 << 100, name: "$x".to_owned() };
    let fault = Fault::from_declared(&failure);
    for encoding in Encoding::ALL {
        for fault in travel(encoding, &fault) {
            assert_eq!(debug(&declared(&fault)), debug(&Some(failure.clone())));
            let view = json!({ "id": "1267650600228229401496703205376", "name": "$x" });
            assert_eq!(fault.metadata(), Some(&view));
        }
    }
}

#[test]
fn infinity_comes_back_where_the_encoding_has_it_and_is_null_alone_in_json() {
    let failure = Failure::Ratio { ratio: f64::INFINITY, name: "ann".to_owned() };
    let fault = Fault::from_declared(&failure);
    for encoding in Encoding::ALL {
        for fault in travel(encoding, &fault) {
            assert_eq!(fault.metadata(), Some(&json!({ "ratio": null, "name": "ann" })));
            let expected = (encoding.format() == Format::Cbor).then(|| failure.clone());
            assert_eq!(debug(&declared(&fault)), debug(&expected));
        }
    }
}

#[test]
fn keys_without_a_text_come_back_where_the_encoding_has_them_and_are_null_alone_in_json() {
    let keys = Keys::from([(("$x".to_owned(), 1), [(None, Any::Plain), (Some(1), Any::Mark)].into())]);
    let failure = Failure::ListedKeys("$$x".to_owned(), keys);
    let fault = Fault::from_declared(&failure);
    for encoding in Encoding::ALL {
        for fault in travel(encoding, &fault) {
            assert_eq!(fault.metadata(), Some(&json!(["$$x", null])));
            let expected = (encoding.format() == Format::Cbor).then(|| failure.clone());
            assert_eq!(debug(&declared(&fault)), debug(&expected));
        }
    }
    // As JavaScript sees them: a `Map`, and in JSON nothing that it could not read.
    let body = |encoding| ErrorBody { fault: fault.clone(), actor: None }.encode(encoding, 4).unwrap();
    let json: Value = serde_json::from_slice(&body(Encoding::Json)).unwrap();
    assert_eq!(json["metadata"], json!(["$$$x", null]));
    assert!(body(Encoding::Cbor).windows(3).any(|bytes| bytes == [0xd9, 0x01, 0x03]), "tag 259");
}

#[test]
fn fields_are_seen_by_clients_as_before() {
    let value =
        Any::Tree(json!({ "at": 1_795_325_502_718_u64, "list": ["$x", 1], "ratio": 0.5, "none": null }));
    let failure = Failure::Named { value, wide_text: "text".to_owned(), other: Any::U64(1 << 60) };
    let body =
        ErrorBody { fault: Fault::from_declared(&failure), actor: None }.encode(Encoding::Json, 4).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let tree = json!({ "at": 1_795_325_502_718_u64, "list": ["$$x", 1], "ratio": 0.5, "none": null });
    assert_eq!(
        body["metadata"],
        json!({ "value": { "Tree": tree }, "wideText": "text", "other": { "U64": ["$BigInt", (1_u64 << 60).to_string()] } })
    );
}

#[test]
fn an_error_that_somebody_else_restores_by_hand_still_is() {
    let failure = Failure::Two("$$x".to_owned(), Any::I8(-1));
    let metadata = failure.metadata();
    assert_eq!(metadata, Some(json!(["$$x", { "I8": -1 }])));
    let back = Failure::restore("two", metadata.as_ref());
    assert_eq!(debug(&back), debug(&Some(failure)));
    assert_eq!(debug(&Failure::restore("nothing", None)), debug(&Some(Failure::Nothing)));
    assert!(Failure::restore("unknown", None).is_none());
}
