//! Input made to hurt: an error, never a panic, never more memory than it is worth.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use callboard::{
    contract::{ActionInfo, Mode},
    wire::{
        ArgsReader, Encoding, EventReader, Format, ToClient, ToServer, from_bytes,
        http::{ActionCall, ActionOutput, ErrorBody, QueueOutcome, QueueSend},
        input, key, to_bytes,
    },
};
use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const FORMATS: [Format; 2] = [Format::Json, Format::Cbor];
const ANY: ActionInfo = ActionInfo::new("any", "any", &[], "", Mode::Read);

#[derive(Debug, Serialize, Deserialize)]
enum Sample {
    Unit,
    Newtype(Box<Sample>),
    Tuple(u64, Option<String>),
    Struct { list: Vec<Sample>, number: f32, bytes: [u8; 2] },
}

#[derive(Debug, Deserialize)]
struct Spread(#[expect(dead_code)] String, #[expect(dead_code)] u8);

/// Every function that reads bytes from outside.
fn decode_everything(bytes: &[u8]) {
    for encoding in Encoding::ALL {
        let _ = ToClient::decode(encoding, bytes);
        let _ = ToServer::decode_versioned(encoding, bytes);
        let _ = ActionCall::decode(encoding, bytes);
        let _ = ActionOutput::decode(encoding, bytes);
        let _ = QueueSend::decode(encoding, bytes);
        let _ = QueueOutcome::decode(encoding, bytes);
        let _ = ErrorBody::decode(encoding, bytes);
    }
    for format in FORMATS {
        let _ = from_bytes::<Value>(format, bytes);
        let _ = from_bytes::<Sample>(format, bytes);
        let _ = from_bytes::<(i128, Vec<u8>)>(format, bytes);
        let _ = from_bytes::<std::collections::HashMap<u8, f64>>(format, bytes);
        let _ = EventReader::new(format, bytes).read::<Sample>();
        let _ = EventReader::new(format, bytes).read::<Spread>();
        if let Ok(mut args) = ArgsReader::new(format, bytes, &ANY) {
            let _ = args.next::<Sample>();
            let _ = args.next::<Value>();
            let _ = args.finish();
        }
    }
}

fn cbor_fails(bytes: &[u8]) -> String {
    decode_everything(bytes);
    from_bytes::<Value>(Format::Cbor, bytes).unwrap_err().to_string()
}

#[test]
fn nesting_without_end_is_refused() {
    for depth in [200, 100_000] {
        assert_eq!(cbor_fails(&[&vec![0x81; depth][..], b"\x01"].concat()), "nested too deeply");
        assert_eq!(cbor_fails(&[&b"\xa1\x61a".repeat(depth)[..], b"\x01"].concat()), "nested too deeply");
        assert_eq!(cbor_fails(&[&vec![0xc1; depth][..], b"\x01"].concat()), "nested too deeply");
        assert_eq!(cbor_fails(&vec![0x9f; depth]), "nested too deeply");
        cbor_fails(&[&b"\x82\x64$Set".repeat(depth)[..], b"\x80"].concat());
        cbor_fails(&b"\x82\x64$Set".repeat(depth));
        cbor_fails(&b"\xa1\x67Newtype".repeat(depth));
        for text in ["[", r#"{"a":"#, r#"["$Set","#, r#"{"Newtype":"#, r#"["$x",["#] {
            let text = text.repeat(depth);
            decode_everything(text.as_bytes());
            from_bytes::<Value>(Format::Json, text.as_bytes()).unwrap_err();
        }
        let closed = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        from_bytes::<Value>(Format::Json, closed.as_bytes()).unwrap_err();
        decode_everything(closed.as_bytes());
        let args = format!(r#"{{"args":{closed}}}"#);
        decode_everything(args.as_bytes());
    }
}

#[test]
fn nesting_within_the_limit_is_read() {
    for format in FORMATS {
        let value = (0..100).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(from_bytes::<Value>(format, &to_bytes(format, &value).unwrap()).unwrap(), value);
    }
}

#[test]
fn lengths_that_are_not_there_are_refused() {
    // 2^63 and 2^64 - 1 bytes, characters, elements, entries.
    for head in [0x5b, 0x7b, 0x9b, 0xbb] {
        for len in [1 << 63, u64::MAX, 1 << 32] {
            let bytes = [&[head][..], &len.to_be_bytes(), b"\x01\x02"].concat();
            cbor_fails(&bytes);
            // As the value of a field.
            decode_everything(&[b"\xa1\x64args", &bytes[..]].concat());
        }
    }
    for len in [
        &b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"[..],
        b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        b"\x7f",
    ] {
        let frame = [b"\x04\0\x00\x00", len, b"abc"].concat();
        ToServer::decode(Encoding::Bare, &frame).unwrap_err();
        decode_everything(&frame);
    }
    let endless = [b"\x04\0", &[0xff; 30][..]].concat();
    assert_eq!(
        ToServer::decode(Encoding::Bare, &endless).unwrap_err().to_string(),
        "a number of more than 64 bits"
    );
}

#[test]
fn bytes_after_the_end_are_refused() {
    let call = ToServer::SubscriptionRequest { event: "e".into(), subscribe: true };
    for encoding in Encoding::ALL {
        let frame = [&call.encode(encoding).unwrap()[..], b"1"].concat();
        ToServer::decode(encoding, &frame).unwrap_err();
    }
    for format in FORMATS {
        let bytes = [&to_bytes(format, &1).unwrap()[..], b" \x01"].concat();
        from_bytes::<u8>(format, &bytes).unwrap_err();
    }
}

#[test]
fn frames_cut_short_are_refused() {
    let args = |encoding: Encoding| to_bytes(encoding.format(), &[("$x", 1_u64 << 40)]).unwrap();
    for encoding in Encoding::ALL {
        let call = ToServer::ActionRequest { id: 1 << 40, name: "name".into(), args: args(encoding) };
        let frame = call.encode(encoding).unwrap();
        for len in 0..frame.len() {
            ToServer::decode(encoding, &frame[..len]).unwrap_err();
        }
    }
}

#[test]
fn malformed_cbor_is_refused() {
    for bytes in [
        &b""[..],
        b"\xff",
        b"\x1c",
        b"\x1f",
        b"\xdf",
        b"\xf8\x20",
        b"\xfc",
        b"\x61\xff",
        b"\x7f\x41a\xff",
        b"\x7f\x7f\x61a\xff\xff",
        b"\x7f\x61",
        b"\x9f",
        b"\xbf\x61a\xff",
        b"\xa1\x80\x01",
        b"\xc2\x51\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\xc3\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        cbor_fails(bytes);
    }
}

#[test]
fn no_reader_reserves_memory_for_elements_that_cannot_be_there() {
    // Five bytes that claim four billion elements of a kilobyte each.
    let error = from_bytes::<Vec<[[u64; 32]; 4]>>(Format::Cbor, b"\x9a\xff\xff\xff\xff").unwrap_err();
    assert_eq!(error.to_string(), "the CBOR value is cut short");
}

fn nearly_cbor() -> impl Strategy<Value = Vec<u8>> {
    let parts = [
        &b"\x82\x67$BigInt"[..],
        b"\x82\x64$Set",
        b"\x82\x6b$Uint8Array",
        b"\x82\x63$$x",
        b"\xa1\x64body",
        b"\xa2\x63tag\x65Event\x63val",
        b"\x64args",
        b"\x9f",
        b"\xbf",
        b"\xff",
        b"\xc2",
        b"\x1b\0\0\0\0\0\0\0\x01",
        b"\x81",
        b"\x67Newtype",
        b"\xf7",
        b"\x62-1",
    ];
    vec(proptest::sample::select(parts.to_vec()), 0..12).prop_map(|parts| parts.concat())
}

fn nearly_json() -> impl Strategy<Value = String> {
    let parts = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"$BigInt\"",
        "\"$Set\"",
        "\"$$x\"",
        "\"args\"",
        "\"body\"",
        "\"tag\"",
        "\"val\"",
        "\"Event\"",
        "1",
        "-1e400",
        "null",
        "\"\\ud800\"",
        "\"Newtype\"",
        " ",
    ];
    vec(proptest::sample::select(parts.to_vec()), 0..16).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        decode_everything(&bytes);
    }

    #[test]
    fn no_bare_frame_panics(version in 0_u8..6, tag in 0_u8..5, rest: Vec<u8>) {
        decode_everything(&[&[version, 0, tag][..], &rest].concat());
    }

    #[test]
    fn no_nearly_cbor_panics(bytes in nearly_cbor()) {
        decode_everything(&bytes);
    }

    #[test]
    fn no_nearly_json_panics(text in nearly_json()) {
        decode_everything(text.as_bytes());
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = input::from_api(&text);
        let _ = input::from_query(&text);
        let _ = key::from_slash_form(&text);
        let _ = key::from_comma_form(&text);
    }
}
