//! Sends messages to durable queues, for handles and connections. They go beside the connection.

use std::time::Duration;

use super::link::{Outgoing, Port, Sent};
use crate::{
    CallError, Contract, Payload, QueueOf,
    wire::{Format, Params},
};

/// Puts a message into its queue.
pub(super) async fn send<C: Contract, M: QueueOf<C>>(
    port: &dyn Port<C>,
    message: &M,
    params: Option<Params>,
) -> Result<(), CallError> {
    let body = message.encode(port.format())?;
    port.send(Outgoing { index: M::INDEX, body, wait: None }, params).await.map(drop)
}

/// Puts a message into its queue, and waits until it is handled. `None`: it was not in time.
pub(super) async fn send_and_wait<C: Contract, M: QueueOf<C>>(
    port: &dyn Port<C>,
    message: &M,
    timeout: Duration,
    params: Option<Params>,
) -> Result<Option<M::Response>, CallError> {
    let format = port.format();
    let body = message.encode(format)?;
    let message = Outgoing { index: M::INDEX, body, wait: Some(timeout) };
    Ok(match port.send(message, params).await? {
        Sent::TimedOut => None,
        Sent::Completed(Some(response)) => Some(Payload::decode(format, &response)?),
        // It was handled, and there is nothing to say about it.
        Sent::Completed(None) => Some(Payload::decode(Format::Json, b"null")?),
    })
}
