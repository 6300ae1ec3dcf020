//! What came of a call, in few words.

use crate::{
    Fault, Reply,
    error::Code,
    wire::{Output, ReplyKind},
};

/// What came of a call. There are few of them, and none is a client's own word: each is a series of its own where
/// metrics are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A value.
    Ok,
    /// An error that the action declares, or another one that its caller is meant to see.
    Error,
    /// Any other error, or a panic: it is in the log.
    Internal,
    /// It took too long.
    TimedOut,
    /// What it did was taken back.
    RolledBack,
    /// Too much is under way; it did not run.
    Overloaded,
    /// It did not run for any other reason: there is no such action, the arguments do not fit, the caller may not.
    Refused,
}

impl Outcome {
    pub(crate) const ALL: [Self; 7] = [
        Self::Ok,
        Self::Error,
        Self::Internal,
        Self::TimedOut,
        Self::RolledBack,
        Self::Overloaded,
        Self::Refused,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Internal => "internal_error",
            Self::TimedOut => "timed_out",
            Self::RolledBack => "rolled_back",
            Self::Overloaded => "overloaded",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn of<R: Reply>(result: &Result<R, Fault>) -> Self {
        match result {
            Ok(reply) => Self::of_reply(reply),
            Err(fault) => Self::of_fault(fault),
        }
    }

    pub(crate) fn of_reply<R: Reply>(reply: &R) -> Self {
        match Output::kind_of(|output| reply.encode(output)) {
            ReplyKind::Value => Self::Ok,
            ReplyKind::Declared => Self::Error,
            ReplyKind::Fault(fault) => Self::of_fault(&fault),
            ReplyKind::Internal => Self::Internal,
        }
    }

    pub(crate) fn of_fault(fault: &Fault) -> Self {
        match Code::find(fault.group(), fault.code()) {
            Some(Code::Internal) => Self::Internal,
            Some(Code::ActionTimedOut) => Self::TimedOut,
            Some(Code::RolledBack) => Self::RolledBack,
            Some(Code::ActorOverloaded | Code::TooManyCalls) => Self::Overloaded,
            _ if fault.is_reserved() => Self::Refused,
            _ => Self::Error,
        }
    }
}
