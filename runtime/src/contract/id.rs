//! Identities: of an actor, of a connection.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An identity that is a UUID of version 7.
macro_rules! uuid_id {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A fresh one; later ones sort after earlier ones.
            #[must_use]
            pub fn generate() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.as_simple().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidId;

            fn from_str(text: &str) -> Result<Self, $crate::InvalidId> {
                uuid::Uuid::try_parse(text).map(Self).map_err(|_| $crate::InvalidId)
            }
        }
    };
}
#[cfg(feature = "server")]
pub(crate) use uuid_id;

uuid_id!(
    /// The identity of one actor, given when it is created and kept for its life, sleep and restarts included.
    ActorId
);

/// The identity of one connection: unique for ever, stable for the connection's life, never reused.
///
/// It names the gateway that holds the connection (one per started process) and a number there, and can be an
/// argument or a result of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId {
    gateway: u64,
    number: u64,
}

impl ConnId {
    #[cfg(feature = "server")]
    pub(crate) const fn new(gateway: u64, number: u64) -> Self {
        Self { gateway, number }
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:x}", self.gateway, self.number)
    }
}

impl FromStr for ConnId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (gateway, number) = text.split_once('-').ok_or(InvalidId)?;
        let part = |digits: &str| u64::from_str_radix(digits, 16).map_err(|_| InvalidId);
        Ok(Self { gateway: part(gateway)?, number: part(number)? })
    }
}

impl Serialize for ConnId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConnId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidId;
