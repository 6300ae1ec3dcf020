//! The errors behind faults, for callers in the same process. They never cross the wire.

use std::{error::Error as StdError, sync::Arc};

use crate::{Error, Fault};

/// What a fault came from.
pub(crate) type Cause = Arc<dyn StdError + Send + Sync>;

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
