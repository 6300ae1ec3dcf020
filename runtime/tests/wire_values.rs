//! User values, as bytes and back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "wire_values/blob.rs"]
mod blob;
#[path = "wire_values/depth.rs"]
mod depth;

use std::collections::{BTreeMap, HashMap};

use callboard::wire::{Format, from_bytes, to_bytes};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use self::blob::Blob;

const FORMATS: [Format; 2] = [Format::Json, Format::Cbor];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: Uuid,
    text: String,
    sent_at: u64,
    reply_to: Option<i128>,
    tags: Vec<(String, u8)>,
    kind: Kind,
    counts: BTreeMap<u16, f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    Plain,
    Emote(String),
    Pair(String, i64),
    Image { data: Blob, alt: Option<String> },
}

/// The encoded value, as a tree: what a client without knowledge of pairs would see.
fn seen<T: Serialize>(format: Format, value: &T) -> Value {
    let bytes = to_bytes(format, value).unwrap();
    match format {
        Format::Json => serde_json::from_slice(&bytes).unwrap(),
        Format::Cbor => ciborium::from_reader::<ciborium::Value, _>(&*bytes).unwrap().deserialized().unwrap(),
    }
}

fn cbor(bytes: &[u8]) -> Result<Value, String> {
    read(Format::Cbor, bytes)
}

fn read<T: DeserializeOwned>(format: Format, bytes: &[u8]) -> Result<T, String> {
    from_bytes(format, bytes).map_err(|error| error.to_string())
}

#[test]
fn l08_r07_timestamps_are_numbers_to_javascript() {
    let timestamp = 1_795_325_502_718_u64;
    assert_eq!(&to_bytes(Format::Json, &timestamp).unwrap()[..], b"1795325502718");
    // A float: a JavaScript client makes a `BigInt` of every CBOR integer of eight bytes.
    let bytes = to_bytes(Format::Cbor, &timestamp).unwrap();
    assert_eq!(bytes[0], 0xfb);
    assert_eq!(bytes[1..], 1_795_325_502_718_f64.to_be_bytes());
    for format in FORMATS {
        assert_eq!(from_bytes::<u64>(format, &to_bytes(format, &timestamp).unwrap()).unwrap(), timestamp);
    }
}

#[test]
fn l08_r07_field_names_are_the_serde_names() {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Event {
        user_id: String,
    }
    for format in FORMATS {
        assert_eq!(seen(format, &Event { user_id: "u1".into() }), json!({ "userId": "u1" }));
    }
}

#[test]
fn no_cbor_integer_takes_eight_bytes() {
    for number in [i64::MIN, -(1 << 53), -(1 << 32) - 1, 1 << 32, (1 << 53) - 1, 1 << 53, i64::MAX] {
        let first = to_bytes(Format::Cbor, &number).unwrap()[0];
        assert!(!matches!(first, 0x1b | 0x3b), "{number} starts with {first:#x}");
    }
    for number in [-(1_i64 << 32), (1 << 32) - 1] {
        assert_eq!(to_bytes(Format::Cbor, &number).unwrap()[0] & 0x1f, 0x1a, "{number} takes four bytes");
    }
}

#[test]
fn integers_that_javascript_would_round_are_bigints() {
    for format in FORMATS {
        assert_eq!(seen(format, &((1_u64 << 53) - 1)).as_f64(), Some(9_007_199_254_740_991.0));
        assert_eq!(seen(format, &(1_u64 << 53)), json!(["$BigInt", "9007199254740992"]));
        assert_eq!(seen(format, &i64::MIN), json!(["$BigInt", "-9223372036854775808"]));
        assert_eq!(seen(format, &u128::MAX), json!(["$BigInt", u128::MAX.to_string()]));
    }
}

#[test]
fn bytes_are_a_uint8array() {
    for format in FORMATS {
        assert_eq!(seen(format, &Blob(vec![0, 255])), json!(["$Uint8Array", "AP8="]));
    }
}

