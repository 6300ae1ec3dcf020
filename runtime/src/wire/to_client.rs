//! Messages of a server to a client on a connection.

use std::borrow::Cow;

use bytes::Bytes;

use super::{
    ActorRef, DecodeError, EncodeError, Encoding, Format, PROTOCOL_VERSION,
    bare::{BareReader, BareWriter},
    fault,
    object::{ObjectReader, ObjectWriter, into_array},
};
use crate::Fault;

/// A message from server to client. Values in it are encoded in the [`format`](Encoding::format) of the
/// connection's encoding.
#[derive(Debug, Clone, PartialEq)]
pub enum ToClient {
    /// The connection is open. Always the first message.
    Init {
        /// The identity of the actor.
        actor_id: String,
        /// The identity of the connection.
        connection_id: String,
    },
    /// A call failed, or the connection did.
    Error {
        /// The call; `None` where it is about the connection.
        action_id: Option<u64>,
        /// What went wrong.
        fault: Fault,
        /// The actor it comes from. Peers older than version 4 never see it.
        actor: Option<ActorRef>,
    },
    /// A call returned.
    ActionResponse {
        /// The call.
        id: u64,
        /// The encoded value that it returned.
        output: Bytes,
    },
    /// An event.
    Event {
        /// Its wire name.
        name: Cow<'static, str>,
        /// The encoded array of its arguments.
        args: Bytes,
    },
}

impl ToClient {
    /// One WebSocket frame, in the newest version of the protocol.
    pub fn encode(&self, encoding: Encoding) -> Result<Bytes, EncodeError> {
        self.encode_version(encoding, PROTOCOL_VERSION)
    }

    /// One WebSocket frame, in a version that the peer knows (1 to 4; only BARE differs between them).
    pub fn encode_version(&self, encoding: Encoding, version: u16) -> Result<Bytes, EncodeError> {
        match encoding {
            Encoding::Json | Encoding::Cbor => self.encode_object(encoding.format()),
            Encoding::Bare => self.encode_bare(version),
        }
    }

    /// The message of one WebSocket frame.
    pub fn decode(encoding: Encoding, frame: &[u8]) -> Result<Self, DecodeError> {
        match encoding {
            Encoding::Json | Encoding::Cbor => Self::decode_object(encoding.format(), frame),
            Encoding::Bare => Self::decode_bare(frame),
        }
    }

    fn encode_object(&self, format: Format) -> Result<Bytes, EncodeError> {
        let mut object = ObjectWriter::new(format, self.payload_len());
        object.begin(1);
        object.name("body");
        object.begin(2);
        object.text("tag", self.tag())?;
        object.name("val");
        match self {
            Self::Init { actor_id, connection_id } => {
                object.begin(2);
                object.text("actorId", actor_id)?;
                object.text("connectionId", connection_id)?;
            }
            Self::Error { action_id, fault, actor } => {
                object.begin(1 + fault::field_count(fault, actor.as_ref()));
                // Always there: JavaScript drops an error without it.
                match action_id {
                    Some(id) => object.id("actionId", *id),
                    None => object.raw("actionId", format.null()),
                }
                fault::write_object(&mut object, format, fault, actor.as_ref())?;
            }
            Self::ActionResponse { id, output } => {
                object.begin(2);
                object.id("id", *id);
                object.raw("output", output);
            }
            Self::Event { name, args } => {
                object.begin(2);
                object.text("name", name)?;
                object.raw("args", args);
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
            "Init" => {
                let val = body.object("val", ["actorId", "connectionId"])?;
                Self::Init {
                    actor_id: val.required("actorId")?,
                    connection_id: val.required("connectionId")?,
                }
            }
            "Error" => {
                let val = body.object("val", fault::FIELDS)?;
                let (fault, actor) = fault::read_object(&val)?;
                Self::Error { action_id: val.optional("actionId")?, fault, actor }
            }
            "ActionResponse" => {
                let val = body.object("val", ["id", "output"])?;
                Self::ActionResponse { id: val.required("id")?, output: val.value("output") }
            }
            "Event" => {
                let val = body.object("val", ["name", "args"])?;
                Self::Event {
                    name: val.required::<String>("name")?.into(),
                    args: val.array("args").into_owned().into(),
                }
            }
            tag => return Err(DecodeError::new(format!("an unknown message `{tag}`"))),
        })
    }

    fn encode_bare(&self, version: u16) -> Result<Bytes, EncodeError> {
        let mut bare = BareWriter::new(version, self.payload_len())?;
        match self {
            Self::Init { actor_id, connection_id } => {
                bare.uint(0);
                bare.str(actor_id);
                bare.str(connection_id);
                if version < NO_TOKEN_SINCE {
                    bare.str("");
                }
            }
            Self::Error { action_id, fault, actor } => {
                bare.uint(1);
                fault::write_bare(&mut bare, fault);
                bare.optional(*action_id, BareWriter::uint);
                fault::write_actor(&mut bare, actor.as_ref());
            }
            Self::ActionResponse { id, output } => {
                bare.uint(2);
                bare.uint(*id);
                bare.data(output);
            }
            Self::Event { name, args } => {
                bare.uint(3);
                bare.str(name);
                bare.data(args);
            }
        }
        Ok(bare.finish())
    }

    fn decode_bare(frame: &[u8]) -> Result<Self, DecodeError> {
        let mut bare = BareReader::new(frame)?;
        let message = match bare.uint()? {
            0 => {
                let message = Self::Init { actor_id: bare.string()?, connection_id: bare.string()? };
                if bare.version() < NO_TOKEN_SINCE {
                    bare.data()?;
                }
                message
            }
            1 => {
                let fault = fault::read_bare(&mut bare)?;
                let action_id = bare.optional(BareReader::uint)?;
                Self::Error { action_id, fault, actor: fault::read_actor(&mut bare)? }
            }
            2 => Self::ActionResponse { id: bare.uint()?, output: bare.bytes()? },
            3 => Self::Event {
                name: bare.string()?.into(),
                args: into_array(Format::Cbor, bare.data()?).into_owned().into(),
            },
            tag => return Err(DecodeError::new(format!("an unknown message, number {tag}"))),
        };
        bare.finish()?;
        Ok(message)
    }

    const fn tag(&self) -> &'static str {
        match self {
            Self::Init { .. } => "Init",
            Self::Error { .. } => "Error",
            Self::ActionResponse { .. } => "ActionResponse",
            Self::Event { .. } => "Event",
        }
    }

    fn payload_len(&self) -> usize {
        match self {
            Self::Init { .. } | Self::Error { .. } => 0,
            Self::ActionResponse { output, .. } => output.len(),
            Self::Event { args, .. } => args.len(),
        }
    }
}

/// The version that dropped the connection's token from `Init`.
const NO_TOKEN_SINCE: u16 = 2;
