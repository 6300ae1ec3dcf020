//! Through the functions of the wire: what a client writes is what a server reads, and the other way round.

use std::{collections::BTreeMap, convert::Infallible, fmt::Debug};

use bytes::Bytes;
use callboard::{
    CallError, Payload,
    contract::{ActionInfo, ArgInfo, Mode},
    wire::{
        ArgsReader, ArgsWriter, Encoding, EventReader, Format, Outcome, Output, ToClient, ToServer,
        from_bytes,
        http::{ActionCall, ActionOutput, QueueOutcome, QueueSend, QueueStatus},
        input, to_bytes,
    },
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::value::{Any, Way, anything, texts};

static ACTION: ActionInfo = ActionInfo::new(
    "echo",
    "echo",
    &[ArgInfo::new("one", "Any"), ArgInfo::new("two", "Any"), ArgInfo::new("three", "Any")],
    "",
    Mode::Read,
);

/// What arrives of a value in this format.
fn expected(value: &Any, format: Format) -> String {
    debug(&value.after(way(format)))
}

pub(crate) fn way(format: Format) -> Way {
    match format {
        Format::Json => Way::Json,
        Format::Cbor => Way::Cbor,
    }
}

/// By which values are compared: in it a number that is none equals itself, and -0 is not 0.
pub(crate) fn debug(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// The arguments of a call, over a connection and over HTTP.
fn arguments(encoding: Encoding, values: &[Any]) -> Vec<Vec<Any>> {
    let mut args = ArgsWriter::new(encoding.format(), values.len());
    for value in values {
        args.push(value).unwrap();
    }
    let args = args.finish();
    let call = ToServer::ActionRequest { id: 1 << 60, name: "echo".to_owned(), args: args.clone() };
    let ToServer::ActionRequest { args: over_socket, .. } =
        ToServer::decode(encoding, &call.encode(encoding).unwrap()).unwrap()
    else {
        panic!("another message");
    };
    let body = ActionCall { args }.encode(encoding).unwrap();
    let over_http = ActionCall::decode(encoding, &body).unwrap().0.args;
    [over_socket, over_http]
        .iter()
        .map(|args| read_arguments(encoding.format(), args, values.len()))
        .collect()
}

fn read_arguments(format: Format, args: &[u8], count: usize) -> Vec<Any> {
    let mut args = ArgsReader::new(format, args, &ACTION).unwrap();
    let values = (0..count).map(|_| args.next().unwrap()).collect();
    args.finish().unwrap();
    values
}

/// The reply to a call, over a connection and over HTTP.
fn replies(encoding: Encoding, value: &Any) -> Vec<Any> {
    let kind = callboard::__error_kind!(Infallible);
    let mut output = Output::new(encoding.format());
    output.write(&Ok::<_, CallError>(value.clone()), kind).unwrap();
    let output = output.into_result().unwrap();
    let response = ToClient::ActionResponse { id: 1, output: output.clone() };
    let ToClient::ActionResponse { output: over_socket, .. } =
        ToClient::decode(encoding, &response.encode(encoding).unwrap()).unwrap()
    else {
        panic!("another message");
    };
    let body = ActionOutput { output }.encode(encoding, 4).unwrap();
    let over_http = ActionOutput::decode(encoding, &body).unwrap().output;
    let format = encoding.format();
    [over_socket, over_http]
        .iter()
        .map(|bytes| Outcome::Value { format, bytes }.read(kind).unwrap().unwrap())
        .collect()
}

/// An event.
fn event<E: Payload>(encoding: Encoding, payload: &E) -> E {
    let args = payload.write_event(encoding.format()).unwrap();
    let event = ToClient::Event { name: "said".into(), args };
    let ToClient::Event { args, .. } = ToClient::decode(encoding, &event.encode(encoding).unwrap()).unwrap()
    else {
        panic!("another message");
    };
    E::read_event(&EventReader::new(encoding.format(), &args)).unwrap()
}

/// A message to a queue, and its answer.
fn messages(encoding: Encoding, value: &Any) -> [Any; 2] {
    let format = encoding.format();
    let bytes = to_bytes(format, value).unwrap();
    let send = QueueSend { body: bytes.clone(), name: None, wait: true, timeout_ms: Some(5) };
    let message = QueueSend::decode(encoding, &send.encode(encoding).unwrap()).unwrap().0.body;
    let outcome = QueueOutcome { status: QueueStatus::Completed, response: Some(bytes) };
    let answer = QueueOutcome::decode(encoding, &outcome.encode(encoding, 4).unwrap()).unwrap().response;
    // Null stands for no answer, too.
    let answer = answer.unwrap_or_else(|| to_bytes(format, &()).unwrap());
    [message, answer].map(|bytes: Bytes| from_bytes(format, &bytes).unwrap())
}

/// The input of a creation, in the control API and in an address.
fn inputs(value: &Any) -> [Any; 2] {
    let bytes = to_bytes(Format::Cbor, value).unwrap();
    let decoded = [input::from_api(&input::to_api(&bytes)), input::from_query(&input::to_query(&bytes))];
    decoded.map(|bytes| from_bytes(Format::Cbor, &bytes.unwrap()).unwrap())
}

/// Events of each shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct One(Any);
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Several(String, Any);
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Three(Any, Any, String);
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    #[serde(rename = "$BigInt")]
    value: Any,
}
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Several(Several),
    Named(Named),
    Nothing,
}

