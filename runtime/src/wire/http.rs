//! Bodies of stateless calls over HTTP, in the three encodings.
//!
//! A body in BARE tells its version; its answer is in that version. The others have none, which reads as the
//! newest.

use bytes::Bytes;

use super::{
    ActorRef, DecodeError, EncodeError, Encoding, Format, PROTOCOL_VERSION,
    bare::{BareReader, BareWriter},
    fault,
    object::{ObjectReader, ObjectWriter, into_array},
};
use crate::Fault;

/// The header by which a server tells how many bytes a call may have, as a message or as a body.
pub(crate) const MAX_MESSAGE: &str = "x-callboard-max-message";

/// The body of a call of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCall {
    /// The encoded array of its arguments. Absent ones are read as none, a single value as one.
    pub args: Bytes,
}

/// The body of the answer to an [`ActionCall`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionOutput {
    /// The encoded value that the action returned; null where the body has none.
    pub output: Bytes,
}

/// The body of a message to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSend {
    /// The encoded message.
    pub body: Bytes,
    /// The queue, which the address names as well.
    pub name: Option<String>,
    /// Whether to answer only when the message has been handled.
    pub wait: bool,
    /// How long to wait at most, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// The body of the answer to a [`QueueSend`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueOutcome {
    /// What became of the message.
    pub status: QueueStatus,
    /// The encoded response of the handler.
    pub response: Option<Bytes>,
}

/// What became of a message to a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueStatus {
    /// It was handled, or it was enqueued and the sender does not wait.
    Completed,
    /// It was enqueued, and not handled in time.
    TimedOut,
}

/// The body of any answer that is not a success.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorBody {
    /// What went wrong.
    pub fault: Fault,
    /// The actor it comes from; `None` where no actor was reached.
    pub actor: Option<ActorRef>,
}

impl ActionCall {
    /// The body.
    pub fn encode(&self, encoding: Encoding) -> Result<Bytes, EncodeError> {
        one_value(encoding, PROTOCOL_VERSION, "args", &self.args)
    }

    /// The call, and the version to answer in.
    pub fn decode(encoding: Encoding, body: &[u8]) -> Result<(Self, u16), DecodeError> {
        match encoding {
            Encoding::Json | Encoding::Cbor => {
                let args =
                    ObjectReader::new(encoding.format(), body, ["args"])?.array("args").into_owned().into();
                Ok((Self { args }, PROTOCOL_VERSION))
            }
            Encoding::Bare => {
                let (args, version) = bare_data(body)?;
                Ok((Self { args: into_array(Format::Cbor, args).into_owned().into() }, version))
            }
        }
    }
}

impl ActionOutput {
    /// The body, in a version that the peer knows.
    pub fn encode(&self, encoding: Encoding, version: u16) -> Result<Bytes, EncodeError> {
        one_value(encoding, version, "output", &self.output)
    }

    /// The output.
    pub fn decode(encoding: Encoding, body: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self {
            output: match encoding {
                Encoding::Json | Encoding::Cbor => {
                    ObjectReader::new(encoding.format(), body, ["output"])?.value("output")
                }
                Encoding::Bare => Bytes::copy_from_slice(bare_data(body)?.0),
            },
        })
    }
}

impl QueueSend {
    /// The body.
    pub fn encode(&self, encoding: Encoding) -> Result<Bytes, EncodeError> {
        if encoding == Encoding::Bare {
            let mut bare = BareWriter::new(PROTOCOL_VERSION, self.body.len())?;
            bare.data(&self.body);
            bare.optional(self.name.as_deref(), BareWriter::str);
            bare.optional(Some(self.wait), BareWriter::bool);
            bare.optional(self.timeout_ms, BareWriter::u64);
            return Ok(bare.finish());
        }
        let mut object = ObjectWriter::new(encoding.format(), self.body.len());
        object.begin(2 + u64::from(self.name.is_some()) + u64::from(self.timeout_ms.is_some()));
        object.raw("body", &self.body);
        if let Some(name) = &self.name {
            object.text("name", name)?;
        }
        object.bool("wait", self.wait);
        if let Some(timeout_ms) = self.timeout_ms {
            object.number("timeout", timeout_ms);
        }
        object.end();
        Ok(object.finish())
    }

