//! callboard's own events: notices to one connection for which the protocol has no message.
//!
//! An `Error` frame without a call's number would do for the words, but the JavaScript client fails every call
//! under way when it gets one. Clients ignore an event of a name to which they do not listen.

#[cfg(feature = "client")]
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Format;
#[cfg(feature = "client")]
use super::{DecodeError, EventReader, tree::Tree};
#[cfg(feature = "server")]
use super::{
    EncodeError, ToClient, fault,
    object::{ObjectWriter, into_array},
    write_event,
};
use crate::Fault;

/// What the names of callboard's own events begin with, and those of actors' events do not.
pub const RESERVED_PREFIX: &str = "callboard.";

/// The event that says that a subscription was refused. Its argument is an object: `event` is the name of the
/// event that was asked for, and `group`, `code`, `message` and `metadata` (which may be missing) are the error.
pub const SUBSCRIPTION_REFUSED: &str = "callboard.subscription_refused";

/// The event that says that events are missing, because the client was too slow for them. Its argument is an
/// object: `event` is the name of the event, `dropped` how many of it are missing among what follows.
pub const EVENTS_DROPPED: &str = "callboard.events_dropped";

/// Something that a connection is told, whatever it listens to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// It does not get the events of this name.
    Refused { event: String, fault: Fault },
    /// This number of events of this name are missing.
    Dropped { event: String, dropped: u64 },
}

/// As it is read. It is written as every fault is.
#[cfg(feature = "client")]
#[derive(Deserialize)]
struct Refused {
    event: String,
    group: String,
    code: String,
    message: String,
    #[serde(default)]
    metadata: Option<Tree>,
}

#[derive(Serialize, Deserialize)]
struct Dropped {
    event: String,
    dropped: u64,
}

impl Notice {
    /// Whether the event of this name is one of callboard's own.
    pub(crate) fn has_name(event: &str) -> bool {
        event.starts_with(RESERVED_PREFIX)
    }

    /// The message that says it; values in it are in this format.
    #[cfg(feature = "server")]
    pub(crate) fn message(&self, format: Format) -> Result<ToClient, EncodeError> {
        let (name, args) = match self {
            Self::Refused { event, fault } => {
                let mut object = ObjectWriter::new(format, 0);
                object.begin(1 + fault::field_count(fault, None));
                object.text("event", event)?;
                fault::write_object(&mut object, format, fault, None)?;
                object.end();
                (SUBSCRIPTION_REFUSED, into_array(format, &object.finish()).into_owned().into())
            }
            Self::Dropped { event, dropped } => {
                let dropped = Dropped { event: event.clone(), dropped: *dropped };
                (EVENTS_DROPPED, write_event(format, &dropped)?)
            }
        };
        Ok(ToClient::Event { name: name.into(), args })
    }

    /// Reads it back from the event's arguments; `None` for a name of a newer server.
    #[cfg(feature = "client")]
    pub(crate) fn read(name: &str, format: Format, args: &Bytes) -> Result<Option<Self>, DecodeError> {
        let args = EventReader::new(format, args);
        Ok(match name {
            SUBSCRIPTION_REFUSED => {
                let Refused { event, group, code, message, metadata } = args.read()?;
                let fault = Fault::from_parts(group, code, message);
                let fault = match metadata {
                    Some(metadata) => fault.with(metadata.into()),
                    None => fault,
                };
                Some(Self::Refused { event, fault })
            }
            EVENTS_DROPPED => {
                let Dropped { event, dropped } = args.read()?;
                Some(Self::Dropped { event, dropped })
            }
            _ => None,
        })
    }
}

#[cfg(all(test, feature = "client", feature = "server"))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_comes_back_as_it_was() {
        let fault = Fault::from_parts("user", "no_member", "ann is no member");
        for fault in [fault.clone(), fault.with_metadata(json!({ "name": "ann", "ids": ["$x", 1] }))] {
            let notice = Notice::Refused { event: "whispered".to_owned(), fault };
            for format in [Format::Json, Format::Cbor] {
                let message = notice.message(format).expect("it can be encoded");
                let ToClient::Event { name, args } = message else { panic!("{message:?}") };
                assert!(Notice::has_name(&name));
                assert_eq!(Notice::read(&name, format, &args), Ok(Some(notice.clone())));
            }
        }
    }

    #[test]
    fn a_gap_comes_back_as_it_was() {
        let notice = Notice::Dropped { event: "moved".to_owned(), dropped: 5_000_000_000 };
        for format in [Format::Json, Format::Cbor] {
            let message = notice.message(format).expect("it can be encoded");
            let ToClient::Event { name, args } = message else { panic!("{message:?}") };
            assert_eq!(Notice::read(&name, format, &args), Ok(Some(notice.clone())));
        }
    }

    #[test]
    fn what_a_newer_server_says_is_left_alone() {
        let said = Notice::read("callboard.news", Format::Json, &Bytes::from_static(b"[1]"));
        assert_eq!(said, Ok(None));
    }
}
