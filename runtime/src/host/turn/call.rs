//! A call on its way to an actor, and its answer on the way back.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{asked::Asked, call_chain::Chain, instrument::CallInstrument};
use crate::{
    Actor, Conn, Fault,
    actor::{ActionOf, ReplyOf},
    error::faults,
    host::{
        Flow, Pending, Source,
        durability::{
            output_gate::Passage,
            release::{Output, release},
            turns::TurnEnd,
        },
    },
    util::log::Span,
};

/// A call: what to do, for whom, and where the answer goes.
pub(crate) struct Call<A: Actor, R = ReplyTo<A>> {
    pub(crate) action: ActionOf<A>,
    pub(crate) caller: Option<Conn<A>>,
    pub(in crate::host) reply_to: R,
    /// The calls that wait for this one.
    pub(crate) chain: Chain,
}

/// How an answer gets to whoever made the call.
///
/// Most calls run while their caller waits for them to return. Then the answer needs no channel: it is what comes back, as
/// [`Asked::Here`]. Only one that has to wait, for its turn or for a save, has a channel made for it.
pub(in crate::host) trait Respond<A: Actor>: Send + Sized + 'static {
    /// The answer, ready to leave: for a connection it is encoded.
    type Ready: Output<Released = Self::Asked>;
    /// What whoever makes the call has by the time that it has run or waits.
    type Asked: Send + 'static;

    /// The span that the call runs in.
    fn span(&self) -> Option<Span>;

    /// Where the call comes from, if not from a connection.
    fn source(&self) -> Source;

    fn ready(self, result: Result<ReplyOf<A>, Fault>) -> Self::Ready;

    /// The call ends with this fault, whatever it had achieved.
    fn failed(ready: Self::Ready, fault: Fault) -> Self::Ready;

    /// The answer has to wait, if somebody is to have one.
    fn wait(ready: Self::Ready) -> (Option<Answer<A>>, Self::Asked);

    /// The call has to wait, so its answer will be sent.
    fn send_later(self) -> (ReplyTo<A>, Self::Asked);

    /// Work that has begun goes on in a task, which lets go of `held` once the call has run.
    fn go_on(
        work: impl Future<Output = Self::Asked> + Send + 'static,
        held: impl Send + 'static,
    ) -> (impl Future<Output = ()> + Send + 'static, Self::Asked);

    /// Leaves an answer at the gate, or ends the call there if what it speaks of is void.
    #[inline]
    fn pass<P>(ready: Self::Ready, mut end: TurnEnd<'_, P>) -> Self::Asked
    where
        P: Pending + From<Answer<A>>,
    {
        match end.passage() {
            // Under the gate's lock, so that what leaves keeps its order; it never waits.
            Passage::Free => release(ready),
            Passage::Waits(needs) => {
                let (answer, asked) = Self::wait(ready);
                if let Some(answer) = answer {
                    end.hold(needs, answer.into());
                }
                asked
            }
            Passage::Void => {
                drop(end);
                release(Self::failed(ready, faults::rolled_back()))
            }
        }
    }
}

/// A call whose maker waits until it has run or has to wait.
#[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
pub(in crate::host) struct ReplyHere(CallInstrument);

/// Where an answer is sent, and who watches the call until then.
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
    /// A call for this caller, or for nobody that is connected.
    #[expect(clippy::inline_always, reason = "a call is large, and is to be made where it goes on")]
    #[inline(always)]
    pub(in crate::host) fn new(
        watch: CallInstrument,
        action: ActionOf<A>,
        caller: Option<Conn<A>>,
        to: Destination<A>,
        chain: Chain,
    ) -> Self {
        Self { action, caller, reply_to: ReplyTo { to, watch }, chain }
    }

    /// A call of this connection.
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
}

#[cfg(feature = "client")]
impl<A: Actor> Call<A, ReplyHere> {
    /// A call of this process.
    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(in crate::host) fn here(watch: CallInstrument, action: ActionOf<A>, chain: Chain) -> Self {
        Self { action, caller: None, reply_to: ReplyHere(watch), chain }
    }
}

impl<A: Actor, R: Respond<A>> Call<A, R> {
    /// Whose share of the actor it takes.
    pub(in crate::host) fn flow(&self) -> Flow {
        self.caller.as_ref().map_or_else(|| self.reply_to.source().alone(), Conn::flow)
    }

    /// The span that it runs in.
    #[inline]
    pub(in crate::host) fn span(&self) -> Option<Span> {
        self.reply_to.span()
    }

