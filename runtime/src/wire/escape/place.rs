//! The position of a value: what decides about its form, and how deep it is.

use serde::ser::Error;

use crate::wire::{Format, cbor::reader::MAX_WRITE_DEPTH};

/// The position of a value, which decides about its form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) format: Format,
    /// Whether a map may have keys that have no text.
    pub(super) any_keys: bool,
    pub(super) is_first_of_pair: bool,
    /// How many more levels may be entered.
    levels: u8,
    /// How many more `Some` and newtypes, which are no levels on the wire, but on the stack.
    wraps: u8,
}

impl Place {
    pub(super) const fn of(format: Format) -> Self {
        Self { format, any_keys: false, is_first_of_pair: false, levels: MAX_WRITE_DEPTH, wraps: u8::MAX }
    }

    /// The position of a value that many levels further in. What is too deep is refused here, before the stack
    /// overflows or a reader refuses it.
    pub(super) fn deeper<E: Error>(self, levels: u8) -> Result<Self, E> {
        match self.levels.checked_sub(levels) {
            Some(levels) => Ok(Self { levels, ..self }),
            None => Err(E::custom(format_args!("it is nested more than {MAX_WRITE_DEPTH} levels deep"))),
        }
    }

    /// Within one more `Some` or newtype.
    pub(super) fn wrapped<E: Error>(self) -> Result<Self, E> {
        match self.wraps.checked_sub(1) {
            Some(wraps) => Ok(Self { wraps, ..self }),
            None => Err(E::custom(format_args!("it is within more than {} `Some` or newtypes", u8::MAX))),
        }
    }

    /// A level further in, with maps whose keys have no text.
    pub(super) const fn with_any_keys(self) -> Self {
        Self { any_keys: true, levels: self.levels - 1, ..self }
    }

    /// Whether the value is the first of two elements.
    pub(super) const fn first_of_pair(self, is_first_of_pair: bool) -> Self {
        Self { is_first_of_pair, ..self }
    }

    /// The position of what is not the first of two elements.
    pub(super) const fn inside(self) -> Self {
        self.first_of_pair(false)
    }
}
