//! Raw requests: what clients send over HTTP that is no action.

use std::sync::Arc;

use hyper::body::Body as HttpBody;
use tokio::sync::oneshot;

use super::write_turn::{WriteAccess, WriteTurn};
use crate::{
    Actor, Body, Conn, Ctx, Fault, RequestTurn,
    error::faults,
    host::{
        ActorCell, Pending as _, PendingOutput, Source,
        cell::{Envelope, envelope::RawCall, keep_alive::KeepAliveGuard},
    },
    util::map_body::through,
    util::{
        drop_elsewhere::drop_in_task,
        log::{Instrument as _, Span},
        task,
    },
};

type Response = http::Response<Body>;

/// The raw requests of an actor.
pub(in crate::host) struct RawRequests<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<'a, A: Actor> RawRequests<'a, A> {
    pub(in crate::host) fn of(cell: &'a Arc<ActorCell<A>>) -> Self {
        Self(cell)
    }

    pub(in crate::host) async fn send(
        self,
        request: http::Request<Body>,
        caller: Option<Conn<A>>,
        source: Source,
    ) -> Result<Response, Fault> {
        if A::HOOKS.on_request.is_none() {
            return Err(faults::no_request_handler());
        }
        let (reply, response) = oneshot::channel();
        let span = Span::current();
        self.0
            .sender()
            .post_awake(Envelope::Request(Box::new(RawCall { request, caller, reply, source, span })))
            .await?;
        response.await.unwrap_or_else(|_| Err(faults::unanswered()))
    }

    pub(in crate::host) async fn take(&self, call: RawCall<A>) {
        match A::HOOKS.on_request {
            None => call.refuse(faults::no_request_handler()),
            Some(RequestTurn::Beside) => self.spawn_beside(call),
            Some(RequestTurn::Read) => self.spawn_reading(call).await,
            Some(RequestTurn::Write) => match self.0.turns().write().await {
                Ok(mut access) => self.request_alone(&mut access, call).await,
                Err(fault) => call.refuse(fault),
            },
        }
    }

    /// Answers beside other reads: on a task of its own, whose turn holds off whoever wants to write.
    async fn spawn_reading(&self, call: RawCall<A>) {
        let turn = match self.0.turns().read().await {
            Ok(turn) => Arc::new(turn),
            Err(fault) => return call.refuse(fault),
        };
        let (cell, kept) = (Arc::clone(self.0), KeepAliveGuard::new(Arc::clone(self.0)));
        let span = self.0.spans().hook("on_request", call.caller.as_ref());
        let read = async move {
            let RawCall { request, caller, reply, .. } = call;
            let answering =
                turn.run_hook("on_request", A::OPTIONS.action_timeout, caller, async |state, ctx| {
                    state.request_read(ctx, request).await
                });
            let result = answering.await;
            RawRequests::of(&cell).respond(reply, result.and_then(|answered| answered));
            drop((turn, kept));
        };
        task::spawn_in(self.0.shared().tasks(), read.instrument(span));
    }

    /// Answers beside the actor's turns, whoever has them.
    fn spawn_beside(&self, call: RawCall<A>) {
        let (cell, kept) = (Arc::clone(self.0), KeepAliveGuard::new(Arc::clone(self.0)));
        let span = self.0.spans().hook("on_request", call.caller.as_ref());
        let run = async move {
            let RawCall { request, caller, reply, .. } = call;
            let ctx = Ctx::of_turn(Arc::clone(&cell), caller);
            let result = cell
                .guard("on_request")
                .run_hook(A::OPTIONS.action_timeout, A::request_beside(ctx, request))
                .await;
            RawRequests::of(&cell).respond(reply, result.and_then(|answered| answered));
            drop(kept);
        };
        task::spawn_in(self.0.shared().tasks(), run.instrument(span));
    }

    async fn request_alone(&self, access: &mut WriteAccess<A>, call: RawCall<A>) {
        let span = self.0.spans().hook("on_request", call.caller.as_ref());
        let RawCall { request, caller, reply, .. } = call;
        let run = async {
            let mut turn = WriteTurn::begin_awaiting(access, "on_request", caller);
            let limit = A::OPTIONS.action_timeout;
            let result = turn.run(limit, async |state, ctx| state.request_write(ctx, request).await).await;
            match turn.end(result) {
                Ok(answered) => self.respond(reply, answered),
                // Whoever asked may have gone away.
                Err(fault) => drop(reply.send(Err(fault))),
            }
        };
        run.instrument(span).await;
    }

    /// Hands a response over once what it speaks of is saved. Its body is written after that, beside the actor's
    /// turns, and keeps the actor awake meanwhile.
    fn respond(&self, reply: oneshot::Sender<Result<Response, Fault>>, result: Result<Response, Fault>) {
        let kept = KeepAliveGuard::new(Arc::clone(self.0));
        // Its body keeps the actor awake until it is written.
        let result = result.map(|response| response.map(|body| through(body, kept, HttpBody::poll_frame)));
        let held = PendingOutput::Held(Box::new(move |saved| {
            if let Err(unsent) = reply.send(saved.and(result)) {
                // Whoever asked has gone away. What drops the body may come back to the gate, which is locked here.
                drop_in_task(unsent);
            }
        }));
        if let Err(void) = self.0.durable().gate().send(held) {
            void.fail(faults::rolled_back());
        }
    }
}
