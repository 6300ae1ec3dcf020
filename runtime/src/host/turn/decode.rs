//! Calls as they come from the wire, and the answers as they go there.

use bytes::Bytes;

use crate::{
    Action as _, Actor, Fault, Reply as _,
    actor::{ActionOf, ReplyOf},
    error::faults,
    wire::{ArgsReader, DecodeError, Format, Output, ToClient},
};

/// Reads a call.
pub(crate) fn decode_action<A: Actor>(name: &str, format: Format, args: &[u8]) -> Result<ActionOf<A>, Fault> {
    let info = <ActionOf<A>>::TABLE
        .iter()
        .find(|info| info.name == name)
        .ok_or_else(|| faults::action_not_found(name))?;
    let decode = || -> Result<_, DecodeError> {
        let mut args = ArgsReader::new(format, args, info)?;
        let action = <ActionOf<A>>::decode(name, &mut args)?;
        args.finish()?;
        Ok(action)
    };
    decode().map_err(|error| faults::invalid_arguments(name, &error))
}

/// The message that answers call `id`.
pub(crate) fn answer<A: Actor>(format: Format, id: u64, result: &Result<ReplyOf<A>, Fault>) -> ToClient {
    let output = match result {
        Ok(reply) => encode_reply::<A>(format, reply),
        Err(fault) => Err(fault.clone()),
    };
    match output {
        Ok(output) => ToClient::ActionResponse { id, output },
        Err(fault) => ToClient::Error { action_id: Some(id), fault, actor: None },
    }
}

/// What an action returned, as bytes or as the fault that it is.
pub(crate) fn encode_reply<A: Actor>(format: Format, reply: &ReplyOf<A>) -> Result<Bytes, Fault> {
    let mut output = Output::new(format);
    match reply.encode(&mut output) {
        Ok(()) => output.into_result(),
        Err(error) => Err(Fault::internal(&error)),
    }
}
