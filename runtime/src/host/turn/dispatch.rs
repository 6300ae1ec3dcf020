//! What the mailbox of an actor brings, taken in turn by the actor's task.

use std::sync::Arc;

use super::{
    call::Call,
    quantum::Quantum,
    raw::RawRequests,
    read_turn::{ReadTurn, UnderWay},
    write_turn::{WriteAccess, WriteTurn},
};
use crate::{
    Action as _, Actor,
    host::{
        ActorCell,
        cell::{Envelope, envelope::TurnCall, mailbox::Queued as _, parked::Parked},
        connections::connect::run_on_disconnect,
        schedules::firing::FiringAlarms,
    },
    util::log::Instrument as _,
};

/// Runs what the mailbox of an actor brings.
pub(in crate::host) struct Dispatch<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<'a, A: Actor> Dispatch<'a, A> {
    pub(in crate::host) fn of(cell: &'a Arc<ActorCell<A>>) -> Self {
        Self(cell)
    }

    /// What work wants, once it can have its turn: until then it can be told that it will not.
    async fn unparked(self, parked: &Parked<Envelope<A>, ActorCell<A>>) -> Option<Envelope<A>> {
        if parked.is_exclusive()? {
            drop(self.0.turns().access().await);
        } else {
            drop(ReadTurn::new(Arc::clone(self.0), self.0.mailbox().read().await));
        }
        parked.take()
    }

    /// Takes a call that does not await, and as many such behind it as may run together with it, up to `most` in all, if the
    /// state is there and need not be seen to first. Says how many that were, or gives the envelope back.
    pub(in crate::host) fn take_now(
        self,
        envelope: Envelope<A>,
        most: usize,
        quantum: &mut Quantum,
    ) -> Result<usize, Envelope<A>> {
        if !envelope.is_brief() || ActorCell::<A>::HAS_QUEUES {
            return Err(envelope);
        }
        let Some(core) = self.0.mailbox().try_write() else { return Err(envelope) };
        let mut access = WriteAccess::new(Arc::clone(self.0), core);
        match envelope {
            Envelope::Call(call) if access.state.is_some() && !self.0.durable().is_invalid() => {
                self.0.saving().if_due(&access);
                Ok(access.run_brief_streak(call, most, quantum))
            }
            other => Err(other),
        }
    }

    /// Takes an envelope, and as many calls behind it as may run together with it, up to `most` in all. Says how many
    /// envelopes that were.
    pub(in crate::host) async fn take(
        self,
        envelope: Envelope<A>,
        most: usize,
        quantum: &mut Quantum,
        ringing: &mut FiringAlarms,
    ) -> usize {
        let envelope = match envelope {
            Envelope::Parked(parked) => match Box::pin(self.unparked(&parked)).await {
                Some(envelope) => envelope,
                None => return 1,
            },
            other => other,
        };
        match envelope {
            Envelope::Call(call) => self.take_call(call, most, quantum).await,
            other => {
                Box::pin(self.take_other(other, ringing)).await;
                1
            }
        }
    }

    /// Takes an envelope by itself, outside of the steps of the actor's task.
    pub(in crate::host) async fn take_alone(self, envelope: Envelope<A>) {
        self.take(envelope, 1, &mut Quantum::new(), &mut FiringAlarms::default()).await;
    }

    /// What is no call: boxed, as the futures of what is rare are not to make every task larger.
    async fn take_other(self, envelope: Envelope<A>, ringing: &mut FiringAlarms) {
        match envelope {
            Envelope::Connect(connect) => {
                let span = connect.span.clone();
                connect.take(self.0).instrument(span).await;
            }
            Envelope::Request(call) => {
                let span = call.span.clone();
                RawRequests::of(self.0).take(*call).instrument(span).await;
            }
            Envelope::Disconnect(conn) => run_on_disconnect(self.0, conn).await,
            Envelope::Subscribe(asking) => {
                let span = asking.span.clone();
                asking.take(self.0).instrument(span).await;
            }
            Envelope::Turn(turn) => self.take_turn(*turn).await,
            Envelope::Alarms(done) => ringing.begin(Some(done)),
            // Calls are taken by the caller, and what is parked is one, or a turn.
            Envelope::Call(_) | Envelope::Parked(_) => {}
        }
    }

    async fn take_call(self, call: Call<A>, most: usize, quantum: &mut Quantum) -> usize {
        let mode = call.action.info().mode;
        if mode.is_exclusive() {
            match self.0.turns().write().await {
                Ok(mut access) => return access.run_streak(call, most, quantum).await,
                Err(fault) => call.refuse(fault),
            }
        } else {
            match self.0.turns().read().await {
                Ok(turn) if mode.is_async() => {
                    let under_way = UnderWay::begin(self.0, call.flow());
                    Arc::new(turn).spawn(call, under_way);
                }
                Ok(turn) => turn.run(call),
                Err(fault) => call.refuse(fault),
            }
        }
        1
    }

    async fn take_turn(self, turn: TurnCall<A>) {
        let TurnCall { code, span, .. } = turn;
        let mut access = match self.0.turns().write().await {
            Ok(access) => access,
            Err(fault) => return drop(code(Err(fault))),
        };
        let mut turn = WriteTurn::begin(&mut access, "queue", None);
        let result = span.in_scope(|| turn.run_piece(code));
        // What the code returned has left already, so it says nothing of what is saved.
        drop(turn.end(result));
    }
}

impl<A: Actor> Clone for Dispatch<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Actor> Copy for Dispatch<'_, A> {}