proptest! {
    #[test]
    fn values_come_back(value in anything()) {
        for format in [Format::Json, Format::Cbor] {
            let bytes = to_bytes(format, &value).unwrap();
            let back: Any = from_bytes(format, &bytes).unwrap();
            prop_assert_eq!(debug(&back), expected(&value, format));
        }
    }

    #[test]
    fn arguments_come_back(values in proptest::collection::vec(anything(), 0..4)) {
        for encoding in Encoding::ALL {
            let expected: Vec<_> = values.iter().map(|value| expected(value, encoding.format())).collect();
            for back in arguments(encoding, &values) {
                prop_assert_eq!(&back.iter().map(debug).collect::<Vec<_>>(), &expected);
            }
        }
    }

    #[test]
    fn replies_messages_and_inputs_come_back(value in anything()) {
        for encoding in Encoding::ALL {
            let expected = expected(&value, encoding.format());
            for back in replies(encoding, &value).iter().chain(&messages(encoding, &value)) {
                prop_assert_eq!(&debug(back), &expected);
            }
        }
        for back in inputs(&value) {
            prop_assert_eq!(debug(&back), expected(&value, Format::Cbor));
        }
    }

    #[test]
    fn events_of_each_shape_come_back(one in anything(), other in anything(), text in texts()) {
        for encoding in Encoding::ALL {
            let way = way(encoding.format());
            let (first, second) = (one.after(way), other.after(way));
            prop_assert_eq!(debug(&event(encoding, &one)), debug(&first));
            prop_assert_eq!(debug(&event(encoding, &One(one.clone())).0), debug(&first));
            let several = event(encoding, &Several(text.clone(), one.clone()));
            prop_assert_eq!(debug(&several), debug(&Several(text.clone(), first.clone())));
            let three = event(encoding, &Three(one.clone(), other.clone(), text.clone()));
            prop_assert_eq!(debug(&three), debug(&Three(first.clone(), second, text.clone())));
            let named = event(encoding, &Named { value: one.clone() });
            prop_assert_eq!(debug(&named), debug(&Named { value: first }));
        }
    }

    #[test]
    fn texts_come_back_in_every_place_of_a_pair(one in texts(), other in texts()) {
        fn check<T: Serialize + DeserializeOwned + Debug>(value: &T) {
            for format in [Format::Json, Format::Cbor] {
                let back: T = from_bytes(format, &to_bytes(format, value).unwrap()).unwrap();
                assert_eq!(debug(&back), debug(value));
            }
        }
        check(&(one.clone(), other.clone()));
        check(&vec![one.clone(), other.clone()]);
        check(&[Some(one.clone()), None]);
        check(&((one.clone(), other.clone()), other.clone()));
        check(&vec![(one.clone(), vec![other.clone(), one.clone()])]);
        check(&BTreeMap::from([(one, other)]));
    }
}

/// The value inside would be several arguments; the type does not know which value is inside.
#[test]
fn an_untagged_event_comes_back_whatever_is_inside() {
    for encoding in Encoding::ALL {
        for either in [
            Either::Several(Several("$$x".to_owned(), Any::Mark)),
            Either::Named(Named { value: Any::Text("$BigInt".to_owned()) }),
            Either::Nothing,
        ] {
            assert_eq!(debug(&event(encoding, &either)), debug(&either));
        }
    }
}

/// In JSON there is no other word for it, and what is asked for cannot be made of null.
#[test]
fn a_number_that_is_none_is_null_in_json_and_itself_in_cbor() {
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let json = to_bytes(Format::Json, &(number, 1)).unwrap();
        assert_eq!(&json[..], b"[null,1]");
        assert_eq!(from_bytes::<(Option<f64>, u8)>(Format::Json, &json).unwrap(), (None, 1));
        from_bytes::<(f64, u8)>(Format::Json, &json).unwrap_err();
        let back: f64 = from_bytes(Format::Cbor, &to_bytes(Format::Cbor, &number).unwrap()).unwrap();
        assert_eq!(debug(&back), debug(&number));
    }
}

#[test]
fn a_map_whose_keys_have_no_text_is_an_error_where_it_is_given() {
    let map = BTreeMap::from([((1, 2), 3)]);
    for format in [Format::Json, Format::Cbor] {
        to_bytes(format, &map).unwrap_err();
        to_bytes(format, &BTreeMap::from([(Some(1), 2), (None, 3)])).unwrap_err();
        let mut args = ArgsWriter::new(format, 1);
        args.push(&map).unwrap_err();
        map.write_event(format).unwrap_err();
    }
}
