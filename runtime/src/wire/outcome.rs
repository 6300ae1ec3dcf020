//! What an action returned, on its way to the caller.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, EncodeError, Format, value};
use crate::{CallError, Fault, error::error_kind::ErrorKind};

/// What an action returned, being encoded: a value, or a fault.
#[derive(Debug)]
pub struct Output {
    format: Format,
    written: Option<Result<Bytes, Fault>>,
    /// Set where only the kind of the reply is asked for, and nothing is to be encoded.
    #[cfg(feature = "server")]
    kind: Option<ReplyKind>,
}

/// The kind of a reply, as metrics count it.
#[cfg(feature = "server")]
#[derive(Debug, Clone)]
pub(crate) enum ReplyKind {
    Value,
    /// An error that the action declares.
    Declared,
    /// A fault that the action had from elsewhere and passes on.
    Fault(Fault),
    /// Any other error, or no reply.
    Internal,
}

impl Output {
    /// An output that nothing is written to yet.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self {
            format,
            written: None,
            #[cfg(feature = "server")]
            kind: None,
        }
    }

    /// Asks what kind of reply this function writes, without encoding it.
    #[cfg(feature = "server")]
    pub(crate) fn kind_of(write: impl FnOnce(&mut Self) -> Result<(), EncodeError>) -> ReplyKind {
        let mut output = Self { format: Format::Cbor, written: None, kind: Some(ReplyKind::Internal) };
        // Nothing is encoded, so nothing fails.
        let _ = write(&mut output);
        output.kind.unwrap_or(ReplyKind::Internal)
    }

    /// Writes what the action returned. An error that it declares becomes a fault by its `kind`; errors of
    /// calls that the action itself made are internal to it.
    pub fn write<T: Serialize, E>(
        &mut self,
        result: &Result<T, CallError<E>>,
        kind: ErrorKind<E>,
    ) -> Result<(), EncodeError> {
        #[cfg(feature = "server")]
        if let Some(seen) = &mut self.kind {
            *seen = ReplyKind::of(result, kind);
            return Ok(());
        }
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

#[cfg(feature = "server")]
impl ReplyKind {
    fn of<T, E>(result: &Result<T, CallError<E>>, kind: ErrorKind<E>) -> Self {
        match result {
            Ok(_) => Self::Value,
            Err(CallError::Action(error)) if (kind.is_declared)(error) => Self::Declared,
            Err(CallError::Fault(fault)) => Self::Fault(fault.clone()),
            Err(_) => Self::Internal,
        }
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::Value;

    use super::*;
    use crate::{
        ActorError,
        error::error_kind::{DeclaredErrorKind as _, ErrorProbe},
    };

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("missing {0}")]
    struct Missing(String);

    impl ActorError for Missing {
        fn code(&self) -> &'static str {
            "missing"
        }

        fn metadata(&self) -> Option<Value> {
            Some(self.0.clone().into())
        }

        fn restore(code: &str, metadata: Option<&Value>) -> Option<Self> {
            if code == "missing" { Some(Self(metadata?.as_str()?.to_owned())) } else { None }
        }
    }

    fn missing() -> ErrorKind<Missing> {
        (&&ErrorProbe::<Missing>::new()).kind()
    }

    fn travel<T: Serialize + DeserializeOwned>(
        result: &Result<T, CallError<Missing>>,
    ) -> Result<T, CallError<Missing>> {
        let mut output = Output::new(Format::Json);
        output.write(result, missing()).expect("it can be encoded");
        let result = output.into_result();
        let outcome = match &result {
            Ok(bytes) => Outcome::Value { format: Format::Json, bytes },
            Err(fault) => Outcome::Fault(fault.clone()),
        };
        outcome.read(missing()).expect("it can be decoded")
    }

    #[test]
    fn r19_a_declared_error_comes_back_as_itself() {
        let error = travel::<u8>(&Err(CallError::Action(Missing("x".into())))).unwrap_err();
        assert_eq!(error.action(), Some(Missing("x".into())));
    }

    #[test]
    fn r19_other_errors_are_internal_and_tell_nothing() {
        for error in [CallError::NotSent("secret".into()), CallError::Decode(DecodeError::new("secret"))] {
            let error = travel::<u8>(&Err(error)).unwrap_err();
            let fault = error.fault().expect("a fault");
            assert!(fault.is("rivetkit", "internal_error"));
            assert!(!format!("{fault:?}").contains("secret"));
        }
    }

    #[test]
    fn r19_faults_pass_through() {
        let fault = Fault::from_parts("actor", "stopping", "The actor stops");
        let error = travel::<u8>(&Err(CallError::Fault(fault.clone()))).unwrap_err();
        assert_eq!(error.fault(), Some(&fault));
    }

    #[test]
    fn l07_an_action_that_returns_nothing_gives_unit_whatever_nothing_looks_like() {
        travel(&Ok(())).expect("unit");
        let kind = (&&ErrorProbe::<Infallible>::new()).kind();
        for (format, bytes) in [
            (Format::Json, &b""[..]),
            (Format::Json, br#"["$Undefined",0]"#),
            (Format::Cbor, b"\xf7"),
            (Format::Cbor, b"\x82\x6a$Undefined\x00"),
        ] {
            Outcome::Value { format, bytes }.read::<(), _>(kind).expect("decoded").expect("unit");
        }
    }

    #[test]
    fn an_output_that_nobody_wrote_is_a_fault() {
        assert!(Output::new(Format::Cbor).into_result().is_err());
    }
}
