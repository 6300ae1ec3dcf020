//! A call on its way to an actor, and its answer on the way back.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::chain::Chain;
use crate::{
    Actor, Conn, Fault,
    actor::{ActionOf, ReplyOf},
};

/// A call: what to do, for whom, and where the answer goes.
pub(crate) struct Call<A: Actor> {
    pub(crate) action: ActionOf<A>,
    pub(crate) caller: Option<Conn<A>>,
    pub(crate) reply_to: ReplyTo<A>,
    /// The calls that wait for this one.
    pub(crate) chain: Chain,
}

/// Where an answer goes.
pub(crate) enum ReplyTo<A: Actor> {
    /// To one waiting task.
    Task(oneshot::Sender<Result<ReplyOf<A>, Fault>>),
    /// To a connection, under the number the client gave the call.
    Conn { conn: Conn<A>, id: u64 },
    /// Nowhere: the caller did not ask for one.
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
    Nobody,
}

impl<A: Actor> Call<A> {
    /// Ends the call with this fault, before it ran.
    pub(super) fn refuse(self, fault: Fault) {
        self.reply_to.answer(Err(fault)).deliver();
    }
}

impl<A: Actor> ReplyTo<A> {
    /// The answer, ready to be handed over.
    pub(super) fn answer(self, result: Result<ReplyOf<A>, Fault>) -> Answer<A> {
        let frame = match &self {
            Self::Conn { conn, id } => conn.prepare(*id, &result),
            Self::Task(_) | Self::Nobody => None,
        };
        Answer { to: self, result, frame }
    }
}

/// An answer that only has to be handed over: it may wait for a save, and for a connection it is encoded already.
pub(crate) struct Answer<A: Actor> {
    to: ReplyTo<A>,
    result: Result<ReplyOf<A>, Fault>,
    frame: Option<Bytes>,
}

impl<A: Actor> Answer<A> {
    /// The connection that it goes to.
    pub(super) fn conn(&self) -> Option<&Conn<A>> {
        match &self.to {
            ReplyTo::Conn { conn, .. } => Some(conn),
            ReplyTo::Task(_) | ReplyTo::Nobody => None,
        }
    }

    pub(super) fn deliver(self) {
        match self.to {
            // A caller that has gone away does not take its call with it.
            ReplyTo::Task(sender) => drop(sender.send(self.result)),
            ReplyTo::Conn { conn, id } => conn.answer(id, self.result, self.frame),
            ReplyTo::Nobody => {}
        }
    }

    /// Ends the call with this fault, whatever it had achieved.
    pub(super) fn fail(self, fault: Fault) {
        self.to.answer(Err(fault)).deliver();
    }
}
