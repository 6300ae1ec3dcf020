//! Messages of a client to a server on a connection.

use bytes::Bytes;

use super::{
    DecodeError, EncodeError, Encoding, Format, PROTOCOL_VERSION,
    bare::{BareReader, BareWriter},
    client_message::ClientMessage,
    encoded_args::EncodedArgs,
    object::{ObjectReader, ObjectWriter, into_array},
    usual_message,
};

/// A message from client to server. Values in it are encoded in the [`format`](Encoding::format) of the
/// connection's encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToServer {
    /// Call an action.
    ActionRequest {
        /// The client's number for the call, which the answer carries.
        id: u64,
        /// The action's wire name.
        name: String,
        /// The encoded array of its arguments.
        args: Bytes,
    },
    /// Begin or stop sending an event.
    SubscriptionRequest {
        /// The event's wire name.
        event: String,
        /// Begin; else stop.
        subscribe: bool,
    },
}

impl ToServer {
    /// One WebSocket frame, in the newest version of the protocol.
    pub fn encode(&self, encoding: Encoding) -> Result<Bytes, EncodeError> {
        self.encode_version(encoding, PROTOCOL_VERSION)
    }

    /// One WebSocket frame, in a version that the peer knows (1 to 4; only BARE tells it).
    pub fn encode_version(&self, encoding: Encoding, version: u16) -> Result<Bytes, EncodeError> {
        match encoding {
            Encoding::Json | Encoding::Cbor => self.encode_object(encoding.format()),
            Encoding::Bare => self.encode_bare(version),
        }
    }

    /// The message of one WebSocket frame.
    pub fn decode(encoding: Encoding, frame: &[u8]) -> Result<Self, DecodeError> {
        Self::decode_versioned(encoding, frame).map(|(message, _)| message)
    }

    /// The message of one WebSocket frame, and the version to answer in. JSON and CBOR frames do not tell theirs,
    /// and their messages are the same in all.
    pub fn decode_versioned(encoding: Encoding, frame: &[u8]) -> Result<(Self, u16), DecodeError> {
        if encoding == Encoding::Json
            && let Ok(text) = std::str::from_utf8(frame)
        {
            return Ok((Self::read_text(text)?.into(), PROTOCOL_VERSION));
        }
        Self::read_binary(encoding, frame).map(|(message, version)| (message.into(), version))
    }

    /// The message of one text frame, where it stands.
    pub(crate) fn read_text(frame: &str) -> Result<ClientMessage<'_>, DecodeError> {
        match usual_message::json(frame) {
            Some(message) => Ok(message),
            None => read_object(Format::Json, frame.as_bytes()),
        }
    }

    /// The message of one binary frame, where it stands, and the version to answer in.
    pub(crate) fn read_binary(
        encoding: Encoding,
        frame: &[u8],
    ) -> Result<(ClientMessage<'_>, u16), DecodeError> {
        let message = match encoding {
            Encoding::Bare => return read_bare(frame),
            Encoding::Cbor => usual_message::cbor(frame),
            Encoding::Json => None,
        };
        match message {
            Some(message) => Ok((message, PROTOCOL_VERSION)),
            None => read_object(encoding.format(), frame).map(|message| (message, PROTOCOL_VERSION)),
        }
    }

    fn encode_object(&self, format: Format) -> Result<Bytes, EncodeError> {
        let mut object = ObjectWriter::new(format, self.payload_len());
        object.begin(1);
        object.name("body");
        object.begin(2);
        match self {
            Self::ActionRequest { id, name, args } => {
                object.text("tag", "ActionRequest")?;
                object.name("val");
                object.begin(3);
                object.id("id", *id);
                object.text("name", name)?;
                object.raw("args", args);
            }
            Self::SubscriptionRequest { event, subscribe } => {
                object.text("tag", "SubscriptionRequest")?;
                object.name("val");
                object.begin(2);
                object.text("eventName", event)?;
                object.bool("subscribe", *subscribe);
            }
        }
        object.end();
        object.end();
        object.end();
        Ok(object.finish())
    }

    fn encode_bare(&self, version: u16) -> Result<Bytes, EncodeError> {
        let mut bare = BareWriter::new(version, self.payload_len())?;
        match self {
            Self::ActionRequest { id, name, args } => {
                bare.uint(0);
                bare.uint(*id);
                bare.str(name);
                bare.data(args);
            }
            Self::SubscriptionRequest { event, subscribe } => {
                bare.uint(1);
                bare.str(event);
                bare.bool(*subscribe);
            }
        }
        Ok(bare.finish())
    }

    fn payload_len(&self) -> usize {
        match self {
            Self::ActionRequest { args, .. } => args.len(),
            Self::SubscriptionRequest { .. } => 0,
        }
    }
}

impl From<ClientMessage<'_>> for ToServer {
    fn from(message: ClientMessage<'_>) -> Self {
        match message {
            ClientMessage::Call { id, action, args } => Self::ActionRequest {
                id,
                name: action.into_owned(),
                args: Bytes::copy_from_slice(args.as_bytes()),
            },
            ClientMessage::Subscription { event, on } => {
                Self::SubscriptionRequest { event: event.into_owned(), subscribe: on }
            }
        }
    }
}

/// Any message in JSON or CBOR.
fn read_object(format: Format, frame: &[u8]) -> Result<ClientMessage<'_>, DecodeError> {
    let body = ObjectReader::new(format, frame, ["body"])?.object("body", ["tag", "val"])?;
    Ok(match body.required::<String>("tag")?.as_str() {
        "ActionRequest" => {
            let val = body.object("val", ["id", "name", "args"])?;
            ClientMessage::Call {
                id: val.required("id")?,
                action: val.required::<String>("name")?.into(),
                args: EncodedArgs::new(format, val.array("args")),
            }
        }
        "SubscriptionRequest" => {
            let val = body.object("val", ["eventName", "subscribe"])?;
            ClientMessage::Subscription {
                event: val.required::<String>("eventName")?.into(),
                on: val.required("subscribe")?,
            }
        }
        tag => return Err(DecodeError::new(format!("an unknown message `{tag}`"))),
    })
}

fn read_bare(frame: &[u8]) -> Result<(ClientMessage<'_>, u16), DecodeError> {
    let mut bare = BareReader::new(frame)?;
    let message = match bare.uint()? {
        0 => ClientMessage::Call {
            id: bare.uint()?,
            action: bare.str()?.into(),
            args: EncodedArgs::new(Format::Cbor, into_array(Format::Cbor, bare.data()?)),
        },
        1 => ClientMessage::Subscription { event: bare.str()?.into(), on: bare.bool()? },
        tag => return Err(DecodeError::new(format!("an unknown message, number {tag}"))),
    };
    bare.finish()?;
    Ok((message, bare.version()))
}

#[cfg(test)]
mod tests;