    /// The same call, which has to wait.
    pub(in crate::host) fn send_later(self) -> (Call<A>, R::Asked) {
        let Self { action, caller, reply_to, chain } = self;
        let (reply_to, asked) = reply_to.send_later();
        (Call { action, caller, reply_to, chain }, asked)
    }

    /// Ends the call with this fault, before it ran.
    pub(in crate::host) fn refuse(self, fault: Fault) -> R::Asked {
        release(self.reply_to.ready(Err(fault)))
    }
}

impl<A: Actor> Respond<A> for ReplyTo<A> {
    /// `None` where nobody hears of it: then nothing leaves, or waits for a save.
    type Ready = Option<Answer<A>>;
    type Asked = ();

    #[inline]
    fn span(&self) -> Option<Span> {
        self.watch.span()
    }

    fn source(&self) -> Source {
        if let Destination::Task(_, source) = self.to { source } else { Source::Process }
    }

    #[inline]
    fn ready(self, result: Result<ReplyOf<A>, Fault>) -> Option<Answer<A>> {
        let is_heard = !matches!(self.to, Destination::Nobody) || self.watch.is_on();
        is_heard.then(|| self.answer(result))
    }

    fn failed(ready: Option<Answer<A>>, fault: Fault) -> Option<Answer<A>> {
        ready.map(|answer| answer.failed(fault))
    }

    fn wait(ready: Option<Answer<A>>) -> (Option<Answer<A>>, ()) {
        (ready, ())
    }

    fn send_later(self) -> (Self, ()) {
        (self, ())
    }

    fn go_on(
        work: impl Future<Output = ()> + Send + 'static,
        held: impl Send + 'static,
    ) -> (impl Future<Output = ()> + Send + 'static, ()) {
        let work = async move {
            work.await;
            drop(held);
        };
        (work, ())
    }
}

impl<A: Actor> Respond<A> for ReplyHere {
    type Ready = Here<A>;
    type Asked = Asked<ReplyOf<A>>;

    #[inline]
    fn span(&self) -> Option<Span> {
        self.0.span()
    }

    fn source(&self) -> Source {
        Source::Process
    }

    #[inline]
    fn ready(mut self, result: Result<ReplyOf<A>, Fault>) -> Here<A> {
        self.0.see(&result);
        Here { watch: self.0, result }
    }

    fn failed(ready: Here<A>, fault: Fault) -> Here<A> {
        Self(ready.watch).ready(Err(fault))
    }

    fn wait(ready: Here<A>) -> (Option<Answer<A>>, Self::Asked) {
        let (reply_to, asked) = Respond::<A>::send_later(Self(ready.watch));
        (Some(Answer { to: reply_to, result: ready.result, frame: None }), asked)
    }

    fn send_later(self) -> (ReplyTo<A>, Self::Asked) {
        let (sender, answer) = oneshot::channel();
        (ReplyTo { to: Destination::Task(sender, Source::Process), watch: self.0 }, Asked::Later(answer))
    }

    fn go_on(
        work: impl Future<Output = Self::Asked> + Send + 'static,
        held: impl Send + 'static,
    ) -> (impl Future<Output = ()> + Send + 'static, Self::Asked) {
        let (sender, answer) = oneshot::channel();
        let work = async move {
            let asked = work.await;
            drop(held);
            // A caller that has gone away does not take its call with it.
            let _ = sender.send(asked.result().await);
        };
        (work, Asked::Later(answer))
    }
}

impl<A: Actor> ReplyTo<A> {
    /// The answer, ready to leave.
    #[inline]
    fn answer(mut self, result: Result<ReplyOf<A>, Fault>) -> Answer<A> {
        let frame = match &self.to {
            Destination::Conn { conn, id, .. } => conn.prepare(*id, &result),
            Destination::Task(..) | Destination::Nobody => None,
        };
        self.watch.see(&result);
        Answer { to: self, result, frame }
    }
}

/// An answer to a call that runs in place.
#[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
pub(in crate::host) struct Here<A: Actor> {
    watch: CallInstrument,
    result: Result<ReplyOf<A>, Fault>,
}

impl<A: Actor> Output for Here<A> {
    type Released = Asked<ReplyOf<A>>;

    #[inline]
    fn leave(self) -> Asked<ReplyOf<A>> {
        self.watch.end();
        Asked::Here(self.result)
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

    /// The same call, which ends with this fault, whatever it had achieved.
    pub(in crate::host) fn failed(self, fault: Fault) -> Self {
        self.to.answer(Err(fault))
    }
}

impl<A: Actor> Output for Answer<A> {
    type Released = ();

    #[inline]
    fn leave(self) {
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
}
