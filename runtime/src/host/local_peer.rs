//! A client in this process, as its connection to an actor sees it.

use bytes::Bytes;

use crate::{ActorId, ConnId, Contract, Fault, contract::ReplyOf, delivery::outbox::Close};

/// The client's end of a connection within one process. What is sent to it is moved, and waits for nothing.
pub(crate) trait LocalPeer<C: Contract>: Send + Sync {
    /// The first message: the connection is open.
    fn send_open(&self, actor: ActorId, conn: ConnId);

    /// The event at this place of the contract's table; `args` is an array in CBOR. `false` if the client is gone.
    fn send_event(&self, index: usize, args: Bytes) -> bool;

    /// The answer to the call with this id.
    fn send_reply(&self, id: u64, result: Result<ReplyOf<C>, Fault>);

    /// The client does not get the event at this place of the table.
    fn refuse(&self, index: usize, fault: Fault);

    /// The last message.
    fn close(&self, close: Close);
}
