//! What becomes of the error types that actions and hooks return: chosen at compile time, by what a type implements.
//!
//! An action may return any error, and its error type is all that the macro knows of it. Two questions are answered for
//! each type, both by autoref (the compiler takes the first candidate that fits, and a reference less is first):
//!
//! - [`ErrorProbe`]: does it become a fault that clients see ([`ActorError`]), is it one already ([`Fault`]), or is it
//!   internal (any other type with a message)?
//! - [`CauseProbe`]: can callers in the same process have the error itself, as the source of the fault that hides it?
//!
//! `error_kind!(E)` asks both and gives an [`ErrorKind`]: function pointers, so that what handles errors is compiled
//! once.

use std::{error::Error as StdError, fmt, sync::Arc};

use super::{ActorError, Error, Fault, fault::Cause};

/// How errors of one type become faults and come back: declared ones through [`ActorError`], others never.
///
/// Generated code chooses with [`error_kind!`](crate::__error_kind) by what the type implements.
#[doc(hidden)]
#[derive(Debug)]
pub struct ErrorKind<E> {
    pub(crate) to_fault: fn(&E) -> Fault,
    pub(crate) restore: fn(&Fault) -> Option<E>,
    pub(crate) is_declared: fn(&E) -> bool,
    /// What callers in this process can learn of one that is hidden.
    pub(crate) cause: fn(E) -> Option<Cause>,
}

impl<E> ErrorKind<E> {
    /// The same with what [`CauseProbe`](crate::__private::CauseProbe) has found out about the type.
    #[must_use]
    pub fn with_cause(self, cause: fn(E) -> Option<Cause>) -> Self {
        Self { cause, ..self }
    }

    pub(crate) fn into_fault(self, error: E) -> Fault {
        let fault = (self.to_fault)(&error);
        fault.with_cause((self.cause)(error))
    }
}

impl<E> Clone for ErrorKind<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ErrorKind<E> {}

/// Chooses an [`ErrorKind`] by autoref: the declared one where `E: ActorError`, else the internal one.
#[doc(hidden)]
#[derive(Debug, Default, Clone, Copy)]
pub struct ErrorProbe<E>(std::marker::PhantomData<fn() -> E>);

impl<E> ErrorProbe<E> {
    #[must_use]
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

#[doc(hidden)]
pub trait DeclaredErrorKind<E> {
    fn kind(&self) -> ErrorKind<E>;
}

impl<E: ActorError> DeclaredErrorKind<E> for &ErrorProbe<E> {
    fn kind(&self) -> ErrorKind<E> {
        ErrorKind {
            to_fault: Fault::from_declared,
            restore: Fault::declared,
            is_declared: |error| !error.is_internal(),
            cause: |_| None,
        }
    }
}

#[doc(hidden)]
pub trait InternalErrorKind<E> {
    fn kind(&self) -> ErrorKind<E>;
}

impl<E: fmt::Display> InternalErrorKind<E> for ErrorProbe<E> {
    fn kind(&self) -> ErrorKind<E> {
        ErrorKind {
            to_fault: |error| Fault::internal(error),
            restore: |_| None,
            is_declared: |_| false,
            cause: |_| None,
        }
    }
}

impl ErrorProbe<Fault> {
    /// A fault that a user returns is one already.
    #[doc(hidden)]
    #[must_use]
    pub fn kind(&self) -> ErrorKind<Fault> {
        ErrorKind { to_fault: Fault::passed_on, restore: |_| None, is_declared: |_| false, cause: |_| None }
    }
}

/// The last resort: it takes every type, only to say what is wrong with those that are no errors.
#[doc(hidden)]
pub trait NoErrorKind<E> {
    fn kind(self) -> ErrorKind<E>
    where
        E: ReturnedError;
}

impl<E> NoErrorKind<E> for ErrorProbe<E> {
    fn kind(self) -> ErrorKind<E>
    where
        E: ReturnedError,
    {
        unreachable!("an error with a message is of another kind")
    }
}

/// An error that an action can return.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that an action can return",
    label = "it has no message",
    note = "derive `thiserror::Error`, and `ActorError` for clients to see it; others see `internal_error`, and the log the message"
)]
pub trait ReturnedError: fmt::Display {}

/// The [`ErrorKind`] of a type: `error_kind!(ChatError)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __error_kind {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{
            CausedKind as _, DeclaredErrorKind as _, InternalErrorKind as _, NoErrorKind as _,
            UncausedKind as _,
        };
        let kind = (&&$crate::__private::ErrorProbe::<$error>::new()).kind();
        kind.with_cause((&$crate::__private::CauseProbe::<$error>::new()).cause())
    }};
}

/// Chooses by autoref how an error of this type becomes a [`Cause`]: itself where it is an `Error`, else not at all.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct CauseProbe<E>(std::marker::PhantomData<fn() -> E>);

impl<E> Clone for CauseProbe<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for CauseProbe<E> {}

/// How an error becomes a cause.
type ToCause<E> = fn(E) -> Option<Cause>;

impl<E> CauseProbe<E> {
    #[must_use]
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

#[doc(hidden)]
pub trait CausedKind<E> {
    fn cause(&self) -> ToCause<E>;
}

impl<E: StdError + Send + Sync + 'static> CausedKind<E> for CauseProbe<E> {
    fn cause(&self) -> ToCause<E> {
        |error| Some(Arc::new(error))
    }
}

#[doc(hidden)]
pub trait UncausedKind<E> {
    fn cause(self) -> ToCause<E>;
}

impl<E> UncausedKind<E> for CauseProbe<E> {
    fn cause(self) -> ToCause<E> {
        |_| None
    }
}

impl CauseProbe<Error> {
    #[doc(hidden)]
    #[must_use]
    pub fn cause(&self) -> ToCause<Error> {
        |error| Some(Arc::from(error.into_inner()))
    }
}

impl CauseProbe<Fault> {
    /// A fault that is passed on has its own.
    #[doc(hidden)]
    #[must_use]
    pub fn cause(&self) -> ToCause<Fault> {
        |_| None
    }
}
