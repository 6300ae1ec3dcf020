//! Keys: what names one actor among those of its kind.

use std::{
    cmp::Ordering,
    fmt,
    hash::{BuildHasher as _, Hash, Hasher, RandomState},
    slice,
    sync::{Arc, LazyLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The key of an actor: a list of strings, compared element by element, so `["a/b"]` is not `["a", "b"]`.
///
/// Same actor name and same key: the same actor. The empty key is a key like any other. A clone shares the strings.
///
/// ```
/// use callboard::Key;
///
/// assert_eq!(Key::from(7), Key::from("7"));
/// assert_eq!(Key::from(["room", "7"]).parts(), ["room", "7"]);
/// ```
#[derive(Clone)]
pub struct Key(Arc<Shared>);

/// What the clones of a key share. Tables look keys up by a hash that is computed once.
struct Shared {
    hash: u64,
    parts: Parts,
}

enum Parts {
    /// Most keys have one, which needs no list.
    One(String),
    Many(Box<[String]>),
}

impl Key {
    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        self.0.parts.as_slice()
    }

    fn new(parts: Parts) -> Self {
        // Not to be guessed: strangers choose keys, and must not choose which of them collide.
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let hash = HASHER.hash_one(parts.as_slice());
        Self(Arc::new(Shared { hash, parts }))
    }
}

impl Parts {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(part) => slice::from_ref(part),
            Self::Many(parts) => parts,
        }
    }
}

impl Default for Key {
    /// The empty key.
    fn default() -> Self {
        Self::new(Parts::Many(Box::default()))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.parts() == other.parts())
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(other.parts())
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.parts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<String>::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.parts()).finish()
    }
}

impl fmt::Display for Key {
    /// The slash form of the protocol's control API: `room/b\/c`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::wire::key::to_slash_form(self))
    }
}

impl<S: Into<String>> FromIterator<S> for Key {
    fn from_iter<I: IntoIterator<Item = S>>(parts: I) -> Self {
        let mut parts: Vec<String> = parts.into_iter().map(Into::into).collect();
        match parts.pop() {
            Some(part) if parts.is_empty() => Self::new(Parts::One(part)),
            last => {
                parts.extend(last);
                Self::new(Parts::Many(parts.into()))
            }
        }
    }
}

impl From<&str> for Key {
    /// A key of one part.
    fn from(part: &str) -> Self {
        Self::new(Parts::One(part.to_owned()))
    }
}

impl From<String> for Key {
    /// A key of one part.
    fn from(part: String) -> Self {
        Self::new(Parts::One(part))
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Key {
            /// A key of one part, the number in decimal.
            fn from(part: $integer) -> Self {
                Self::new(Parts::One(part.to_string()))
            }
        }
    )*};
}

from_integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl From<Uuid> for Key {
    /// A key of one part, with hyphens.
    fn from(part: Uuid) -> Self {
        Self::new(Parts::One(part.to_string()))
    }
}

impl From<()> for Key {
    /// The empty key.
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl<S: Into<String>> From<Vec<S>> for Key {
    fn from(parts: Vec<S>) -> Self {
        parts.into_iter().collect()
    }
}

impl<S: Clone + Into<String>> From<&[S]> for Key {
    fn from(parts: &[S]) -> Self {
        parts.iter().cloned().collect()
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Key {
    fn from(parts: [S; N]) -> Self {
        parts.into_iter().collect()
    }
}

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(key: &Key) -> u64 {
        struct Last(u64);
        impl Hasher for Last {
            fn finish(&self) -> u64 {
                self.0
            }

            fn write(&mut self, _: &[u8]) {
                unreachable!("a key is hashed by its number")
            }

            fn write_u64(&mut self, hash: u64) {
                self.0 = hash;
            }
        }
        let mut last = Last(0);
        key.hash(&mut last);
        last.finish()
    }

    #[test]
    fn keys_of_the_same_parts_are_equal_however_they_were_made() {
        let one = [
            Key::from("7"),
            Key::from(7),
            Key::from(["7"]),
            Key::from("7".to_owned()),
            ["7"].into_iter().collect(),
        ];
        let two = [Key::from(["a", "b"]), Key::from(vec!["a", "b"]), ["a", "b"].into_iter().collect()];
        for keys in [&one[..], &two[..], &[Key::default(), Key::from(()), Key::from(Vec::<String>::new())]] {
            for key in keys {
                assert_eq!(key, &keys[0]);
                assert_eq!(hash_of(key), hash_of(&keys[0]));
                assert_eq!(key.cmp(&keys[0]), Ordering::Equal);
            }
        }
        assert_ne!(one[0], two[0]);
        assert_ne!(Key::from("a/b"), two[0]);
        assert_ne!(Key::from(""), Key::default());
    }

    #[test]
    fn a_key_is_written_and_read_as_a_list_of_its_parts() {
        for key in [Key::from("7"), Key::from(["a", "b"]), Key::default()] {
            let written = serde_json::to_string(&key).expect("it is a list of strings");
            assert_eq!(written, serde_json::to_string(key.parts()).expect("so are its parts"));
            assert_eq!(serde_json::from_str::<Key>(&written).expect("what was written"), key);
        }
        assert_eq!(format!("{:?}", Key::from(["a", "b"])), r#"Key(["a", "b"])"#);
    }
}
