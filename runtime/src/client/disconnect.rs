//! Why a link ended, and whether the connection comes back.
//!
//! The server says why in the reason of its close frame, `group.code#ray`. Three questions decide, in this order:
//!
//! 1. Is it no fault of the protocol, such as a broken socket or a text for people? Then the connection is tried
//!    again.
//! 2. Does it tell of a state that passes (`is_transient`), such as `actor.restarting`? Then it is tried again.
//! 3. Was the connection open before? A refusal to open is final, because another attempt would be refused in the
//!    same way. The fault of a connection that was open is final only if it is about this client or this actor
//!    (`is_permanent`).
//!
//! So `actor.overloaded` is tried again, `user.room_full` at the opening ends the connection, and
//! `message.incoming_too_long` on an open connection is tried again, without the call that was too long.

use tokio::sync::oneshot;

use super::{link::DialError, status::ConnectionError};
use crate::{Fault, error::faults};

/// How an attempt to connect, or an open link, ended.
#[derive(Debug)]
pub(super) enum Disconnect {
    /// By this side: `close` was called, which waits on the sender, or the last `Connection` was dropped.
    Requested(Option<oneshot::Sender<()>>),
    /// The link is lost. Another attempt may succeed.
    Lost(ConnectionError),
    /// The connection is over. Another attempt would end in the same way.
    Final(ConnectionError),
}

impl Disconnect {
    /// For an attempt to connect that failed.
    pub(super) fn of_dial(error: DialError) -> Self {
        match error {
            DialError::Unreachable(why) => Self::Lost(ConnectionError::Lost(why)),
            DialError::Refused(fault) => Self::of_fault(fault, false),
        }
    }

    /// For a close by the server. `last_fault` is the error that it sent before; the close frame has its group and
    /// code.
    pub(super) fn of_close(code: u16, reason: &str, opened: bool, last_fault: Option<&Fault>) -> Self {
        let Some((group, code_name)) = parse_reason(reason) else {
            let why = if reason.is_empty() {
                format!("closed with code {code}")
            } else {
                format!("{reason} ({code})")
            };
            return Self::Lost(ConnectionError::Lost(why));
        };
        let fault = last_fault
            .filter(|fault| fault.is(group, code_name))
            .cloned()
            .unwrap_or_else(|| faults::closed(group, code_name));
        Self::of_fault(fault, opened)
    }

    /// For a link that ended without a close.
    pub(super) fn broken() -> Self {
        Self::Lost(ConnectionError::Lost("the link broke".to_owned()))
    }

    fn of_fault(fault: Fault, opened: bool) -> Self {
        if is_transient(&fault) || (opened && !is_permanent(&fault)) {
            Self::Lost(fault.into())
        } else {
            Self::Final(fault.into())
        }
    }
}

/// Whether the fault tells of a state that passes: the actor or its server starts, stops or is busy.
fn is_transient(fault: &Fault) -> bool {
    match (fault.group(), fault.code()) {
        ("guard", _) | ("ws", "going_away") => true,
        ("actor", code) => {
            matches!(code, "restarting" | "starting" | "stopping" | "stopped" | "overloaded" | "backing_off")
        }
        _ => false,
    }
}

/// Whether the fault is about this client or this actor as such, even when a connection that was open ends with
/// it. Other faults of an open connection (a message too long, a queue too full) are about that one connection.
fn is_permanent(fault: &Fault) -> bool {
    match (fault.group(), fault.code()) {
        ("user" | "auth", _) => true,
        ("actor", code) => code == "not_found" || code.starts_with("destroyed"),
        _ => false,
    }
}

/// Splits the reason of a close frame, `group.code[#ray]`, if it is one.
fn parse_reason(reason: &str) -> Option<(&str, &str)> {
    let (fault, _ray) = reason.split_once('#').unwrap_or((reason, ""));
    let (group, code) = fault.split_once('.')?;
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    (is_name(group) && is_name(code)).then_some((group, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_final(code: u16, reason: &str, opened: bool) -> bool {
        matches!(Disconnect::of_close(code, reason, opened, None), Disconnect::Final(_))
    }

    #[test]
    fn a_rejection_and_a_missing_actor_are_final_but_a_moving_actor_is_not() {
        for reason in ["user.room_full", "actor.not_found#ray", "rivetkit.internal_error", "auth.forbidden"] {
            assert!(is_final(1011, reason, false), "{reason}");
        }
        for reason in ["guard.service_unavailable", "actor.restarting#ray", "actor.stopped", "ws.going_away"]
        {
            assert!(!is_final(1011, reason, false), "{reason}");
            assert!(!is_final(1011, reason, true), "{reason}");
        }
    }

    #[test]
    fn an_open_connection_survives_faults_that_are_about_it_alone() {
        assert!(!is_final(1011, "message.incoming_too_long", true));
        assert!(!is_final(1000, "kicked", true));
        assert!(!is_final(1000, "", true));
        assert!(is_final(1011, "user.banned", true));
        assert!(is_final(1011, "actor.not_found", true));
    }

    #[test]
    fn the_error_sent_before_the_close_is_kept_whole() {
        let sent = Fault::from_parts("user", "room_full", "no seat left")
            .with_metadata(serde_json::json!({ "seats": 2 }));
        let Disconnect::Final(error) = Disconnect::of_close(1011, "user.room_full#ray", false, Some(&sent))
        else {
            panic!("a rejection is final");
        };
        assert_eq!(error.fault(), Some(&sent));
    }

    #[test]
    fn a_reason_for_people_is_not_taken_for_a_fault() {
        assert_eq!(parse_reason("actor.not_found#1-2"), Some(("actor", "not_found")));
        for reason in ["", "kicked", "See you. Later", "a.b.c", "read error: os.error"] {
            assert_eq!(parse_reason(reason), None, "{reason}");
        }
    }
}
