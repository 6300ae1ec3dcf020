//! A call on its way to an actor, and its answer on the way back.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{call_chain::Chain, instrument::CallInstrument};
use crate::{
    Action as _, Actor, Conn, Fault,
    actor::{ActionOf, ReplyOf},
    host::{ActorCell, Flow, Source},
    util::log::Span,
};

/// A call: what to do, for whom, and where the answer goes.
pub(crate) struct Call<A: Actor> {
    pub(crate) action: ActionOf<A>,
    pub(crate) caller: Option<Conn<A>>,
    pub(in crate::host) reply_to: ReplyTo<A>,
    /// The calls that wait for this one.
    pub(crate) chain: Chain,
}

/// Where an answer goes, and who watches the call until then.
pub(in crate::host) struct ReplyTo<A: Actor> {
    to: Destination<A>,
    watch: CallInstrument,
}

/// Where an answer goes.
pub(crate) enum Destination<A: Actor> {
    /// To one waiting task, on behalf of somebody there.
    Task(oneshot::Sender<Result<ReplyOf<A>, Fault>>, Source),
    /// To a connection, under the number the client gave the call, which counts as so many bytes in flight if it does.
    Conn { conn: Conn<A>, id: u64, counted: Option<usize> },
    /// Nowhere: the caller did not ask for one.
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
    Nobody,
}

impl<A: Actor> Call<A> {
    /// A call that reaches its actor now, and is watched from here on.
    #[expect(
        clippy::inline_always,
        reason = "nothing that is inlined here is in the way of a call that nobody watches"
    )]
    #[inline(always)]
    pub(in crate::host) fn new(
        cell: &ActorCell<A>,
        action: ActionOf<A>,
        caller: Option<Conn<A>>,
        to: Destination<A>,
        chain: Chain,
    ) -> Self {
        let watch = CallInstrument::begin(cell.kind.meters(), action.info(), || cell.who(caller.as_ref()));
        Self { action, caller, reply_to: ReplyTo { to, watch }, chain }
    }

    /// A call of this connection, which has such a watch already.
    pub(in crate::host) fn of_conn(
        watch: CallInstrument,
        action: ActionOf<A>,
        conn: &Conn<A>,
        id: u64,
        counted: Option<usize>,
    ) -> Self {
        let to = Destination::Conn { conn: conn.clone(), id, counted };
        let reply_to = ReplyTo { to, watch };
        Self { action, caller: Some(conn.clone()), reply_to, chain: Chain::default() }
    }

    /// Whose share of the actor it takes.
    pub(in crate::host) fn flow(&self) -> Flow {
        match (&self.caller, &self.reply_to.to) {
            (Some(caller), _) => caller.flow(),
            (None, Destination::Task(_, source)) => source.alone(),
            (None, _) => Source::Process.alone(),
        }
    }

    /// The span that it runs in.
    #[inline]
    pub(in crate::host) fn span(&self) -> Option<Span> {
        self.reply_to.watch.span()
    }

    /// Ends the call with this fault, before it ran.
    pub(in crate::host) fn refuse(self, fault: Fault) {
        self.reply_to.answer(Err(fault)).deliver();
    }
}

impl<A: Actor> ReplyTo<A> {
    /// The answer, ready to be handed over.
    #[inline]
    pub(in crate::host) fn answer(mut self, result: Result<ReplyOf<A>, Fault>) -> Answer<A> {
        let frame = match &self.to {
            Destination::Conn { conn, id, .. } => conn.prepare(*id, &result),
            Destination::Task(..) | Destination::Nobody => None,
        };
        self.watch.see(&result);
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
    pub(in crate::host) fn conn(&self) -> Option<&Conn<A>> {
        match &self.to.to {
            Destination::Conn { conn, .. } => Some(conn),
            Destination::Task(..) | Destination::Nobody => None,
        }
    }

    #[inline]
    pub(in crate::host) fn deliver(self) {
        let ReplyTo { to, watch } = self.to;
        // Before anybody hears of it: who has the answer finds it counted.
        watch.end();
        match to {
            // A caller that has gone away does not take its call with it.
            Destination::Task(sender, _) => drop(sender.send(self.result)),
            Destination::Conn { conn, id, counted } => {
                if let Some(bytes) = counted {
                    conn.end_call(bytes);
                }
                conn.answer(id, self.result, self.frame);
            }
            Destination::Nobody => {}
        }
    }

    /// Ends the call with this fault, whatever it had achieved.
    pub(in crate::host) fn fail(self, fault: Fault) {
        self.to.answer(Err(fault)).deliver();
    }
}
