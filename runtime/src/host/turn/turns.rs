//! Turns of an actor, for whoever waits for one.

use std::sync::Arc;

use super::{
    call::Call,
    call_chain::Hold,
    read_turn::{ReadTurn, UnderWay},
    write_turn::WriteAccess,
};
use crate::{
    Action as _, Actor, Fault, Mode,
    error::faults,
    host::{ActorCell, cell::start::Starting},
};

/// The turns of an actor.
pub(in crate::host) struct Turns<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<A: Actor> ActorCell<A> {
    pub(in crate::host) fn turns(self: &Arc<Self>) -> Turns<'_, A> {
        Turns(self)
    }
}

impl<A: Actor> Turns<'_, A> {
    /// How often what is left is tried to be saved before the actor goes without.
    const LAST_TRIES: usize = 3;

    /// The turn to write, with a state that may be used: readers are done, what was changed before is on its way
    /// to the store if nothing else is, and a void state was replaced by the saved one.
    pub(in crate::host) async fn write(self) -> Result<WriteAccess<A>, Fault> {
        self.0.queues().fed().await;
        let mut access = self.access().await;
        if self.0.durable().is_invalid() || access.state.is_none() {
            Box::pin(Starting::of(self.0).return_to_saved(&mut access)).await?;
        }
        self.0.saving().if_due(&access);
        Ok(access)
    }

    /// The turn to write, with everything saved.
    pub(in crate::host) async fn write_saved(self) -> Result<WriteAccess<A>, Fault> {
        // A store that fails again and again gets no more than a few tries: no answer waits for any of them.
        for _ in 0..=Self::LAST_TRIES {
            let access = self.write().await?;
            if self.0.durable().is_clean() {
                return Ok(access);
            }
            self.0.saving().now(&access);
            drop(access);
            self.0.durable().saves_ended().await;
        }
        Err(faults::service_unavailable())
    }

    /// A turn to read, with a state that may be used.
    pub(in crate::host) async fn read(self) -> Result<ReadTurn<A>, Fault> {
        self.0.queues().fed().await;
        loop {
            let turn = ReadTurn::new(Arc::clone(self.0), self.0.mailbox().read().await);
            if turn.core().state.is_some() && !self.0.durable().is_invalid() {
                return Ok(turn);
            }
            drop(turn);
            drop(self.write().await?);
        }
    }

    /// The state to oneself, whatever there is of it.
    pub(in crate::host) async fn access(self) -> WriteAccess<A> {
        WriteAccess::new(Arc::clone(self.0), self.0.mailbox().write().await)
    }

    /// Sees to what is to be saved or put right, beside the reads that are under way.
    pub(in crate::host) async fn settle(self) {
        if let Ok(turn) = self.read().await {
            self.0.saving().if_due(turn.core());
        }
    }

    /// A call that comes back to an actor that waits for it, and holds it like this: a read beside a read of the same chain
    /// runs in the same turn, anything else would wait for ever.
    pub(in crate::host) fn take_circular(self, call: Call<A>, held: Hold) {
        let info = call.action.info();
        let reading = match held {
            Hold::Reading(turn) => turn.downcast::<ReadTurn<A>>().ok(),
            Hold::Alone => None,
        };
        match reading {
            Some(turn) if info.mode == Mode::Read => turn.run(call),
            Some(turn) if info.mode == Mode::ReadAsync => turn.spawn(call, UnderWay::uncounted()),
            _ => {
                let link = self.0.link(call.chain.clone(), info.name, None);
                call.refuse(faults::deadlock(&link));
            }
        }
    }
}

impl<A: Actor> Clone for Turns<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Actor> Copy for Turns<'_, A> {}