#[test]
fn pairs_that_look_like_compatibility_pairs_are_escaped() {
    #[derive(Serialize)]
    struct Text(&'static str);
    #[derive(Serialize)]
    enum Unit {
        #[serde(rename = "$x")]
        Dollar,
    }
    #[derive(Serialize)]
    enum Variant {
        Pair(&'static str, u8),
    }
    for format in FORMATS {
        assert_eq!(seen(format, &("$x", 1)), json!(["$$x", 1]));
        assert_eq!(seen(format, &["$x", "$y"]), json!(["$$x", "$y"]));
        assert_eq!(seen(format, &vec!["$$x", "y"]), json!(["$$$x", "y"]));
        assert_eq!(seen(format, &('$', 1)), json!(["$$", 1]));
        assert_eq!(seen(format, &(Some(Text("$x")), 1)), json!(["$$x", 1]));
        assert_eq!(seen(format, &(Unit::Dollar, 1)), json!(["$$x", 1]));
        assert_eq!(seen(format, &Variant::Pair("$x", 1)), json!({ "Pair": ["$$x", 1] }));
        assert_eq!(seen(format, &[("$x", 1)]), json!([["$$x", 1]]));
        assert_eq!(
            seen(format, &json!({ "$k": ["$x", ["$y", null]] })),
            json!({ "$k": ["$$x", ["$$y", null]] })
        );
        // Not pairs.
        assert_eq!(seen(format, &["$x"]), json!(["$x"]));
        assert_eq!(seen(format, &("$x", 1, 2)), json!(["$x", 1, 2]));
        assert_eq!(seen(format, &("x", "$y")), json!(["x", "$y"]));
        assert_eq!(seen(format, &(("$x", 1, 2), "$y")), json!([["$x", 1, 2], "$y"]));
    }
}

#[test]
fn pairs_of_unknown_length_are_escaped_too() {
    struct Odd(Vec<&'static str>);
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(self.0.iter().filter(|_| true))
        }
    }
    for format in FORMATS {
        assert_eq!(seen(format, &Odd(vec!["$x", "y"])), json!(["$$x", "y"]));
        assert_eq!(seen(format, &Odd(vec!["$x", "y", "z"])), json!(["$x", "y", "z"]));
        assert_eq!(seen(format, &Odd(vec![])), json!([]));
    }
}

#[test]
fn types_with_a_readable_form_use_it_in_both_formats() {
    for format in FORMATS {
        assert_eq!(seen(format, &Uuid::nil()), json!("00000000-0000-0000-0000-000000000000"));
    }
}

#[test]
fn map_keys_are_text() {
    let map = HashMap::from([(7_u64, 'a')]);
    for format in FORMATS {
        let bytes = to_bytes(format, &map).unwrap();
        assert_eq!(
            from_bytes::<HashMap<String, char>>(format, &bytes).unwrap(),
            HashMap::from([("7".into(), 'a')])
        );
        assert_eq!(from_bytes::<HashMap<u64, char>>(format, &bytes).unwrap(), map);
        let error = to_bytes(format, &HashMap::from([((1, 2), 3)])).unwrap_err();
        assert!(error.to_string().contains("map key"), "{error}");
    }
}

#[test]
fn floats_that_no_number_can_be_are_null_in_json() {
    assert_eq!(&to_bytes(Format::Json, &[f64::NAN, f64::INFINITY]).unwrap()[..], b"[null,null]");
}

#[test]
fn compatibility_pairs_are_read() {
    assert_eq!(read::<u64>(Format::Json, br#"["$BigInt","7"]"#), Ok(7));
    assert_eq!(read::<i128>(Format::Json, br#"["$BigInt","-18446744073709551617"]"#), Ok(-(1 << 64) - 1));
    assert_eq!(
        read::<f64>(Format::Json, br#"["$BigInt","36893488147419103232"]"#),
        Ok(36_893_488_147_419_103_232.0)
    );
    assert_eq!(read::<Blob>(Format::Json, br#"["$Uint8Array","AP8="]"#), Ok(Blob(vec![0, 255])));
    assert_eq!(read::<Blob>(Format::Json, br#"["$ArrayBuffer","AP8="]"#), Ok(Blob(vec![0, 255])));
    assert_eq!(read::<Vec<u8>>(Format::Json, br#"["$Uint8Array","AP8="]"#), Ok(vec![0, 255]));
    assert_eq!(read::<Option<u8>>(Format::Json, br#"["$Undefined",0]"#), Ok(None));
    assert_eq!(read::<()>(Format::Json, br#"["$Undefined",0]"#), Ok(()));
    assert_eq!(read::<Vec<u8>>(Format::Json, br#"["$Set",[1,2]]"#), Ok(vec![1, 2]));
    assert_eq!(read(Format::Json, br#"["$$x",1]"#), Ok(("$x".to_owned(), 1)));
    assert_eq!(read(Format::Json, br#"{"a":["$$BigInt","1"]}"#), Ok(json!({ "a": ["$BigInt", "1"] })));
}

#[test]
fn unknown_pairs_are_left_alone() {
    for (text, value) in [
        (r#"["$foo",1]"#, json!(["$foo", 1])),
        (r#"["$BigInt","x"]"#, json!(["$BigInt", "x"])),
        (r#"["$BigInt",1]"#, json!(["$BigInt", 1])),
        (r#"["$Uint8Array","?"]"#, json!(["$Uint8Array", "?"])),
        (r#"["$Set",{}]"#, json!(["$Set", {}])),
        (r#"["$",1]"#, json!(["$", 1])),
        (r#"["$BigInt"]"#, json!(["$BigInt"])),
        (r#"["$BigInt","1",2]"#, json!(["$BigInt", "1", 2])),
    ] {
        assert_eq!(read(Format::Json, text.as_bytes()), Ok(value));
    }
}

#[test]
fn native_cbor_is_read() {
    // As cbor-x writes them: wide integers, bignums, byte strings, sets, maps, dates, wide map heads.
    assert_eq!(read::<u8>(Format::Cbor, &[0x1b, 0, 0, 0, 0, 0, 0, 0, 7]), Ok(7));
    assert_eq!(read::<u128>(Format::Cbor, b"\xc2\x49\x01\0\0\0\0\0\0\0\0"), Ok(1 << 64));
    assert_eq!(read::<i128>(Format::Cbor, b"\xc3\x49\x01\0\0\0\0\0\0\0\0"), Ok(-1 - (1 << 64)));
    assert_eq!(read::<Blob>(Format::Cbor, b"\xd8\x40\x42\x00\xff"), Ok(Blob(vec![0, 255])));
    assert_eq!(read::<Blob>(Format::Cbor, b"\x42\x00\xff"), Ok(Blob(vec![0, 255])));
    assert_eq!(read::<Vec<u8>>(Format::Cbor, b"\xd9\x01\x02\x82\x01\x02"), Ok(vec![1, 2]));
    assert_eq!(read::<Value>(Format::Cbor, b"\xd9\x01\x03\xb9\x00\x01\x61a\x01"), Ok(json!({ "a": 1 })));
    assert_eq!(read::<HashMap<i8, u8>>(Format::Cbor, b"\xa1\x20\x01"), Ok(HashMap::from([(-1, 1)])));
    assert_eq!(read::<f64>(Format::Cbor, b"\xc1\x1a\x00\x00\x00\x64"), Ok(100.0));
    assert_eq!(read::<Option<u8>>(Format::Cbor, b"\xf7"), Ok(None));
    assert_eq!(read::<()>(Format::Cbor, b"\xf7"), Ok(()));
    // Halves and indefinite lengths, as ciborium writes them.
    assert_eq!(cbor(b"\xf9\x3c\x00"), Ok(json!(1.0)));
    assert_eq!(cbor(b"\xf9\xc4\x00"), Ok(json!(-4.0)));
    assert_eq!(cbor(b"\xf9\x00\x01"), Ok(json!(5.960_464_477_539_063e-8)));
    assert_eq!(cbor(b"\x9f\x01\x7f\x61a\x61b\xff\xff"), Ok(json!([1, "ab"])));
    assert_eq!(cbor(b"\xbf\x61a\x9f\xff\xff"), Ok(json!({ "a": [] })));
    assert_eq!(read::<Kind>(Format::Cbor, b"\xbf\x65Emote\x61x\xff"), Ok(Kind::Emote("x".into())));
}

#[test]
fn integral_floats_are_integers_where_those_are_expected() {
    for format in FORMATS {
        assert_eq!(read(format, &to_bytes(format, &5.0).unwrap()), Ok(5_u8));
        assert_eq!(read(format, &to_bytes(format, &-5.0).unwrap()), Ok(-5_i64));
        assert!(read::<i64>(format, &to_bytes(format, &5.5).unwrap()).is_err());
        assert!(read::<u8>(format, &to_bytes(format, &256.0).unwrap()).is_err());
        assert!(read::<u8>(format, &to_bytes(format, &-1.0).unwrap()).is_err());
    }
    assert_eq!(read(Format::Json, b"1795326173343.0"), Ok(1_795_326_173_343_u64));
}

#[test]
fn wide_integers_survive_types_that_ask_for_anything() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        at: u64,
        big: i64,
        ratio: f64,
    }
    let outer = Outer { inner: Inner { at: 1_795_325_502_718, big: i64::MIN, ratio: 1e12 } };
    for format in FORMATS {
        assert_eq!(read(format, &to_bytes(format, &outer).unwrap()).as_ref(), Ok(&outer));
    }
}

/// In JSON a number with a point is one, however large; only in CBOR it may be an integer that JavaScript wrote.
#[test]
fn a_large_float_stays_one_in_json_whatever_texts_are_beside_it() {
    for text in [r#"[5000000000.0,"x",1]"#, r#"[5000000000.0,"$x",1]"#] {
        let value: Value = from_bytes(Format::Json, text.as_bytes()).unwrap();
        assert!(value[0].is_f64(), "{text}: {value}");
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    let blob = proptest::collection::vec(any::<u8>(), 0..20).prop_map(Blob);
    prop_oneof![
        Just(Kind::Plain),
        texts().prop_map(Kind::Emote),
        (texts(), any::<i64>()).prop_map(|(text, number)| Kind::Pair(text, number)),
        (blob, proptest::option::of(texts())).prop_map(|(data, alt)| Kind::Image { data, alt }),
    ]
}

/// Texts of which many look like marks of pairs.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[$]{0,3}(BigInt|Uint8Array|ArrayBuffer|Undefined|Set|x)?",
        "[\"\\\\\u{0}-\u{1f}\u{2028}é😀$]{0,8}"
    ]
}

fn messages() -> impl Strategy<Value = Message> {
    let counts = proptest::collection::btree_map(any::<u16>(), -1e300..1e300, 0..4);
    let tags = proptest::collection::vec((texts(), any::<u8>()), 0..4);
    (any::<u128>(), texts(), any::<u64>(), any::<Option<i128>>(), tags, kinds(), counts).prop_map(
        |(id, text, sent_at, reply_to, tags, kind, counts)| Message {
            id: Uuid::from_u128(id),
            text,
            sent_at,
            reply_to,
            tags,
            kind,
            counts,
        },
    )
}

/// Trees of JSON full of pairs that start with `$`.
fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            (texts(), inner.clone()).prop_map(|(mark, content)| json!([mark, content])),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(texts(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn typed_values_come_back(message in messages()) {
        for format in FORMATS {
            let bytes = to_bytes(format, &message).unwrap();
            prop_assert_eq!(&from_bytes::<Message>(format, &bytes).unwrap(), &message);
        }
    }

    #[test]
    fn untyped_values_come_back(tree in trees()) {
        for format in FORMATS {
            let bytes = to_bytes(format, &tree).unwrap();
            prop_assert_eq!(&from_bytes::<Value>(format, &bytes).unwrap(), &tree);
        }
    }

    #[test]
    fn integers_of_every_width_come_back(number: i64, wide: i128, huge: u128, shift in 0_u32..64) {
        for format in FORMATS {
            let number = number >> shift;
            prop_assert_eq!(from_bytes::<i64>(format, &to_bytes(format, &number).unwrap()).unwrap(), number);
            prop_assert_eq!(from_bytes::<i128>(format, &to_bytes(format, &wide).unwrap()).unwrap(), wide);
            prop_assert_eq!(from_bytes::<u128>(format, &to_bytes(format, &huge).unwrap()).unwrap(), huge);
        }
    }
}
