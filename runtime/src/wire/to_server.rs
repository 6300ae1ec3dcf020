//! Messages of a client to a server on a connection.

use bytes::Bytes;

use super::{
    DecodeError, EncodeError, Encoding, Format, PROTOCOL_VERSION,
    bare::{BareReader, BareWriter},
    object::{ObjectReader, ObjectWriter, into_array},
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
        match encoding {
            Encoding::Json | Encoding::Cbor => {
                Self::decode_object(encoding.format(), frame).map(|message| (message, PROTOCOL_VERSION))
            }
            Encoding::Bare => Self::decode_bare(frame),
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

    fn decode_object(format: Format, frame: &[u8]) -> Result<Self, DecodeError> {
        let body = ObjectReader::new(format, frame, ["body"])?.object("body", ["tag", "val"])?;
        Ok(match body.required::<String>("tag")?.as_str() {
            "ActionRequest" => {
                let val = body.object("val", ["id", "name", "args"])?;
                Self::ActionRequest {
                    id: val.required("id")?,
                    name: val.required("name")?,
                    args: val.array("args"),
                }
            }
            "SubscriptionRequest" => {
                let val = body.object("val", ["eventName", "subscribe"])?;
                Self::SubscriptionRequest {
                    event: val.required("eventName")?,
                    subscribe: val.required("subscribe")?,
                }
            }
            tag => return Err(DecodeError::new(format!("an unknown message `{tag}`"))),
        })
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

    fn decode_bare(frame: &[u8]) -> Result<(Self, u16), DecodeError> {
        let mut bare = BareReader::new(frame)?;
        let message = match bare.uint()? {
            0 => Self::ActionRequest {
                id: bare.uint()?,
                name: bare.string()?,
                args: into_array(Format::Cbor, bare.data()?),
            },
            1 => Self::SubscriptionRequest { event: bare.string()?, subscribe: bare.bool()? },
            tag => return Err(DecodeError::new(format!("an unknown message, number {tag}"))),
        };
        bare.finish()?;
        Ok((message, bare.version()))
    }

    fn payload_len(&self) -> usize {
        match self {
            Self::ActionRequest { args, .. } => args.len(),
            Self::SubscriptionRequest { .. } => 0,
        }
    }
}
