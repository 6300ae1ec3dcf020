//! Messages and bodies in every encoding and version.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::borrow::Cow;

use bytes::Bytes;
use callboard::{
    Fault,
    wire::{
        ActorRef, Encoding, Format, ToClient, ToServer,
        http::{ActionCall, ActionOutput, ErrorBody, QueueOutcome, QueueSend, QueueStatus},
        to_bytes,
    },
};
use proptest::{collection::vec, option::of, prelude::*};
use serde_json::{Value, json};

fn fault() -> Fault {
    Fault::new("user", "nope", "No").with_metadata(json!({ "pair": ["$x", 1] }))
}

fn actor() -> ActorRef {
    ActorRef { actor_id: "a1".into(), generation: 3, key: Some("room".into()) }
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn ids_are_bigints_to_javascript() {
    let response = ToClient::ActionResponse { id: 7, output: Bytes::from_static(b"\xf6") };
    let frame = response.encode(Encoding::Cbor).unwrap();
    // A short integer would be a number, which JavaScript clients refuse as an id.
    let id = b"bid\x1b\x00\x00\x00\x00\x00\x00\x00\x07";
    assert!(frame.windows(id.len()).any(|part| part == id), "{frame:x?}");

    let response = ToClient::ActionResponse { id: 7, output: Bytes::from_static(b"null") };
    let frame = response.encode(Encoding::Json).unwrap();
    assert_eq!(
        json_of(&frame),
        json!({ "body": { "tag": "ActionResponse", "val": { "id": ["$BigInt", "7"], "output": null } } })
    );
}

#[test]
fn errors_have_an_action_id_even_if_it_is_null_and_no_other_nulls() {
    let error = ToClient::Error { action_id: None, fault: Fault::new("user", "nope", "No"), actor: None };
    let val = json!({ "actionId": null, "group": "user", "code": "nope", "message": "No" });
    assert_eq!(
        json_of(&error.encode(Encoding::Json).unwrap()),
        json!({ "body": { "tag": "Error", "val": val } })
    );

    let body = ErrorBody { fault: fault(), actor: Some(ActorRef { key: None, ..actor() }) };
    assert_eq!(
        json_of(&body.encode(Encoding::Json, 4).unwrap()),
        json!({
            "group": "user", "code": "nope", "message": "No", "metadata": { "pair": ["$$x", 1] },
            "actor": { "actorId": "a1", "generation": 3 }
        })
    );
}

#[test]
fn ids_are_read_in_every_form() {
    for id in ["7", r#"["$BigInt","7"]"#, "7.0"] {
        let frame =
            format!(r#"{{"body":{{"val":{{"args":[1],"name":"a","id":{id}}},"tag":"ActionRequest"}}}}"#);
        let message = ToServer::decode(Encoding::Json, frame.as_bytes()).unwrap();
        let args = Bytes::from_static(b"[1]");
        assert_eq!(message, ToServer::ActionRequest { id: 7, name: "a".into(), args });
    }
    for id in [&b"\x07"[..], b"\x1b\0\0\0\0\0\0\0\x07", b"\xfb\x40\x1c\0\0\0\0\0\0"] {
        let head = b"\xa1\x64body\xa2\x63tag\x6dActionRequest\x63val\xa3\x64name\x61a\x64args\x80\x62id";
        let message = ToServer::decode(Encoding::Cbor, &[head, id].concat()).unwrap();
        assert_eq!(
            message,
            ToServer::ActionRequest { id: 7, name: "a".into(), args: Bytes::from_static(b"\x80") }
        );
    }
}

#[test]
fn arguments_are_lenient() {
    for (body, args) in
        [("{}", "[]"), (r#"{"args":null}"#, "[]"), (r#"{"args":5}"#, "[5]"), (r#"{"args":[5]}"#, "[5]")]
    {
        assert_eq!(ActionCall::decode(Encoding::Json, body.as_bytes()).unwrap().0.args, args);
    }
    for (body, args) in [
        (&b"\xa0"[..], &b"\x80"[..]),
        (b"\xa1\x64args\xf6", b"\x80"),
        (b"\xa1\x64args\xf7", b"\x80"),
        (b"\xa1\x64args\x05", b"\x81\x05"),
    ] {
        assert_eq!(ActionCall::decode(Encoding::Cbor, body).unwrap().0.args, args);
    }
    assert_eq!(ActionCall::decode(Encoding::Bare, b"\x04\0\x01\x05").unwrap().0.args, &b"\x81\x05"[..]);
}

#[test]
fn a_missing_output_is_null() {
    assert_eq!(ActionOutput::decode(Encoding::Json, b"{}").unwrap().output, "null");
    assert_eq!(ActionOutput::decode(Encoding::Cbor, b"\xa0").unwrap().output, &b"\xf6"[..]);
}

#[test]
fn every_known_bare_version_is_spoken() {
    let (output, args) = (Bytes::from_static(b"\x01"), Bytes::from_static(b"\x81\x01"));
    for version in 1..=4 {
        let init = ToClient::Init { actor_id: "a".into(), connection_id: "c".into() };
        let error = ToClient::Error { action_id: Some(1), fault: fault(), actor: Some(actor()) };
        let response = ToClient::ActionResponse { id: 1, output: output.clone() };
        for message in [init, error, response] {
            let frame = message.encode_version(Encoding::Bare, version).unwrap();
            assert_eq!(frame[..2], version.to_le_bytes());
            let again = ToClient::decode(Encoding::Bare, &frame).unwrap();
            match again {
                ToClient::Error { actor, .. } => assert_eq!(actor.is_some(), version == 4),
                again => assert_eq!(again, message),
            }
        }
        let request = ToServer::ActionRequest { id: 1, name: "a".into(), args: args.clone() };
        let frame = request.encode_version(Encoding::Bare, version).unwrap();
        assert_eq!(ToServer::decode_versioned(Encoding::Bare, &frame).unwrap(), (request, version));
    }
    for version in [0, 5, u16::MAX] {
        let frame = [&version.to_le_bytes()[..], b"\x01\x01a\x01"].concat();
        let error = ToServer::decode(Encoding::Bare, &frame).unwrap_err().to_string();
        assert!(error.contains(&format!("version {version}")), "{error}");
        ToClient::Init { actor_id: String::new(), connection_id: String::new() }
            .encode_version(Encoding::Bare, version)
            .unwrap_err();
    }
}

#[test]
fn the_bytes_of_bare_messages_are_those_of_the_protocol() {
    let subscribe = ToServer::SubscriptionRequest { event: "messageReceived".into(), subscribe: true };
    assert_eq!(subscribe.encode(Encoding::Bare).unwrap(), &b"\x04\0\x01\x0fmessageReceived\x01"[..]);
    let args = to_bytes(Format::Cbor, &["u1", "from conn"]).unwrap();
    let call = ToServer::ActionRequest { id: 0, name: "sendMessage".into(), args };
    let frame = call.encode(Encoding::Bare).unwrap();
    assert_eq!(frame, &b"\x04\0\x00\x00\x0bsendMessage\x0e\x82\x62u1\x69from conn"[..]);
}

#[test]
fn errors_of_gateways_are_read() {
    let body = br#"{"group":"guard","code":"x","message":"m","metadata":null,"actor":null,"ray_id":"r"}"#;
    let error = ErrorBody::decode(Encoding::Json, body).unwrap();
    assert_eq!(error, ErrorBody { fault: fault_of("guard", "x", "m"), actor: None });
}

#[test]
fn unknown_messages_say_what_they_are() {
    let error = ToServer::decode(Encoding::Json, br#"{"body":{"tag":"Nope","val":{}}}"#).unwrap_err();
    assert_eq!(error.to_string(), "an unknown message `Nope`");
    let error =
        ToServer::decode(Encoding::Json, br#"{"body":{"tag":"ActionRequest","val":{"id":1}}}"#).unwrap_err();
    assert_eq!(error.to_string(), "`name` is missing");
    let error = ToServer::decode(Encoding::Bare, b"\x04\0\x09").unwrap_err();
    assert_eq!(error.to_string(), "an unknown message, number 9");
}

/// An encoding, and a value and an array of values encoded in it.
fn payloads() -> impl Strategy<Value = (Encoding, Bytes, Bytes)> {
    let encodings = prop_oneof![Just(Encoding::Json), Just(Encoding::Cbor), Just(Encoding::Bare)];
    (encodings, vec(any::<(String, u32)>(), 0..3)).prop_map(|(encoding, values)| {
        let array = to_bytes(encoding.format(), &values).unwrap();
        // Null stands for what is absent, so it does not come back where something may be.
        let value = to_bytes(encoding.format(), &values.len()).unwrap();
        (encoding, value, array)
    })
}

/// A fault of any group, as it comes from the wire.
fn fault_of(group: &str, code: &str, message: &str) -> Fault {
    let body = json!({ "group": group, "code": code, "message": message }).to_string();
    ErrorBody::decode(Encoding::Json, body.as_bytes()).unwrap().fault
}

fn faults() -> impl Strategy<Value = Fault> {
    let metadata = of(vec(any::<String>(), 0..3));
    (any::<[String; 3]>(), metadata).prop_map(|([group, code, message], metadata)| {
        let fault = fault_of(&group, &code, &message);
        match metadata {
            Some(metadata) => fault.with_metadata(json!({ "$": metadata })),
            None => fault,
        }
    })
}

fn actors() -> impl Strategy<Value = Option<ActorRef>> {
    let actor = (any::<String>(), any::<u64>(), any::<Option<String>>());
    of(actor.prop_map(|(actor_id, generation, key)| ActorRef { actor_id, generation, key }))
}

proptest! {
    #[test]
    fn messages_to_clients_come_back(
        (encoding, output, args) in payloads(),
        texts: [String; 2],
        id: u64,
        action_id: Option<u64>,
        fault in faults(),
        actor in actors(),
    ) {
        let [actor_id, connection_id] = texts.clone();
        let [name, _] = texts;
        for message in [
            ToClient::Init { actor_id, connection_id },
            ToClient::Error { action_id, fault, actor },
            ToClient::ActionResponse { id, output },
            ToClient::Event { name: Cow::Owned(name), args },
        ] {
            let frame = message.encode(encoding).unwrap();
            prop_assert_eq!(ToClient::decode(encoding, &frame).unwrap(), message);
        }
    }

    #[test]
    fn messages_to_servers_come_back(
        (encoding, _, args) in payloads(),
        name: String,
        id: u64,
        subscribe: bool,
    ) {
        for message in [
            ToServer::ActionRequest { id, name: name.clone(), args },
            ToServer::SubscriptionRequest { event: name, subscribe },
        ] {
            let frame = message.encode(encoding).unwrap();
            prop_assert_eq!(ToServer::decode(encoding, &frame).unwrap(), message);
        }
    }

    #[test]
    fn bodies_come_back(
        (encoding, value, args) in payloads(),
        name: Option<String>,
        wait: bool,
        timeout_ms: Option<u64>,
        answered: bool,
        fault in faults(),
        actor in actors(),
    ) {
        let call = ActionCall { args };
        prop_assert_eq!(ActionCall::decode(encoding, &call.encode(encoding).unwrap()).unwrap(), (call, 4));
        let output = ActionOutput { output: value.clone() };
        prop_assert_eq!(ActionOutput::decode(encoding, &output.encode(encoding, 4).unwrap()).unwrap(), output);
        let send = QueueSend { body: value.clone(), name, wait, timeout_ms };
        prop_assert_eq!(QueueSend::decode(encoding, &send.encode(encoding).unwrap()).unwrap(), (send, 4));
        let status = if answered { QueueStatus::Completed } else { QueueStatus::TimedOut };
        let outcome = QueueOutcome { status, response: answered.then_some(value) };
        prop_assert_eq!(QueueOutcome::decode(encoding, &outcome.encode(encoding, 4).unwrap()).unwrap(), outcome);
        let error = ErrorBody { fault, actor };
        prop_assert_eq!(ErrorBody::decode(encoding, &error.encode(encoding, 4).unwrap()).unwrap(), error);
    }
}
