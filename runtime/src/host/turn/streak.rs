//! Calls that follow each other in one turn of the actor's task at the state.
//!
//! What waits for a busy actor are mostly calls, and most of them do not await. To let go of the state between them, or to have
//! a future for each, would cost more than they do. So the task runs them one after the other with the state in hand: those
//! that do not await here and now (`Dispatch::take_now`), without any future; and if there is one among them that
//! awaits, all in the one future of a turn ([`WriteAccess::run_streak`]), which is boxed once and not for each of them.
//! Those that wait are taken out of the mailbox together, and what the streak has not run is given back ([`ActorBatch`]).

use std::sync::Arc;

use super::{call::Call, quantum::Quantum, write_turn::WriteAccess};
use crate::{
    Action as _, Actor,
    host::{
        ActorCell,
        cell::{ActorBatch, Envelope, mailbox::Queued as _},
    },
};

/// How far a streak has come.
struct Streak<'a, A: Actor> {
    cell: &'a Arc<ActorCell<A>>,
    batch: ActorBatch<'a, A>,
    ran: usize,
    most: usize,
    /// Of the actor's task, which has counted the first call.
    quantum: &'a mut Quantum,
}

impl<'a, A: Actor> Streak<'a, A> {
    /// How many calls may run before the actor's task lets others have its thread.
    const MOST: usize = 64;

    fn new(cell: &'a Arc<ActorCell<A>>, most: usize, quantum: &'a mut Quantum) -> Self {
        Self { cell, batch: cell.mailbox().batch(), ran: 0, most: most.min(Self::MOST), quantum }
    }

    /// A call has run, which may have taken long if it awaited. The next one, if it is such a call and the streak goes on.
    fn next(&mut self, has_awaited: bool, is_such: impl Fn(&Envelope<A>) -> bool) -> Option<Call<A>> {
        self.ran += 1;
        // The others' alarms come by the mailbox.
        if self.ran >= self.most
            || self.quantum.is_over()
            || (has_awaited && own_alarm_is_due(self.cell))
            || self.cell.queues().are_starved()
        {
            return None;
        }
        let others_follow = self.ran + 1 < self.most;
        match self.batch.done_and_next_if(others_follow, is_such)? {
            Envelope::Call(call) => {
                self.quantum.count_turn();
                Some(call)
            }
            _ => None,
        }
    }
}

impl<A: Actor> WriteAccess<A> {
    /// Runs a call that does not await, and such behind it, up to `most` in all. Says how many these were.
    pub(super) fn run_brief_streak(
        &mut self,
        mut call: Call<A>,
        most: usize,
        quantum: &mut Quantum,
    ) -> usize {
        let cell = Arc::clone(self.cell());
        let mut streak = Streak::new(&cell, most, quantum);
        loop {
            self.run_brief(call);
            match streak.next(false, Envelope::is_brief) {
                Some(next) => call = next,
                None => return streak.ran,
            }
        }
    }

    /// Runs a call that may await, and those behind it that need the state to themselves, up to `most` in all. Says how many
    /// these were.
    pub(super) async fn run_streak(
        &mut self,
        mut call: Call<A>,
        most: usize,
        quantum: &mut Quantum,
    ) -> usize {
        let is_such = |next: &Envelope<A>| match next {
            Envelope::Call(call) => call.action.info().mode.is_exclusive(),
            _ => false,
        };
        let cell = Arc::clone(self.cell());
        let mut streak = Streak::new(&cell, most, quantum);
        loop {
            let may_await = call.action.info().mode.is_async();
            if may_await {
                self.run_async(call).await;
            } else {
                self.run_brief(call);
            }
            match streak.next(may_await, is_such) {
                Some(next) => call = next,
                None => return streak.ran,
            }
        }
    }
}

fn own_alarm_is_due<A: Actor>(cell: &ActorCell<A>) -> bool {
    A::EPHEMERAL && cell.durable().has_alarms() && cell.durable().has_alarm_due(cell.shared().clock().now())
}
