//! Messages made of fields.

use proptest::{collection::vec, prelude::*, sample::select};

use crate::wire::Format;

/// Messages whose fields are in any order, there twice, or missing, and written in one way or another.
pub(super) fn composed(format: Format) -> impl Strategy<Value = Vec<u8>> {
    let call = vec(select(vec!["id", "name", "args", "other"]), 0..5);
    let subscription = vec(select(vec!["eventName", "subscribe", "other"]), 0..4);
    let usual =
        select(vec![vec!["id", "name", "args"], vec!["args", "id", "name"], vec!["args", "name", "id"]]);
    let fields = prop_oneof![call, usual, subscription];
    // Mostly the first, which is the usual one.
    let style = vec(prop_oneof![9 => Just(0_usize), 1 => any::<usize>()], 24);
    (fields, style).prop_map(move |(fields, style)| {
        let mut style = style.into_iter().cycle();
        match format {
            Format::Json => compose_json(&fields, &mut || style.next().unwrap_or_default()),
            Format::Cbor => compose_cbor(&fields, &mut || style.next().unwrap_or_default()),
        }
    })
}

fn one_of<T: Copy>(all: &[T], style: &mut impl FnMut() -> usize) -> T {
    all[style() % all.len()]
}

fn compose_json(fields: &[&str], style: &mut impl FnMut() -> usize) -> Vec<u8> {
    let deep = "[".repeat(200) + &"]".repeat(200);
    let mut val = Vec::new();
    for field in fields {
        let space = one_of(&["", " ", "\n", "\u{a0}"], style);
        let name = one_of(&[*field, &field.replace('a', "\\u0061"), &field.to_uppercase()], style).to_owned();
        let values: &[&str] = match *field {
            "id" => &[
                "[\"$BigInt\",\"7\"]",
                "7",
                "0",
                "007",
                "7.0",
                "-1",
                "18446744073709551615",
                "1e3",
                "[\"$BigInt\",\"007\"]",
                "[\"$BigInt\",\"+7\"]",
                "[\"$BigInt\",\"\"]",
                "[\"$BigInt\", \"7\"]",
                "12345678901234567890",
                "null",
                "\"7\"",
            ],
            "name" | "eventName" => &[
                "\"a\"",
                "\"\"",
                "\"\u{e4}\"",
                "\"$x\"",
                "\"a\\u0062\"",
                "\"\\ud800\"",
                "\"a\u{1}\"",
                "\"a\u{7f}\"",
                "null",
                "1",
            ],
            "args" => &[
                "[]",
                "[1]",
                "[ 1 , 2 ]",
                "[\"$x\",1]",
                "[1.0,\"\\ud800\"]",
                "[1,]",
                "[01]",
                "[1e999]",
                "null",
                "1",
                "[\"\\x\"]",
                "[{\"a\":[null,true]}]",
                "[\"\u{1}\"]",
                &deep,
            ],
            "subscribe" => &["true", "false", "1", "null", "truex", " true"],
            _ => &["1", "[", "{}"],
        };
        val.push(format!(
            "{space}\"{name}\"{}:{}{}",
            one_of(&["", " "], style),
            one_of(&["", " "], style),
            one_of(values, style)
        ));
    }
    let tag = if fields.contains(&"eventName") { "SubscriptionRequest" } else { "ActionRequest" };
    let tag = one_of(&[tag, "ActionRequest", "SubscriptionRequest", "Other", "Action\\u0052equest"], style);
    let end = one_of(&["", " ", "\n", "}", "\0", "1"], style);
    let val = val.join(one_of(&[",", "", ",,", " ,", ", "], style));
    let begin = one_of(&["", " ", "\u{feff}"], style);
    format!("{begin}{{\"body\":{{\"tag\":\"{tag}\",\"val\":{{{val}}}}}}}{end}").into_bytes()
}

fn compose_cbor(fields: &[&str], style: &mut impl FnMut() -> usize) -> Vec<u8> {
    let tag = if fields.contains(&"eventName") { "SubscriptionRequest" } else { "ActionRequest" };
    let mut out = [
        cbor_map(1, style),
        cbor_text("body", style),
        cbor_map(2, style),
        cbor_text("tag", style),
        cbor_text(tag, style),
    ]
    .concat();
    out.extend([cbor_text("val", style), cbor_map(fields.len(), style)].concat());
    // The deepest arguments that may be, and one level more.
    let deep = [124, 125, 126, 127].map(|depth| [vec![0x81; depth], vec![1]].concat());
    for field in fields {
        out.extend(cbor_text(field, style));
        let values: &[&[u8]] = match *field {
            "id" => &[
                b"\x1b\0\0\0\0\0\0\0\x07",
                b"\x07",
                b"\x18\x07",
                b"\x20",
                b"\xfb\x40\x1c\0\0\0\0\0\0",
                b"\x82\x67$BigInt\x617",
                b"\xc2\x41\x07",
                b"\xf6",
                b"\xf7",
                b"\x1c",
            ],
            "name" | "eventName" => &[
                b"\x61a",
                b"\x60",
                b"\x7f\x61a\xff",
                b"\x61\xff",
                b"\x62$x",
                b"\xc1\x61a",
                b"\xf6",
                b"\x78\x01a",
            ],
            "args" => &[
                b"\x80",
                b"\x81\x01",
                b"\x9f\x01\xff",
                b"\x81\x61\xff",
                b"\xf6",
                b"\x01",
                b"\x98\x01\x01",
                b"\x82\x62$x\x01",
                b"\x81",
                b"\xd9\x01\x02\x80",
                &deep[0],
                &deep[1],
                &deep[2],
                &deep[3],
            ],
            "subscribe" => &[b"\xf5", b"\xf4", b"\xf6", b"\x01"],
            _ => &[b"\x01", b"\x81"],
        };
        out.extend(one_of(values, style));
    }
    out.extend(one_of(&[&b""[..], b"\0", b"\xff"], style));
    out
}

fn cbor_map(len: usize, style: &mut impl FnMut() -> usize) -> Vec<u8> {
    let len = u8::try_from(len).expect("few");
    match style() % 5 {
        0 => vec![0xa0 | len],
        1 => vec![0xb9, 0, len],
        2 => vec![0xb8, len],
        3 => vec![0xa1 + len],
        _ => vec![0xba, 0, 0, 0, len],
    }
}

fn cbor_text(text: &str, style: &mut impl FnMut() -> usize) -> Vec<u8> {
    let len = u8::try_from(text.len()).expect("short");
    let head = match style() % 4 {
        0 => vec![0x60 | len],
        1 => vec![0x78, len],
        2 => vec![0x7f, 0x60 | len],
        _ => vec![0x40 | len],
    };
    let end: &[u8] = if head[0] == 0x7f { &[0xff] } else { &[] };
    [&head, text.as_bytes(), end].concat()
}
