//! Keys of maps in the metadata of an error.

use serde::Serialize;

use super::Escaped;

#[derive(Serialize)]
#[serde(untagged)]
enum Key {
    Text(&'static str),
    Pair(u8, u8),
}

/// A map of these keys, in their order.
struct Entries(Vec<Key>);

impl Serialize for Entries {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|key| (key, 0)))
    }
}

fn written(keys: Vec<Key>) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&Escaped::with_any_keys(&Entries(keys), false), &mut bytes)
        .expect("can be written");
    bytes
}

#[test]
fn the_first_key_tells_whether_a_map_is_tagged() {
    let tagged = written(vec![Key::Pair(1, 2), Key::Text("a")]);
    assert_eq!(tagged, [0xd9, 0x01, 0x03, 0xa2, 0x82, 1, 2, 0, 0x61, b'a', 0]);
    let object = written(vec![Key::Text("a"), Key::Pair(1, 2)]);
    assert_eq!(object, [0xa2, 0x61, b'a', 0, 0x82, 1, 2, 0]);
}
