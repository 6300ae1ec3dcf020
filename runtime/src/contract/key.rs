//! Keys: what names one actor among those of its kind.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The key of an actor: a list of strings, compared element by element, so `["a/b"]` is not `["a", "b"]`.
///
/// Same actor name and same key: the same actor. The empty key is a key like any other.
///
/// ```
/// use callboard::Key;
///
/// assert_eq!(Key::from(7), Key::from("7"));
/// assert_eq!(Key::from(["room", "7"]).parts(), ["room", "7"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Vec<String>);

impl Key {
    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.0
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
        Self(parts.into_iter().map(Into::into).collect())
    }
}

impl From<&str> for Key {
    /// A key of one part.
    fn from(part: &str) -> Self {
        Self(vec![part.to_owned()])
    }
}

impl From<String> for Key {
    /// A key of one part.
    fn from(part: String) -> Self {
        Self(vec![part])
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Key {
            /// A key of one part, the number in decimal.
            fn from(part: $integer) -> Self {
                Self(vec![part.to_string()])
            }
        }
    )*};
}

from_integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl From<Uuid> for Key {
    /// A key of one part, with hyphens.
    fn from(part: Uuid) -> Self {
        Self(vec![part.to_string()])
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
