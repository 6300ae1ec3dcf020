//! The calls of a connection that are not answered yet.

use std::collections::{HashMap, VecDeque};

use tokio::sync::{mpsc, oneshot};

use super::{
    link::{ReplyOf, ToServer},
    status::ConnectionError,
};
use crate::{CallError, Contract};

/// Where the answer of one call goes.
pub(super) type Answer<C> = oneshot::Sender<Result<ReplyOf<C>, CallError>>;

/// Calls that wait for the connection to open, and calls that wait for their answer.
pub(super) struct Calls<C: Contract> {
    /// Ids count up for the life of the connection; a reconnect does not begin anew.
    next_id: u64,
    queued: VecDeque<(C::Action, Answer<C>)>,
    in_flight: HashMap<u64, Answer<C>>,
}

impl<C: Contract> Default for Calls<C> {
    fn default() -> Self {
        Self { next_id: 0, queued: VecDeque::new(), in_flight: HashMap::new() }
    }
}

impl<C: Contract> Calls<C> {
    /// Keeps a call until there is a link.
    pub(super) fn queue(&mut self, action: C::Action, answer: Answer<C>) {
        self.queued.push_back((action, answer));
    }

    /// Sends all that waited, in order.
    pub(super) fn send_queued(&mut self, link: &mpsc::UnboundedSender<ToServer<C>>) {
        while let Some((action, answer)) = self.queued.pop_front() {
            self.send(action, answer, link);
        }
    }

    /// Sends a call, unless its caller has stopped waiting. If the link turns out to be gone, the call stays unsent
    /// and waits for the next one.
    pub(super) fn send(
        &mut self,
        action: C::Action,
        answer: Answer<C>,
        link: &mpsc::UnboundedSender<ToServer<C>>,
    ) {
        if answer.is_closed() {
            return;
        }
        let id = self.next_id;
        match link.send(ToServer::Call { id, action }) {
            Ok(()) => {
                self.next_id += 1;
                self.in_flight.insert(id, answer);
            }
            Err(mpsc::error::SendError(ToServer::Call { action, .. })) => self.queue(action, answer),
            Err(_) => {}
        }
    }

    /// Answers the call with this id. One that is unknown was given up, or is none of ours.
    pub(super) fn answer(&mut self, id: u64, result: Result<ReplyOf<C>, CallError>) {
        if let Some(answer) = self.in_flight.remove(&id) {
            // A caller that is gone is no error.
            let _ = answer.send(result);
        }
    }

    /// The link is gone: what was sent over it may have been applied, or not.
    pub(super) fn break_in_flight(&mut self, why: &ConnectionError) {
        for (_, answer) in self.in_flight.drain() {
            let _ = answer.send(Err(CallError::MaybeApplied(why.to_string())));
        }
    }

    /// There will be no link any more: what was queued was surely not sent.
    pub(super) fn refuse_queued(&mut self, why: &ConnectionError) {
        for (_, answer) in self.queued.drain(..) {
            let _ = answer.send(Err(why.to_call_error()));
        }
    }
}
