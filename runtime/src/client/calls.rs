//! The calls of a connection that are not answered yet.
//!
//! A call has two halves: [`Call`] is with the caller, and [`PendingCall`] goes to the connection's task. They
//! share the action in a slot, and whichever half takes it out decides the call's fate. The task takes it to send
//! it; from then on an error can only say that the call may have been applied. The caller takes it when it stops
//! waiting, and then the call is never sent. So `NotSent` and `MaybeApplied` are told apart without a question to
//! the task.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};

use super::{link::LinkOutgoing, status::ConnectionError};
use crate::{CallError, Contract, contract::ReplyOf};

/// Where the reply to one call goes.
pub(super) type ReplySender<C> = oneshot::Sender<Result<ReplyOf<C>, CallError>>;

/// The action of a call, until the task sends it or the caller cancels it: see the module.
type ActionSlot<C> = Arc<Mutex<Option<<C as Contract>::Action>>>;

/// The caller's half of a call. If it is dropped before the call was sent, the call is never sent.
pub(super) struct Call<C: Contract> {
    action: ActionSlot<C>,
    reply: oneshot::Receiver<Result<ReplyOf<C>, CallError>>,
}

/// The task's half of a call.
pub(super) struct PendingCall<C: Contract> {
    action: ActionSlot<C>,
    reply_to: ReplyTo<C>,
}

/// Where the reply to a call goes, which also decides how long the call is worth sending.
enum ReplyTo<C: Contract> {
    /// To the caller, as long as it waits at the other end.
    Caller(ReplySender<C>),
    /// To nobody. The call is sent before this time, or never.
    Nobody(Option<Instant>),
}

/// Both halves of a new call.
pub(super) fn begin<C: Contract>(action: C::Action) -> (Call<C>, PendingCall<C>) {
    let action = Arc::new(Mutex::new(Some(action)));
    let (answer, reply) = oneshot::channel();
    (Call { action: Arc::clone(&action), reply }, PendingCall { action, reply_to: ReplyTo::Caller(answer) })
}

/// A call without a reply. It is sent within `limit`, or never.
pub(super) fn tell<C: Contract>(action: C::Action, limit: Option<Duration>) -> PendingCall<C> {
    let until = limit.and_then(|limit| Instant::now().checked_add(limit));
    PendingCall { action: Arc::new(Mutex::new(Some(action))), reply_to: ReplyTo::Nobody(until) }
}

impl<C: Contract> PendingCall<C> {
    fn is_abandoned(&self) -> bool {
        match &self.reply_to {
            ReplyTo::Caller(answer) => answer.is_closed(),
            ReplyTo::Nobody(until) => until.is_some_and(|until| until <= Instant::now()),
        }
    }
}

impl<C: Contract> Call<C> {
    /// Waits for the reply, for `limit` at most. `why_unsent` says what kept the call from being sent in that
    /// time.
    pub(super) async fn answer(
        mut self,
        limit: Option<Duration>,
        why_unsent: impl FnOnce(Duration) -> String,
    ) -> Result<ReplyOf<C>, CallError> {
        let answered = match limit {
            None => (&mut self.reply).await,
            Some(limit) => match timeout(limit, &mut self.reply).await {
                Ok(answered) => answered,
                Err(_) if self.cancel() => return Err(CallError::NotSent(why_unsent(limit))),
                Err(_) => return Err(CallError::MaybeApplied(format!("no answer within {limit:?}"))),
            },
        };
        answered.unwrap_or_else(|_| {
            let stopped = "the runtime of the connection stopped before the answer".to_owned();
            Err(if self.cancel() { CallError::NotSent(stopped) } else { CallError::MaybeApplied(stopped) })
        })
    }

    /// Keeps the call from being sent. `false` if it has been sent already.
    fn cancel(&self) -> bool {
        self.action.lock().take().is_some()
    }
}

impl<C: Contract> Drop for Call<C> {
    fn drop(&mut self) {
        // The arguments are freed now, and not when a connection opens that may never open.
        self.cancel();
    }
}

/// Calls that wait for the connection to open, and calls that wait for their answer.
pub(super) struct Calls<C: Contract> {
    /// Ids count up for the life of the connection; a reconnect does not begin anew.
    next_id: u64,
    queued: VecDeque<PendingCall<C>>,
    /// The length of the queue above which calls that were cancelled are removed from it.
    prune_above: usize,
    in_flight: HashMap<u64, ReplySender<C>>,
}

impl<C: Contract> Default for Calls<C> {
    fn default() -> Self {
        Self { next_id: 0, queued: VecDeque::new(), prune_above: 0, in_flight: HashMap::new() }
    }
}

impl<C: Contract> Calls<C> {
    /// Keeps a call until the connection is open.
    pub(super) fn queue(&mut self, call: PendingCall<C>) {
        if self.queued.len() > self.prune_above {
            self.queued.retain(|call| !call.is_abandoned());
            self.prune_above = 64.max(2 * self.queued.len());
        }
        self.queued.push_back(call);
    }

    /// Sends all queued calls, in order.
    pub(super) fn send_queued(&mut self, link: &mpsc::UnboundedSender<LinkOutgoing<C>>) {
        for call in std::mem::take(&mut self.queued) {
            self.send(call, link);
        }
    }

    /// Sends a call, unless its caller has stopped waiting. If the link turns out to be gone, the call is queued
    /// for the next link.
    pub(super) fn send(&mut self, call: PendingCall<C>, link: &mpsc::UnboundedSender<LinkOutgoing<C>>) {
        let action = call.action.lock().take();
        let Some(action) = action.filter(|_| !call.is_abandoned()) else { return };
        let id = self.next_id;
        match link.send(LinkOutgoing::Call { id, action }) {
            Ok(()) => {
                self.next_id += 1;
                if let ReplyTo::Caller(answer) = call.reply_to {
                    self.in_flight.insert(id, answer);
                }
            }
            Err(mpsc::error::SendError(LinkOutgoing::Call { action, .. })) => {
                *call.action.lock() = Some(action);
                self.queue(call);
            }
            Err(_) => {}
        }
    }

    /// Passes the reply to the caller with this id. An unknown id is that of a call that has already failed.
    pub(super) fn answer(&mut self, id: u64, result: Result<ReplyOf<C>, CallError>) {
        if let Some(answer) = self.in_flight.remove(&id) {
            // The caller may have stopped waiting.
            let _ = answer.send(result);
        }
    }

    /// Fails the calls that were sent over a link that is gone. Each may have been applied, or not.
    pub(super) fn fail_in_flight(&mut self, why: &ConnectionError) {
        for (_, answer) in self.in_flight.drain() {
            let _ = answer.send(Err(CallError::MaybeApplied(why.to_string())));
        }
    }

    /// Fails the queued calls, which were not sent, because no link follows.
    pub(super) fn fail_queued(&mut self, why: &ConnectionError) {
        for call in self.queued.drain(..) {
            if let ReplyTo::Caller(answer) = call.reply_to {
                let _ = answer.send(Err(why.to_call_error()));
            }
        }
    }
}

#[cfg(test)]
impl<C: Contract> PendingCall<C> {
    /// Whether the caller has cancelled it.
    pub(super) fn is_cancelled(&self) -> bool {
        self.action.lock().is_none()
    }
}

#[cfg(test)]
impl<C: Contract> Calls<C> {
    pub(super) fn queued(&self) -> usize {
        self.queued.len()
    }
}
