//! What goes wrong at the client, before or after the server is asked.

use std::borrow::Cow;

use http::{HeaderName, StatusCode};
use serde_json::json;

use crate::{Fault, error::Code};

/// The server would refuse a call of this length, so it is not sent.
pub(crate) fn call_too_long(length: usize, limit: usize) -> Fault {
    let message = format!("The call was not sent: it has {length} bytes, and the server takes {limit}");
    Fault::of(Code::IncomingTooLong, message).with_metadata(json!({ "length": length, "limit": limit }))
}

/// A response names a call that was not made.
pub(crate) fn unknown_call() -> Fault {
    Fault::of(Code::UnknownCall, "The answer is to no call")
}

pub(crate) fn invalid_address(why: impl Into<Cow<'static, str>>) -> Fault {
    Fault::of(Code::InvalidAddress, why)
}

/// A header that the user sets is one of those of the handshake.
pub(crate) fn header_of_handshake(name: &HeaderName) -> Fault {
    Fault::of(Code::InvalidHeader, format!("`{name}` belongs to the handshake"))
}

pub(crate) fn params_not_sendable() -> Fault {
    Fault::of(Code::ParamsNotSendable, "the params do not fit into a header")
}

pub(crate) fn upgrade_refused(status: u16) -> Fault {
    Fault::of(Code::UpgradeRefused, format!("The server answered the upgrade with status {status}"))
}

/// An answer that is not of the protocol: something between client and server gave it.
pub(crate) fn http_status(status: StatusCode) -> Fault {
    let code = format!("status_{}", status.as_u16());
    Fault::from_parts("http", code, format!("The server answered {status}"))
}

/// The server closed the connection and said no more than this group and this code.
pub(crate) fn closed(group: &str, code: &str) -> Fault {
    Fault::from_parts(group.to_owned(), code.to_owned(), "The server closed the connection")
}
