//! Errors of encoding and decoding.

use std::{borrow::Cow, fmt::Display};

use serde::{de, ser};

/// Why a value cannot be encoded: a message for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EncodeError(Cow<'static, str>);

impl EncodeError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(message.into())
    }
}

impl ser::Error for EncodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

/// Why bytes are not what was expected of them: a message for people, which may go back to the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(Cow<'static, str>);

impl DecodeError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(message.into())
    }

    /// The same error, saying what it is about: `argument 1: ..`.
    pub(crate) fn within(&self, what: impl Display) -> Self {
        Self::new(format!("{what}: {}", self.0))
    }
}

impl de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}
