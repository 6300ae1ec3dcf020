//! Why a link ended, and whether the connection comes back.

use tokio::sync::oneshot;

use super::{link::DialError, status::ConnectionError};
use crate::{Fault, error::faults};

/// How a stretch of a connection's life ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// As the user's side wished: `close` (which waits for the answer), or nobody is left.
    Asked(Option<oneshot::Sender<()>>),
    /// For a while: another attempt may succeed.
    Lost(ConnectionError),
    /// For good: another attempt would end in the same way.
    Final(ConnectionError),
}

impl Ending {
    /// After an attempt that did not give a link.
    pub(super) fn of_dial(error: DialError) -> Self {
        match error {
            DialError::Unreachable(why) => Self::Lost(ConnectionError::Lost(why)),
            DialError::Refused(fault) => Self::of_fault(fault, false),
        }
    }

    /// After the server's last word. `said` is the error it sent before, of which the reason is the short form.
    pub(super) fn of_close(code: u16, reason: &str, opened: bool, said: Option<&Fault>) -> Self {
        let Some((group, code_name)) = parse_reason(reason) else {
            let why = if reason.is_empty() {
                format!("closed with code {code}")
            } else {
                format!("{reason} ({code})")
            };
            return Self::Lost(ConnectionError::Lost(why));
        };
        let fault = said
            .filter(|fault| fault.is(group, code_name))
            .cloned()
            .unwrap_or_else(|| faults::closed(group, code_name));
        Self::of_fault(fault, opened)
    }

    /// After a link that ended without a word.
    pub(super) fn broken() -> Self {
        Self::Lost(ConnectionError::Lost("the link broke".to_owned()))
    }

    fn of_fault(fault: Fault, opened: bool) -> Self {
        if is_passing(&fault) || (opened && !is_verdict(&fault)) {
            Self::Lost(fault.into())
        } else {
            Self::Final(fault.into())
        }
    }
}

/// Whether the fault tells of a state that passes: the actor or its server is on the move.
fn is_passing(fault: &Fault) -> bool {
    match (fault.group(), fault.code()) {
        ("guard", _) | ("ws", "going_away") => true,
        ("actor", code) => {
            matches!(code, "restarting" | "starting" | "stopping" | "stopped" | "overloaded" | "backing_off")
        }
        _ => false,
    }
}

/// Whether the fault is about this client or this actor as such, even when a connection that was open ends with it.
/// Other faults of an open connection (a message too long, a queue too full) are about that one connection.
fn is_verdict(fault: &Fault) -> bool {
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
        matches!(Ending::of_close(code, reason, opened, None), Ending::Final(_))
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
        let said = Fault::from_parts("user", "room_full", "no seat left")
            .with_metadata(serde_json::json!({ "seats": 2 }));
        let Ending::Final(error) = Ending::of_close(1011, "user.room_full#ray", false, Some(&said)) else {
            panic!("a rejection is final");
        };
        assert_eq!(error.fault(), Some(&said));
    }

    #[test]
    fn a_reason_for_people_is_not_taken_for_a_fault() {
        assert_eq!(parse_reason("actor.not_found#1-2"), Some(("actor", "not_found")));
        for reason in ["", "kicked", "See you. Later", "a.b.c", "read error: os.error"] {
            assert_eq!(parse_reason(reason), None, "{reason}");
        }
    }
}
