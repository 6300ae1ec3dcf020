//! The arguments of a call before they are read.

use std::borrow::Cow;

#[cfg(feature = "server")]
use super::{ArgsReader, DecodeError, elements::Elements};
use super::{Format, json_array::JsonArray};
#[cfg(feature = "server")]
use crate::ActionInfo;

/// The encoded arguments of a call.
#[derive(Debug, Clone)]
pub(crate) struct EncodedArgs<'a>(Source<'a>);

#[derive(Debug, Clone)]
enum Source<'a> {
    /// Known to be an array, which is not looked through again.
    Array(JsonArray<'a>),
    /// As they came.
    Bytes(
        #[cfg_attr(not(feature = "server"), expect(dead_code, reason = "clients read no arguments"))] Format,
        Cow<'a, [u8]>,
    ),
}

impl<'a> EncodedArgs<'a> {
    pub(crate) fn new(format: Format, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self(Source::Bytes(format, bytes.into()))
    }

    pub(super) const fn of_array(array: JsonArray<'a>) -> Self {
        Self(Source::Array(array))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Source::Array(array) => array.text().as_bytes(),
            Source::Bytes(_, bytes) => bytes,
        }
    }

    /// A reader of these arguments for the action of this row. Fails if they are not an array.
    #[cfg(feature = "server")]
    pub(crate) fn reader(&self, info: &'static ActionInfo) -> Result<ArgsReader<'_>, DecodeError> {
        match &self.0 {
            Source::Array(array) => Elements::of_array(*array).map(|elements| ArgsReader::of(elements, info)),
            Source::Bytes(format, bytes) => ArgsReader::new(*format, bytes, info),
        }
    }
}
