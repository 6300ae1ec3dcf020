//! Raw requests and raw sockets: what clients send that is no action.

use std::{sync::Arc, time::Duration};

use hyper::body::Body as HttpBody;
use tokio::sync::oneshot;

use super::{
    catch::guarded_hook,
    panics::Code,
    write_turn::{WriteAccess, WriteTurn},
};
use crate::{
    Actor, Body, Conn, Fault, RawSocket, RequestTurn,
    delivery::outbox::Close,
    error::faults,
    host::{
        ActorCell, HangUp, Pending as _, PendingOutput, Source,
        cell::{Envelope, envelope::RawCall, keep_alive::KeepAliveGuard, lifecycle::Phase},
        connections::route::ActorRoute,
    },
    util::map_body::through,
    util::{
        log::{Instrument as _, Span},
        task,
    },
};

type Response = http::Response<Body>;

impl<A: Actor> ActorCell<A> {
    /// How long the handler of a socket may go on when its actor does not.
    const SOCKET_END: Duration = Duration::from_secs(5);

    pub(in crate::host) async fn raw_request(
        self: Arc<Self>,
        request: http::Request<Body>,
        caller: Option<Conn<A>>,
        source: Source,
    ) -> Result<Response, Fault> {
        if A::HOOKS.on_request.is_none() {
            return Err(faults::no_request_handler());
        }
        let (reply, response) = oneshot::channel();
        let span = Span::current();
        self.post_awake(Envelope::Request(Box::new(RawCall { request, caller, reply, source, span })))
            .await?;
        response.await.unwrap_or_else(|_| Err(faults::unanswered()))
    }

    pub(in crate::host) async fn take_request(self: &Arc<Self>, call: RawCall<A>) {
        match A::HOOKS.on_request {
            None => call.refuse(faults::no_request_handler()),
            Some(RequestTurn::Beside) => self.spawn_beside(call),
            Some(RequestTurn::Read) => self.spawn_reading(call).await,
            Some(RequestTurn::Write) => match self.write().await {
                Ok(mut access) => self.request_alone(&mut access, call).await,
                Err(fault) => call.refuse(fault),
            },
        }
    }

    /// Answers beside other reads: on a task of its own, whose turn holds off whoever wants to write.
    async fn spawn_reading(self: &Arc<Self>, call: RawCall<A>) {
        let turn = match self.read().await {
            Ok(turn) => Arc::new(turn),
            Err(fault) => return call.refuse(fault),
        };
        let (cell, kept) = (Arc::clone(self), KeepAliveGuard::new(Arc::clone(self)));
        let span = self.hook_span("on_request", call.caller.as_ref());
        let read = async move {
            let RawCall { request, caller, reply, .. } = call;
            let answering =
                turn.run_hook("on_request", A::OPTIONS.action_timeout, caller, async |state, ctx| {
                    state.request_read(ctx, request).await
                });
            let result = answering.await;
            cell.respond(reply, result.and_then(|answered| answered));
            drop((turn, kept));
        };
        task::spawn_in(self.shared().tasks(), read.instrument(span));
    }

    /// Answers beside the actor's turns, whoever has them.
    fn spawn_beside(self: &Arc<Self>, call: RawCall<A>) {
        let (cell, kept) = (Arc::clone(self), KeepAliveGuard::new(Arc::clone(self)));
        let span = self.hook_span("on_request", call.caller.as_ref());
        let run = async move {
            let RawCall { request, caller, reply, .. } = call;
            let ctx = cell.ctx(caller);
            let result =
                cell.guarded("on_request", A::OPTIONS.action_timeout, A::request_beside(ctx, request)).await;
            cell.respond(reply, result.and_then(|answered| answered));
            drop(kept);
        };
        task::spawn_in(self.shared().tasks(), run.instrument(span));
    }

    async fn request_alone(self: &Arc<Self>, access: &mut WriteAccess<A>, call: RawCall<A>) {
        let span = self.hook_span("on_request", call.caller.as_ref());
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
    fn respond(
        self: &Arc<Self>,
        reply: oneshot::Sender<Result<Response, Fault>>,
        result: Result<Response, Fault>,
    ) {
        let kept = KeepAliveGuard::new(Arc::clone(self));
        // Its body keeps the actor awake until it is written.
        let result = result.map(|response| response.map(|body| through(body, kept, HttpBody::poll_frame)));
        let held = PendingOutput::Held(Box::new(move |saved| {
            if let Err(unsent) = reply.send(saved.and(result)) {
                // Whoever asked has gone away. What drops the body may come back to the gate, which is locked here.
                tokio::spawn(async move { drop(unsent) });
            }
        }));
        if let Err(void) = self.durable().gate().send(held) {
            void.fail(faults::rolled_back());
        }
    }

    /// What is dropped when a raw socket is gone.
    pub(in crate::host) fn raw_line(self: &Arc<Self>, conn: Conn<A>) -> HangUp {
        Box::new(RawLine(ActorRoute::new(self, conn)))
    }

    /// Runs the handler of a socket, which keeps the actor awake.
    pub(in crate::host) fn start_socket(self: &Arc<Self>, conn: Conn<A>, socket: RawSocket) {
        let outcome = socket.outcome();
        let cell = Arc::clone(self);
        let span = self.hook_span("on_websocket", Some(&conn));
        let ctx = self.ctx(Some(conn));
        let (broadcasts, shared) = (Arc::clone(self.connections().broadcasts()), Arc::clone(self.shared()));
        let kept = KeepAliveGuard::new(Arc::clone(self));
        let run = async move {
            let over = async {
                cell.lifecycle().reached(Phase::Closing).await;
                // The socket is closed; its handler has seen that, or will.
                tokio::time::sleep(Self::SOCKET_END).await;
            };
            let what = Code {
                panics: shared.panics(),
                name: (<A::Contract as crate::Contract>::NAME, "on_websocket"),
            };
            let handling =
                broadcasts.corked_beside(guarded_hook(what, Duration::MAX, A::websocket(ctx, socket)));
            let ended = tokio::select! {
                ended = handling => ended.and_then(|ended| ended),
                () = over => Err(faults::service_unavailable()),
            };
            if let (Err(fault), Some(outcome)) = (ended, outcome) {
                outcome.failed(Close::of_fault(&fault));
            }
            drop(kept);
        };
        self.keep_alive().spawn_unit_work(run.instrument(span));
    }
}

/// The end of a raw socket at its actor, which is told when this is dropped.
struct RawLine<A: Actor>(Arc<ActorRoute<A>>);

impl<A: Actor> Drop for RawLine<A> {
    fn drop(&mut self) {
        self.0.hang_up();
    }
}
