//! A piece of code that wants a turn by itself: `ctx.turn`, and what takes from a queue.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::call_chain::Chain;
use crate::{
    Actor, Conn, Fault,
    error::faults,
    host::{
        ActorCell, Flow, Source,
        cell::{
            Envelope,
            envelope::{TurnCall, TurnCode},
        },
    },
};

/// A piece of code that wants a turn, and where what it returns comes.
pub(crate) struct Turn<A: Actor, R> {
    code: TurnCode<A>,
    flow: Flow,
    result: oneshot::Receiver<Result<R, Fault>>,
}

impl<A: Actor, R: Send + 'static> Turn<A, R> {
    /// What is moved for nothing, at most; code that holds more is boxed by itself.
    const LARGE: usize = 1 << 10;

    pub(crate) fn new<F: FnOnce(&mut A) -> R + Send + 'static>(cell: &Arc<ActorCell<A>>, code: F) -> Self {
        if size_of::<F>() > Self::LARGE {
            let code = Box::new(code);
            return Self::of(cell, move |state| code(state));
        }
        Self::of(cell, code)
    }

    /// It takes this connection's share of the actor, if there is one.
    pub(crate) fn on_behalf_of(self, conn: Option<&Conn<A>>) -> Self {
        Self { flow: conn.map_or(self.flow, Conn::flow), ..self }
    }

    /// Runs it in its turn. Code that has a turn of the actor already would wait for itself.
    pub(crate) async fn run(self, cell: &Arc<ActorCell<A>>) -> Result<R, Fault> {
        let chain = Chain::current();
        if chain.holds(cell.id()).is_some() {
            return Err(faults::deadlock(&cell.link(chain, "turn", None)));
        }
        let Turn { code, flow, result } = self;
        let span = cell.spans().hook("turn", None);
        cell.sender().post_awake(Envelope::Turn(Box::new(TurnCall { code, flow, span }))).await?;
        result.await.unwrap_or_else(|_| Err(faults::unanswered()))
    }

    fn of(cell: &Arc<ActorCell<A>>, code: impl FnOnce(&mut A) -> R + Send + 'static) -> Self {
        let (done, result) = oneshot::channel();
        let cell = Arc::clone(cell);
        let code = Box::new(move |state: Result<&mut A, Fault>| {
            let result = state.and_then(|state| cell.guard("queue").run(|| code(state)));
            let ended = result.as_ref().map(drop).map_err(Clone::clone);
            // Whoever asked may have gone away.
            let _ = done.send(result);
            ended
        });
        Self { code, flow: Source::Process.alone(), result }
    }
}
