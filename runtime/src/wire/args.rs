//! The arguments of an action: an array, one element each.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, EncodeError, Format, cbor, elements::Elements, escape::Escaped, value};
use crate::ActionInfo;

/// Writes arguments, in order, into one encoded array.
#[derive(Debug)]
pub struct ArgsWriter {
    format: Format,
    count: usize,
    written: usize,
    out: Vec<u8>,
    /// Whether they are kept until later, so that each must be readable again.
    #[cfg(feature = "server")]
    is_kept: bool,
}

impl ArgsWriter {
    /// A writer of exactly `count` arguments.
    #[must_use]
    pub fn new(format: Format, count: usize) -> Self {
        let mut out = Vec::with_capacity(64);
        match format {
            Format::Json => out.push(b'['),
            Format::Cbor => cbor::write_head(&mut out, 4, count as u64),
        }
        Self {
            format,
            count,
            written: 0,
            out,
            #[cfg(feature = "server")]
            is_kept: false,
        }
    }

    /// A writer of arguments that are stored until a scheduled action runs. The caller checks that each can be
    /// read again, so that a mistake is an error of the call that schedules, and not of the action later.
    #[cfg(feature = "server")]
    pub(crate) fn kept(count: usize) -> Self {
        Self { is_kept: true, ..Self::new(Format::Cbor, count) }
    }

    #[cfg(feature = "server")]
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Writes the next argument, which is encoded already.
    #[cfg(feature = "server")]
    pub(crate) fn push_encoded(&mut self, argument: &[u8]) -> Result<(), EncodeError> {
        if self.written == self.count {
            return Err(EncodeError::new(format!("more than {} arguments", self.count)));
        }
        self.out.extend(argument);
        self.written += 1;
        Ok(())
    }

    /// Writes the next argument. Fails for a value that cannot be encoded, and beyond `count`.
    pub fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self, EncodeError> {
        if self.written == self.count {
            return Err(EncodeError::new(format!("more than {} arguments", self.count)));
        }
        // To JavaScript the whole array is a value, so two arguments can look like a compatibility pair.
        let value = match (self.count, self.written) {
            (2, 0) => Escaped::first_of_pair(self.format, value),
            _ => Escaped::new(self.format, value),
        };
        let before = self.out.len();
        if self.format == Format::Json && self.written > 0 {
            self.out.push(b',');
        }
        value::write(&mut self.out, self.format, &value).inspect_err(|_| self.out.truncate(before))?;
        self.written += 1;
        Ok(self)
    }

    /// The encoded array. Arguments that were not written are null.
    #[must_use]
    pub fn finish(mut self) -> Bytes {
        while self.push(&()).is_ok() {}
        if self.format == Format::Json {
            self.out.push(b']');
        }
        self.out.into()
    }
}

/// Reads the arguments of one action, in order, out of an encoded array.
///
/// Errors name the argument: ``argument 2 (`text`): invalid type: integer `1`, expected a string``.
#[derive(Debug)]
pub struct ArgsReader<'a> {
    info: &'static ActionInfo,
    elements: Elements<'a>,
    read: usize,
}

impl<'a> ArgsReader<'a> {
    /// A reader of these arguments for the action of this row. Fails if they are not an array.
    pub fn new(format: Format, bytes: &'a [u8], info: &'static ActionInfo) -> Result<Self, DecodeError> {
        let elements = Elements::new(format, bytes).map_err(|error| error.within("the arguments"))?;
        Ok(Self::of(elements, info))
    }

    pub(super) const fn of(elements: Elements<'a>, info: &'static ActionInfo) -> Self {
        Self { info, elements, read: 0 }
    }

    /// A reader of arguments that were kept.
    #[cfg(feature = "server")]
    pub(crate) fn kept(bytes: &'a [u8], info: &'static ActionInfo) -> Result<Self, DecodeError> {
        let elements = Elements::kept(bytes).map_err(|error| error.within("the arguments"))?;
        Ok(Self::of(elements, info))
    }

    /// Reads the next argument. One that is missing is read as null: an `Option` is `None`.
    #[expect(clippy::should_implement_trait, reason = "each argument is of a type of its own")]
    pub fn next<T: DeserializeOwned>(&mut self) -> Result<T, DecodeError> {
        let index = self.read;
        self.read += 1;
        match self.elements.next() {
            Ok(Some(value)) => Ok(value),
            Ok(None) => value::from_bytes(Format::Json, b"null")
                .map_err(|_| DecodeError::new(format!("{} is missing", self.name(index)))),
            Err(error) => Err(error.within(self.name(index))),
        }
    }

    /// Fails if there are more arguments than were read, other than null and undefined ones.
    pub fn finish(mut self) -> Result<(), DecodeError> {
        let expected = self.read;
        let (mut got, mut place) = (expected, expected);
        while let Some(is_null) = self.elements.next_is_null()? {
            place += 1;
            if !is_null {
                got = place;
            }
        }
        if got > expected {
            let noun = if expected == 1 { "argument" } else { "arguments" };
            return Err(DecodeError::new(format!("expected {expected} {noun}, got {got}")));
        }
        Ok(())
    }

    /// An argument as errors name it.
    fn name(&self, index: usize) -> String {
        match self.info.args.get(index) {
            Some(arg) => format!("argument {} (`{}`)", index + 1, arg.name),
            None => format!("argument {}", index + 1),
        }
    }
}
