//! `CallError`: what a call ends with when it does not end with a value.

use std::convert::Infallible;

use super::{ActorError, Fault};
use crate::wire::{DecodeError, EncodeError};

/// What a call ends with when it does not end with a value.
///
/// `E` is the error that the action declares; [`Infallible`] for an action that returns a plain value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The action ran and returned this error.
    #[error("{0}")]
    Action(E),
    /// The server or the actor refused the call or failed at it; nothing about it is declared by the action.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The call surely did not run: it never left this process, or the server did not take it.
    #[error("the call was not sent: {0}")]
    NotSent(String),
    /// The connection broke while the call was under way: it may have been applied, or not.
    #[error("the connection broke before the answer, so the call may have been applied: {0}")]
    MaybeApplied(String),
    /// An argument cannot be encoded; the call was not sent.
    #[error("an argument cannot be encoded: {0}")]
    Encode(#[from] EncodeError),
    /// The answer is not what the contract promises: the server runs another version of the actor.
    #[error("the answer does not fit the contract: {0}")]
    Decode(#[from] DecodeError),
}

impl<E> CallError<E> {
    /// The declared error, if it is one.
    pub fn action(self) -> Option<E> {
        match self {
            Self::Action(error) => Some(error),
            _ => None,
        }
    }

    /// The fault, if it is one.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// The error that a hook of the actor declared, if it is one of this type: `#[on_before_connect]` judges calls
    /// too. What the action itself declares is [`Action`](Self::Action).
    #[must_use]
    pub fn declared<D: ActorError>(&self) -> Option<D> {
        self.fault()?.declared()
    }

    /// The same error for an action that declares another one, if it is not the action's own.
    pub(crate) fn widen<F>(self) -> Result<CallError<F>, E> {
        Ok(match self {
            Self::Action(error) => return Err(error),
            Self::Fault(fault) => CallError::Fault(fault),
            Self::NotSent(why) => CallError::NotSent(why),
            Self::MaybeApplied(why) => CallError::MaybeApplied(why),
            Self::Encode(error) => CallError::Encode(error),
            Self::Decode(error) => CallError::Decode(error),
        })
    }
}

impl CallError<Infallible> {
    /// The same error for an action that declares one.
    #[must_use]
    pub fn into_any<E>(self) -> CallError<E> {
        self.widen().unwrap_or_else(|never| match never {})
    }
}
