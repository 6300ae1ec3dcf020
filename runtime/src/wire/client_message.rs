//! A message of a client as its server reads it, which borrows from the frame what it can.

use std::borrow::Cow;

use super::encoded_args::EncodedArgs;

/// A message from client to server. As a value of its own it is a [`ToServer`](super::ToServer).
#[derive(Debug, Clone)]
pub(crate) enum ClientMessage<'a> {
    /// Call an action.
    Call {
        /// The client's number for the call, which the answer carries.
        id: u64,
        /// The action's wire name.
        action: Cow<'a, str>,
        args: EncodedArgs<'a>,
    },
    /// Begin or stop sending an event.
    Subscription {
        /// The event's wire name.
        event: Cow<'a, str>,
        /// Begin; else stop.
        on: bool,
    },
}
