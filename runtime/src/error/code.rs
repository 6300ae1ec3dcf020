//! `Code`: the groups and codes of the framework's own faults.
//!
//! Group and code are what programs match on: RivetKit's clients send a call again at some of them, ours decide by them
//! whether a connection comes back (`client/disconnect.rs`), and users compare them with [`Fault::is`](crate::Fault::is).
//! So each is written once, here, with the HTTP status of a response that says it; everything else in the crate names
//! the variant. The groups are reserved for the framework (`fault/name.rs`), except `auth`, which users may have too.
//!
//! Codes that only other servers say (`actor.restarting`, `ws.going_away`) are not here: `client/disconnect.rs` reads
//! those.

use std::fmt;

use http::StatusCode;

macro_rules! codes {
    ($($group:literal { $($(#[$doc:meta])* $name:ident = $code:literal $status:literal,)+ })+) => {
        /// A group and a code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $($($(#[$doc])* $name,)+)+
        }

        /// In the order of the variants.
        const ROWS: &[Row] = &[
            $($(Row { code: Code::$name, group: $group, name: $code, status: $status },)+)+
        ];
    };
}

#[derive(Debug)]
struct Row {
    code: Code,
    group: &'static str,
    name: &'static str,
    status: u16,
}

codes! {
    "actor" {
        ActorNotFound = "not_found" 404,
        DuplicateKey = "duplicate_key" 400,
        KeyTooLong = "key_too_long" 400,
        NotRegistered = "not_registered" 404,
        /// The actor's mailbox is full. The call did not run.
        ActorOverloaded = "overloaded" 500,
        /// The call ran, and its effect on the state was taken back before it was saved.
        RolledBack = "rolled_back" 500,
        /// The action takes the connection that it is called on, and it was called without one.
        ConnectionRequired = "connection_required" 500,
        InvalidParams = "invalid_params" 500,
        InvalidInput = "invalid_input" 500,
        EventNotFound = "event_not_found" 500,
        Deadlock = "deadlock" 500,
        RequestHandlerNotFound = "request_handler_not_found" 404,
        WebSocketHandlerNotFound = "websocket_handler_not_found" 500,
        /// An action or a hook took longer than it may.
        ActionTimedOut = "action_timed_out" 408,
        /// The actor failed to start too often; the next attempt is later.
        BackingOff = "backing_off" 500,
        ActionNotFound = "action_not_found" 404,
        InvalidArguments = "invalid_arguments" 500,
        ActorMethodNotAllowed = "method_not_allowed" 405,
        InvalidRequest = "invalid_request" 400,
        UnsupportedEncoding = "unsupported_websocket_encoding" 500,
        /// A close only: a message could not be encoded.
        SendFailed = "send_failed" 500,
    }
    // Clients try again at all of these by themselves.
    "guard" {
        /// The server is stopping, or has no room for one more actor. The call did not run.
        ServiceUnavailable = "service_unavailable" 503,
        InvalidQuery = "query_invalid_params" 400,
        TooManyConnections = "too_many_connections" 503,
        TooManyRequests = "too_many_requests" 429,
        /// The server holds too many bytes for this address.
        AddressOverloaded = "overloaded" 503,
        ActorReadyTimeout = "actor_ready_timeout" 503,
    }
    "message" {
        IncomingTooLong = "incoming_too_long" 400,
        OutgoingTooLong = "outgoing_too_long" 400,
        ParamsTooLong = "params_too_long" 400,
        InputTooLong = "input_too_long" 400,
        /// A close only: the connection's send queue is full.
        OutgoingQueueFull = "outgoing_queue_full" 400,
        /// A close only: a message took too long to arrive.
        IncomingTimedOut = "incoming_timed_out" 400,
    }
    "connection" {
        TooManyCalls = "too_many_calls" 500,
        TooManySubscriptions = "too_many_subscriptions" 500,
    }
    "queue" {
        QueueNotConfigured = "not_configured" 400,
        QueueFull = "full" 400,
        MessageTooLarge = "message_too_large" 400,
        InvalidPayload = "invalid_payload" 400,
        /// The actor stopped before the message was completed; it is handed out again.
        QueueActorStopped = "actor_stopped" 400,
        /// The actor stopped before it handled the message, which stays in its queue.
        NotHandledYet = "not_handled_yet" 400,
        QueueActorDestroyed = "actor_destroyed" 400,
    }
    "namespace" {
        NamespaceNotFound = "not_found" 400,
    }
    "api" {
        RouteNotFound = "not_found" 404,
        BadRequest = "bad_request" 400,
        MethodNotAllowed = "method_not_allowed" 405,
        BodyTimedOut = "body_timed_out" 408,
        UnsupportedContentEncoding = "unsupported_content_encoding" 415,
        UpgradeRequired = "upgrade_required" 426,
        HeadersTooLong = "headers_too_long" 431,
        NotDestroyedInTime = "not_destroyed_in_time" 503,
    }
    "auth" {
        OriginNotAllowed = "origin_not_allowed" 403,
        HostNotAllowed = "host_not_allowed" 403,
        ControlDisabled = "control_disabled" 403,
        ControlUnauthorized = "control_unauthorized" 401,
    }
    "store" {
        StoreUnavailable = "unavailable" 503,
    }
    "rivetkit" {
        /// Hides an error that clients are not meant to see; the log has it, under the id in the metadata.
        Internal = "internal_error" 500,
    }
    // Made by the client itself: no server says these.
    "client" {
        /// A response names a call that was not made.
        UnknownCall = "unknown_call" 500,
        InvalidAddress = "invalid_address" 500,
        InvalidHeader = "invalid_header" 500,
        ParamsNotSendable = "invalid_params" 500,
        UpgradeRefused = "upgrade_refused" 500,
    }
}

impl Code {
    pub(crate) fn group(self) -> &'static str {
        self.row().group
    }

    /// The code itself, without its group.
    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    /// The HTTP status of a response that says it.
    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status)
            .expect("every status of the table is valid, which a test checks")
    }

    /// The code of this group and this name, if it is one of the framework's.
    pub(crate) fn find(group: &str, name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.group == group && row.name == name).map(|row| row.code)
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

/// `group.code`, as in the reason of a close frame.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.group(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_is_in_the_table_once_with_a_status_of_an_error() {
        let texts: BTreeSet<_> = ROWS.iter().map(|row| row.code.to_string()).collect();
        assert_eq!(texts.len(), ROWS.len());
        for (nth, row) in ROWS.iter().enumerate() {
            assert_eq!(row.code as usize, nth, "{} is in its place", row.code);
            assert_eq!(Code::find(row.group, row.name), Some(row.code));
            let status = row.code.status();
            assert!(status.is_client_error() || status.is_server_error(), "{}", row.code);
        }
    }

    /// What is written in backticks as `group.code`, with a group of the framework, is a code.
    #[cfg(feature = "server")]
    #[test]
    fn the_docs_name_no_code_that_there_is_not() {
        let groups: BTreeSet<_> = ROWS.iter().map(|row| row.group).collect();
        let mut found = 0;
        for page in [
            include_str!("../docs/actor.md"),
            include_str!("../docs/observability.md"),
            include_str!("../limits/mod.rs"),
        ] {
            for span in page.split('`').skip(1).step_by(2) {
                let Some((group, name)) = span.split_once('.') else { continue };
                let is_name = |text: &str| {
                    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                };
                if groups.contains(group) && is_name(name) {
                    found += 1;
                    assert!(Code::find(group, name).is_some(), "`{span}` is no code");
                }
            }
        }
        assert!(found > 20, "{found} codes are in the docs");
    }
}
