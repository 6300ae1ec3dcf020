//! What an action returned, on its way to the caller.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, EncodeError, Format, value};
use crate::{CallError, Fault, error::ErrorKind};

/// What an action returned, being encoded: a value, or a fault.
#[derive(Debug)]
pub struct Output {
    format: Format,
    written: Option<Result<Bytes, Fault>>,
}

impl Output {
    /// An output that nothing is written to yet.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self { format, written: None }
    }

    /// Writes what the action returned. An error that it declares becomes a fault by its `kind`; errors of
    /// calls that the action itself made are internal to it.
    pub fn write<T: Serialize, E>(
        &mut self,
        result: &Result<T, CallError<E>>,
        kind: ErrorKind<E>,
    ) -> Result<(), EncodeError> {
        self.written = Some(match result {
            Ok(value) => Ok(value::to_bytes(self.format, value)?),
            Err(error) => Err(fault(error, kind)),
        });
        Ok(())
    }

    /// The encoded value, or the fault.
    pub fn into_result(self) -> Result<Bytes, Fault> {
        self.written.unwrap_or_else(|| Err(Fault::internal("the action's reply was not encoded")))
    }
}

fn fault<E>(error: &CallError<E>, kind: ErrorKind<E>) -> Fault {
    match error {
        CallError::Action(error) => (kind.to_fault)(error),
        CallError::Fault(fault) => fault.clone(),
        CallError::NotSent(why) => Fault::internal(&format_args!("a call was not sent: {why}")),
        CallError::MaybeApplied(why) => Fault::internal(&format_args!("a call may have been applied: {why}")),
        CallError::Encode(error) => Fault::internal(error),
        CallError::Decode(error) => Fault::internal(error),
    }
}

/// What came back from an action, not yet decoded.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It ended with a value.
    Value {
        /// How the value is written.
        format: Format,
        /// The encoded value; empty where there was none.
        bytes: &'a [u8],
    },
    /// It ended with an error.
    Fault(Fault),
}

impl Outcome<'_> {
    /// Reads what the action returned: its value, the error that it declares, or any other fault.
    pub fn read<T: DeserializeOwned, E>(
        self,
        kind: ErrorKind<E>,
    ) -> Result<Result<T, CallError<E>>, DecodeError> {
        Ok(match self {
            Self::Value { format, bytes: [] } => Ok(value::from_bytes(format, format.null())?),
            Self::Value { format, bytes } => Ok(value::from_bytes(format, bytes)?),
            Self::Fault(fault) => Err(match (kind.restore)(&fault) {
                Some(error) => CallError::Action(error),
                None => CallError::Fault(fault),
            }),
        })
    }
}