    /// The message, and the version to answer in.
    pub fn decode(encoding: Encoding, body: &[u8]) -> Result<(Self, u16), DecodeError> {
        if encoding == Encoding::Bare {
            let mut bare = BareReader::new(body)?;
            let send = Self {
                body: bare.bytes()?,
                name: bare.optional(BareReader::string)?,
                wait: bare.optional(BareReader::bool)?.unwrap_or(false),
                timeout_ms: bare.optional(BareReader::u64)?,
            };
            bare.finish()?;
            return Ok((send, bare.version()));
        }
        let object = ObjectReader::new(encoding.format(), body, ["body", "name", "wait", "timeout"])?;
        let send = Self {
            body: object.value("body"),
            name: object.optional("name")?,
            wait: object.optional("wait")?.unwrap_or(false),
            timeout_ms: object.optional("timeout")?,
        };
        Ok((send, PROTOCOL_VERSION))
    }
}

impl QueueOutcome {
    /// The body, in a version that the peer knows.
    pub fn encode(&self, encoding: Encoding, version: u16) -> Result<Bytes, EncodeError> {
        let payload = self.response.as_ref().map_or(0, Bytes::len);
        if encoding == Encoding::Bare {
            let mut bare = BareWriter::new(version, payload)?;
            bare.str(self.status.name());
            bare.optional(self.response.as_deref(), BareWriter::data);
            return Ok(bare.finish());
        }
        let mut object = ObjectWriter::new(encoding.format(), payload);
        object.begin(1 + u64::from(self.response.is_some()));
        object.text("status", self.status.name())?;
        if let Some(response) = &self.response {
            object.raw("response", response);
        }
        object.end();
        Ok(object.finish())
    }

    /// The outcome.
    pub fn decode(encoding: Encoding, body: &[u8]) -> Result<Self, DecodeError> {
        if encoding == Encoding::Bare {
            let mut bare = BareReader::new(body)?;
            let status = QueueStatus::from_name(&bare.string()?)?;
            let response = bare.optional(BareReader::bytes)?;
            bare.finish()?;
            return Ok(Self { status, response });
        }
        let object = ObjectReader::new(encoding.format(), body, ["status", "response"])?;
        Ok(Self {
            status: QueueStatus::from_name(&object.required::<String>("status")?)?,
            response: object.raw("response").map(Bytes::copy_from_slice),
        })
    }
}

impl QueueStatus {
    const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::TimedOut => "timedOut",
        }
    }

    fn from_name(name: &str) -> Result<Self, DecodeError> {
        [Self::Completed, Self::TimedOut]
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or_else(|| DecodeError::new(format!("an unknown status `{name}`")))
    }
}

impl ErrorBody {
    /// The body, in a version that the peer knows.
    pub fn encode(&self, encoding: Encoding, version: u16) -> Result<Bytes, EncodeError> {
        let Self { fault, actor } = self;
        if encoding == Encoding::Bare {
            let mut bare = BareWriter::new(version, 0)?;
            fault::write_bare(&mut bare, fault);
            fault::write_actor(&mut bare, actor.as_ref());
            return Ok(bare.finish());
        }
        let format = encoding.format();
        let mut object = ObjectWriter::new(format, 0);
        object.begin(fault::field_count(fault, actor.as_ref()));
        fault::write_object(&mut object, format, fault, actor.as_ref())?;
        object.end();
        Ok(object.finish())
    }

    /// The error. Servers answer in JSON where no actor was reached, whatever the encoding of the call: the
    /// caller chooses by the answer's content type.
    pub fn decode(encoding: Encoding, body: &[u8]) -> Result<Self, DecodeError> {
        if encoding == Encoding::Bare {
            let mut bare = BareReader::new(body)?;
            let fault = fault::read_bare(&mut bare)?;
            let actor = fault::read_actor(&mut bare)?;
            bare.finish()?;
            return Ok(Self { fault, actor });
        }
        let (fault, actor) = fault::read_object(&ObjectReader::new(encoding.format(), body, fault::FIELDS)?)?;
        Ok(Self { fault, actor })
    }
}

/// A body that is one encoded value: an object with one field, or in BARE its data.
fn one_value(encoding: Encoding, version: u16, name: &str, value: &[u8]) -> Result<Bytes, EncodeError> {
    if encoding == Encoding::Bare {
        let mut bare = BareWriter::new(version, value.len())?;
        bare.data(value);
        return Ok(bare.finish());
    }
    let mut object = ObjectWriter::new(encoding.format(), value.len());
    object.begin(1);
    object.raw(name, value);
    object.end();
    Ok(object.finish())
}

fn bare_data(body: &[u8]) -> Result<(&[u8], u16), DecodeError> {
    let mut bare = BareReader::new(body)?;
    let data = bare.data()?;
    bare.finish()?;
    Ok((data, bare.version()))
}
