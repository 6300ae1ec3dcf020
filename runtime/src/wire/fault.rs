//! The fields that faults have in messages and in bodies.

use super::{
    DecodeError, EncodeError, Format,
    bare::{BareReader, BareWriter},
    metadata::Metadata,
    object::{ObjectReader, ObjectWriter},
};
use crate::Fault;

/// The actor that a fault comes from, as clients log it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorRef {
    /// Its identity.
    pub actor_id: String,
    /// How many times it has been activated.
    pub generation: u64,
    /// Its key in slash form, where it is known.
    pub key: Option<String>,
}

/// The fields of a fault in JSON and CBOR.
pub(super) const FIELDS: [&str; 6] = ["group", "code", "message", "metadata", "actor", "actionId"];

/// How many fields [`write_object`] writes.
pub(super) fn field_count(fault: &Fault, actor: Option<&ActorRef>) -> u64 {
    3 + u64::from(fault.encoded_metadata().is_some()) + u64::from(actor.is_some())
}

/// Writes the fields of a fault. What is absent is left out: clients take no null for it.
pub(super) fn write_object(
    object: &mut ObjectWriter,
    format: Format,
    fault: &Fault,
    actor: Option<&ActorRef>,
) -> Result<(), EncodeError> {
    object.text("group", fault.group())?;
    object.text("code", fault.code())?;
    object.text("message", fault.message())?;
    if let Some(metadata) = fault.encoded_metadata() {
        object.raw("metadata", &metadata.encode(format));
    }
    if let Some(actor) = actor {
        object.name("actor");
        object.begin(2 + u64::from(actor.key.is_some()));
        object.text("actorId", &actor.actor_id)?;
        object.number("generation", actor.generation);
        if let Some(key) = &actor.key {
            object.text("key", key)?;
        }
        object.end();
    }
    Ok(())
}

/// Reads the fields of a fault.
pub(super) fn read_object<const N: usize>(
    object: &ObjectReader<'_, N>,
) -> Result<(Fault, Option<ActorRef>), DecodeError> {
    let text = |name| object.required::<String>(name);
    let mut fault = Fault::from_parts(text("group")?, text("code")?, text("message")?);
    if let Some(metadata) = object.metadata("metadata") {
        fault = fault.with(metadata);
    }
    if object.raw("actor").is_none() {
        return Ok((fault, None));
    }
    let actor = object.object("actor", ["actorId", "generation", "key"])?;
    let actor = ActorRef {
        actor_id: actor.required("actorId")?,
        generation: actor.required("generation")?,
        key: actor.optional("key")?,
    };
    Ok((fault, Some(actor)))
}

/// Writes group, code, message and metadata; the actor comes later, see [`write_actor`].
pub(super) fn write_bare(bare: &mut BareWriter, fault: &Fault) {
    bare.str(fault.group());
    bare.str(fault.code());
    bare.str(fault.message());
    let metadata = fault.encoded_metadata().map(|metadata| metadata.encode(Format::Cbor));
    bare.optional(metadata, |bare, metadata| bare.data(&metadata));
}

/// Reads what [`write_bare`] writes.
pub(super) fn read_bare(bare: &mut BareReader<'_>) -> Result<Fault, DecodeError> {
    let fault = Fault::from_parts(bare.string()?, bare.string()?, bare.string()?);
    Ok(match bare.optional(BareReader::data)? {
        None => fault,
        Some(metadata) => {
            fault.with(Metadata::from_cbor(metadata).map_err(|error| error.within("`metadata`"))?)
        }
    })
}

/// Writes the actor, for peers new enough to expect it.
pub(super) fn write_actor(bare: &mut BareWriter, actor: Option<&ActorRef>) {
    if bare.version() < ACTOR_SINCE {
        return;
    }
    bare.optional(actor, |bare, actor| {
        bare.str(&actor.actor_id);
        bare.uint(actor.generation);
        bare.optional(actor.key.as_deref(), BareWriter::str);
    });
}

/// Reads what [`write_actor`] writes.
pub(super) fn read_actor(bare: &mut BareReader<'_>) -> Result<Option<ActorRef>, DecodeError> {
    if bare.version() < ACTOR_SINCE {
        return Ok(None);
    }
    bare.optional(|bare| {
        Ok(ActorRef {
            actor_id: bare.string()?,
            generation: bare.uint()?,
            key: bare.optional(BareReader::string)?,
        })
    })
}

/// The version that added the actor to faults.
const ACTOR_SINCE: u16 = 4;
