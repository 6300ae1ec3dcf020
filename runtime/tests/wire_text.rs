//! Keys and creation input as text in addresses and control calls.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use callboard::{
    Key,
    wire::{Format, from_bytes, input, key, to_bytes},
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

fn key<const N: usize>(parts: [&str; N]) -> Key {
    parts.into_iter().collect()
}

#[test]
fn l17_r31_slash_forms_are_those_of_the_protocol() {
    for (parts, text) in [
        (key([]), "/"),
        (key(["general"]), "general"),
        (key(["room", r"b/c d\e"]), r"room/b\/c d\\e"),
        (key([""]), r"\0"),
        (key(["", "a", ""]), r"\0/a/\0"),
        (key(["a,b"]), "a,b"),
        (key([r"\0"]), r"\\0"),
    ] {
        assert_eq!(key::to_slash_form(&parts), text);
        assert_eq!(key::from_slash_form(text), parts);
    }
}

#[test]
fn l17_r31_comma_forms_are_those_of_the_protocol() {
    assert_eq!(key::to_comma_form(&key([])), None);
    for (parts, text) in [
        (key(["general"]), "general"),
        (key(["room", r"b/c d\e"]), r"room,b/c d\\e"),
        (key(["a,b"]), r"a\,b"),
        (key(["", "a"]), r"\0,a"),
        (key([r"\0"]), r"\\0"),
    ] {
        assert_eq!(key::to_comma_form(&parts).as_deref(), Some(text));
        assert_eq!(key::from_comma_form(text), parts);
    }
}

#[test]
fn comma_forms_of_clients_that_never_escape_are_read() {
    assert_eq!(key::from_comma_form(r"room-cbor,b/c d\e,2868"), key(["room-cbor", r"b/c d\e", "2868"]));
    assert_eq!(key::from_comma_form(""), key([""]));
    assert_eq!(key::from_comma_form(r"a,,b\"), key(["a", "", r"b\"]));
}

#[test]
fn input_is_read_as_clients_write_it() {
    let value = json!({ "hello": "world", "n": 1 });
    // With a wide map head, as JavaScript writes it.
    let bytes = input::from_query("uQACZWhlbGxvZXdvcmxkYW4B").unwrap();
    assert_eq!(from_bytes::<Value>(Format::Cbor, &bytes).unwrap(), value);
    assert_eq!(input::from_api("AP8=").unwrap(), input::from_api("AP8").unwrap());
    assert_eq!(input::from_query("_-8").unwrap(), input::from_query("_-8=").unwrap());
    assert_eq!(input::from_api("/+8=").unwrap(), input::from_query("_-8").unwrap());
    input::from_api("_-8").unwrap_err();
}

#[test]
fn input_is_written_padded_for_the_api_and_bare_in_addresses() {
    assert_eq!(input::to_api(&[0xff, 0xef]), "/+8=");
    assert_eq!(input::to_query(&[0xff, 0xef]), "_-8");
}

proptest! {
    #[test]
    fn l17_r31_keys_come_back_part_by_part(parts in vec("[\\\\0,/a]{0,4}", 0..4)) {
        let key: Key = parts.into_iter().collect();
        prop_assert_eq!(&key::from_slash_form(&key::to_slash_form(&key)), &key);
        let comma = key::to_comma_form(&key);
        prop_assert_eq!(comma.as_deref().map_or_else(Key::default, key::from_comma_form), key);
    }

    #[test]
    fn input_comes_back(value: (String, u64, Option<bool>)) {
        let bytes = to_bytes(Format::Cbor, &value).unwrap();
        prop_assert_eq!(input::from_api(&input::to_api(&bytes)).unwrap(), &bytes);
        prop_assert_eq!(input::from_query(&input::to_query(&bytes)).unwrap(), &bytes);
    }
}
