//! The calls of a connection that are not answered yet.

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

use super::{link::ToServer, status::ConnectionError};
use crate::{CallError, Contract, contract::ReplyOf};

/// Where the answer of one call goes.
pub(super) type Answer<C> = oneshot::Sender<Result<ReplyOf<C>, CallError>>;

/// The action of a call, until it is sent or taken back: whoever takes it out decides which of the two.
type Slot<C> = Arc<Mutex<Option<<C as Contract>::Action>>>;

/// A call as its caller has it. Dropped before it was sent, it never is.
pub(super) struct Call<C: Contract> {
    action: Slot<C>,
    reply: oneshot::Receiver<Result<ReplyOf<C>, CallError>>,
}

/// A call on its way to the server.
pub(super) struct Pending<C: Contract> {
    action: Slot<C>,
    wanted: Wanted<C>,
}

/// For how long a call is worth sending, and where its answer goes.
enum Wanted<C: Contract> {
    /// As long as somebody waits here.
    Answer(Answer<C>),
    /// Nobody waits; until then, if it has a limit.
    Nothing(Option<Instant>),
}

/// A call, for both sides.
pub(super) fn begin<C: Contract>(action: C::Action) -> (Call<C>, Pending<C>) {
    let action = Arc::new(Mutex::new(Some(action)));
    let (answer, reply) = oneshot::channel();
    (Call { action: Arc::clone(&action), reply }, Pending { action, wanted: Wanted::Answer(answer) })
}

/// A call whose answer nobody waits for. It is sent within `limit`, or never.
pub(super) fn tell<C: Contract>(action: C::Action, limit: Option<Duration>) -> Pending<C> {
    let until = limit.and_then(|limit| Instant::now().checked_add(limit));
    Pending { action: Arc::new(Mutex::new(Some(action))), wanted: Wanted::Nothing(until) }
}

impl<C: Contract> Pending<C> {
    fn is_given_up(&self) -> bool {
        match &self.wanted {
            Wanted::Answer(answer) => answer.is_closed(),
            Wanted::Nothing(until) => until.is_some_and(|until| until <= Instant::now()),
        }
    }
}

impl<C: Contract> Call<C> {
    /// Waits for the answer, for so long. `why_unsent` says what kept the call from being sent in that time.
    pub(super) async fn answer(
        mut self,
        limit: Option<Duration>,
        why_unsent: impl FnOnce(Duration) -> String,
    ) -> Result<ReplyOf<C>, CallError> {
        let answered = match limit {
            None => (&mut self.reply).await,
            Some(limit) => match timeout(limit, &mut self.reply).await {
                Ok(answered) => answered,
                Err(_) if self.take_back() => return Err(CallError::NotSent(why_unsent(limit))),
                Err(_) => return Err(CallError::MaybeApplied(format!("no answer within {limit:?}"))),
            },
        };
        answered.unwrap_or_else(|_| {
            let stopped = "the runtime of the connection stopped before the answer".to_owned();
            Err(if self.take_back() { CallError::NotSent(stopped) } else { CallError::MaybeApplied(stopped) })
        })
    }

    /// Whether the call was not sent, which it will never be.
    fn take_back(&self) -> bool {
        self.action.lock().take().is_some()
    }
}

impl<C: Contract> Drop for Call<C> {
    fn drop(&mut self) {
        // Its arguments shall not wait for a connection that may never open.
        self.take_back();
    }
}

/// Calls that wait for the connection to open, and calls that wait for their answer.
pub(super) struct Calls<C: Contract> {
    /// Ids count up for the life of the connection; a reconnect does not begin anew.
    next_id: u64,
    queued: VecDeque<Pending<C>>,
    /// How many may be queued before those that were taken back are let go.
    room: usize,
    in_flight: HashMap<u64, Answer<C>>,
}

impl<C: Contract> Default for Calls<C> {
    fn default() -> Self {
        Self { next_id: 0, queued: VecDeque::new(), room: 0, in_flight: HashMap::new() }
    }
}

impl<C: Contract> Calls<C> {
    /// Keeps a call until there is a link.
    pub(super) fn queue(&mut self, call: Pending<C>) {
        if self.queued.len() > self.room {
            self.queued.retain(|call| !call.is_given_up());
            self.room = 64.max(2 * self.queued.len());
        }
        self.queued.push_back(call);
    }

    /// Sends all that waited, in order.
    pub(super) fn send_queued(&mut self, link: &mpsc::UnboundedSender<ToServer<C>>) {
        for call in std::mem::take(&mut self.queued) {
            self.send(call, link);
        }
    }

    /// Sends a call, unless its caller has stopped waiting. If the link turns out to be gone, the call stays unsent
    /// and waits for the next one.
    pub(super) fn send(&mut self, call: Pending<C>, link: &mpsc::UnboundedSender<ToServer<C>>) {
        let action = call.action.lock().take();
        let Some(action) = action.filter(|_| !call.is_given_up()) else { return };
        let id = self.next_id;
        match link.send(ToServer::Call { id, action }) {
            Ok(()) => {
                self.next_id += 1;
                if let Wanted::Answer(answer) = call.wanted {
                    self.in_flight.insert(id, answer);
                }
            }
            Err(mpsc::error::SendError(ToServer::Call { action, .. })) => {
                *call.action.lock() = Some(action);
                self.queue(call);
            }
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
        for call in self.queued.drain(..) {
            if let Wanted::Answer(answer) = call.wanted {
                let _ = answer.send(Err(why.to_call_error()));
            }
        }
    }
}

#[cfg(test)]
impl<C: Contract> Pending<C> {
    /// Whether it was taken back.
    pub(super) fn is_empty(&self) -> bool {
        self.action.lock().is_none()
    }
}

#[cfg(test)]
impl<C: Contract> Calls<C> {
    pub(super) fn queued(&self) -> usize {
        self.queued.len()
    }
}
