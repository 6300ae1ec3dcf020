#![no_main]

//! A connection of arbitrary bytes: from the first one on, or after a handshake that is right, as they come or as
//! frames that are whole. The first byte says which of these, and in which encoding.

use callboard_fuzz::stage::{in_world, talk};

/// `connect`, or `websocket/path`, and the subprotocols.
fn handshake(path: &str, encoding: u8) -> String {
    let encoding = ["json", "cbor", "bare"][usize::from(encoding) % 3];
    format!(
        "GET /gateway/stage/{path}?rvt-namespace=default&rvt-method=getOrCreate HTTP/1.1\r\n\
         host: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: rivet, rivet_encoding.{encoding}\r\n\r\n"
    )
}

/// Frames of these bytes, each behind its length. A client has to mask them, with zeros if it likes.
fn frames(mut bytes: &[u8], opcode: impl Fn(u8) -> u8) -> Vec<u8> {
    let mut frames = Vec::new();
    while let [kind, length, rest @ ..] = bytes {
        let (payload, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        frames.push(0x80 | opcode(*kind));
        match u8::try_from(payload.len()) {
            Ok(length @ ..=125) => frames.push(0x80 | length),
            _ => frames.extend([&[0xfe, 0][..], &[*length]].concat()),
        }
        frames.extend([0; 4]);
        frames.extend(payload);
        bytes = rest;
    }
    frames
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let encoding = first / 4;
    in_world(async |world| {
        match first % 4 {
            0 => talk(world, &[handshake("connect", encoding).as_bytes(), rest]).await,
            1 => talk(world, &[rest]).await,
            // Messages are text in JSON, else binary, with now and then something else.
            2 => {
                let usual = if encoding % 3 == 0 { 1 } else { 2 };
                let frames = frames(rest, |kind| if kind < 0xf0 { usual } else { kind & 0xf });
                talk(world, &[handshake("connect", encoding).as_bytes(), &frames]).await
            }
            _ => {
                let frames = frames(rest, |kind| kind & 0xf);
                talk(world, &[handshake("websocket/path", encoding).as_bytes(), &frames]).await
            }
        }
    });
});
