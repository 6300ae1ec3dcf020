//! Dormant actors: they are awake, and have no task.
//!
//! Most actors that are awake wait for their next call, and that runs on the task of whoever makes it (`host/turn`). A task of
//! their own would be a third of what they take in memory. So it ends where it would wait, and is spawned again with the first
//! thing that needs it.
//!
//! ```text
//!                next_or_leave: nothing waits, and it is not time to look
//!   [ has a task ] ------------------------------------------------------> [ dormant ]
//!          ^                                                                    |
//!          '--------------------------------------------------------------------'
//!                Mailbox wakes: an envelope, a nudge, the sleep timer, a stop
//! ```
//!
//! 1. *Who decides.* The task does, under the lock of the mailbox, where it has found nothing to do: it leaves a waker that
//!    is the actor itself ([`Wake`]), in the place where it would leave its own. From then on it touches nothing.
//! 2. *Who owns the actor.* That waker does: the actor itself. Whatever wakes takes the waker out of the mailbox, and gives
//!    what it owns to the task that it spawns. So exactly one of these is there at any time, from the start to the end: a
//!    task, a waker, or somebody between the two.
//! 3. *Who is dormant.* Nobody that has connections, a `#[run]`, or work that keeps it awake or is waited for: they need their
//!    task soon. Nobody either whose task remembers something: alarms of its own, a sleep that is to be tried again.
//!    A task that has taken something from the mailbox lets all others run once before it leaves, as more may follow.
//! 4. *Who wakes it to sleep.* The sleep timer does, where every dormant actor is entered: it is entered by its task before
//!    that leaves, and whoever is taken out is woken.
//! 5. *A stop* closes all mailboxes, which wakes. It waits for every actor that is awake, which has a token of the tracker
//!    of tasks until it is closed; so none is missed while it is between a waker and a task.
//! 6. *tokio's runtime is shut down.* It drops tasks, and a dormant actor has none. But the task of the sleep timer is
//!    dropped too, and tells all who are entered: those that are dormant are closed there.
//! 7. *Woken where the runtime is shut down.* tokio drops a task that is spawned then at once, on the stack of whoever wakes,
//!    which may hold locks that the end of an actor takes: the gate's, or the table's. So a task that is dropped before it
//!    ever ran is dropped again elsewhere, by a thread that holds none ([`Elsewhere`]).

use std::{sync::Arc, task::Wake};

use super::{
    sleep_timer::{OnRuntime, Sleeper as _},
    spawn::spawn,
    task::ActorTask,
};
use crate::{Actor, host::ActorCell, util::drop_elsewhere::Elsewhere};

impl<A: Actor> Wake for ActorCell<A> {
    /// It has something to do: its task is spawned again.
    fn wake(self: Arc<Self>) {
        let woken = Elsewhere::new(ActorTask::new(&self));
        spawn(&self, async move { woken.take().go_on().await });
    }
}

impl<A: Actor> OnRuntime for ActorCell<A> {
    fn runtime_is_over(self: Arc<Self>) {
        match self.mailbox().take_dormant() {
            Some(itself) => {
                drop(itself);
                // Nobody is to run it any more, so its end is that of its task.
                drop(ActorTask::new(&self));
            }
            // Its task is dropped, or sees to it where it yields.
            None => self.look_now(),
        }
    }
}

#[cfg(all(test, feature = "client"))]
mod tests;
