//! Calls as they come from the wire, and the answers as they go there.

use bytes::Bytes;

use crate::{
    Action as _, ActionInfo, Actor, Fault, Reply as _,
    actor::{ActionOf, ReplyOf},
    contract::position_of,
    error::faults,
    wire::{ArgsReader, DecodeError, EncodedArgs, Format, Output, ToClient},
};

/// Reads a call.
pub(crate) fn decode_call<A: Actor>(name: &str, args: &EncodedArgs<'_>) -> Result<ActionOf<A>, Fault> {
    let info = action_named::<A>(name).ok_or_else(|| faults::action_not_found(name))?;
    decode_action::<A>(info, args.reader(info)).map_err(|error| faults::invalid_arguments(name, &error))
}

/// The action of this name, if the actor has it.
pub(in crate::host) fn action_named<A: Actor>(name: &str) -> Option<&'static ActionInfo> {
    let table = <ActionOf<A>>::TABLE;
    position_of(table, name).map(|index| table[index])
}

/// Reads an action from its arguments, which must be all that is there.
pub(in crate::host) fn decode_action<A: Actor>(
    info: &'static ActionInfo,
    args: Result<ArgsReader<'_>, DecodeError>,
) -> Result<ActionOf<A>, DecodeError> {
    let mut args = args?;
    let action = <ActionOf<A>>::decode(info.name, &mut args)?;
    args.finish()?;
    Ok(action)
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
