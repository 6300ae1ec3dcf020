//! Calls that run where they are made: on the task of whoever makes them, if the actor is idle.
//!
//! Most actors are idle whenever they are called. Then a call costs no switch of tasks: it takes the state out of the mailbox,
//! runs, and puts it back. Its answer comes back as a value, without a channel, unless it has to wait
//! ([`Respond`](super::call::Respond)). A call of an action that awaits begins here too, and gets a task of its own where it
//! waits for the first time.
//!
//! Calls that come meanwhile wait in the mailbox, and are run by whoever gives the state back
//! ([`WriteAccess::finish`]), for [`LONGEST`] at most; the rest is for the actor's task.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use super::{
    begin::begin,
    call::{Call, Respond},
    call_scope,
    read_turn::{ReadTurn, UnderWay},
    write_turn::WriteAccess,
};
use crate::{
    Action as _, Actor, Mode,
    host::{
        ActorCell,
        cell::{Core, Envelope, keep_alive::LifecycleRequest},
        connections::read_batch,
    },
    util::log,
};

/// How long somebody runs the calls of others at most, and how many of them.
const LONGEST: Duration = Duration::from_micros(50);
const MOST: usize = 64;

/// How deep actors that call each other may run on one stack.
const MAX_NESTED: usize = 4;

/// A call that has to wait, and its actor.
pub(in crate::host) struct Unrun<A: Actor, R> {
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
    pub(in crate::host) cell: Arc<ActorCell<A>>,
    pub(in crate::host) call: Call<A, R>,
}

/// Runs a call here and now if the actor is idle. Gives it back if it has to wait.
#[inline]
pub(in crate::host) fn run_if_idle<A: Actor, R: Respond<A>>(
    cell: Arc<ActorCell<A>>,
    call: Call<A, R>,
) -> Result<R::Asked, Unrun<A, R>> {
    match call.action.info().mode {
        Mode::Read | Mode::Write => run_in_place(cell, call),
        Mode::ReadAsync | Mode::WriteAsync => {
            begin_in_place(&cell, call).map_err(|call| Unrun { cell, call })
        }
    }
}

#[inline]
fn run_in_place<A: Actor, R: Respond<A>>(
    cell: Arc<ActorCell<A>>,
    call: Call<A, R>,
) -> Result<R::Asked, Unrun<A, R>> {
    let Some(core) = cell.mailbox().take_if_idle() else { return Err(Unrun { cell, call }) };
    // The turn has the caller's hold on the actor, and needs none of its own.
    let mut access = WriteAccess::new(cell, core);
    if !may_begin(access.cell(), &access) {
        return Err(unrun(&access, call));
    }
    match access.run_if_sound(call) {
        Ok(asked) => {
            access.cell().used();
            access.finish();
            Ok(asked)
        }
        Err(call) => Err(unrun(&access, call)),
    }
}

#[cold]
fn unrun<A: Actor, R>(access: &WriteAccess<A>, call: Call<A, R>) -> Unrun<A, R> {
    Unrun { cell: Arc::clone(access.cell()), call }
}

/// The same for an action that awaits: it begins here, and where it waits for the first time it gets a task of its
/// own to go on in.
fn begin_in_place<A: Actor, R: Respond<A>>(
    cell: &Arc<ActorCell<A>>,
    call: Call<A, R>,
) -> Result<R::Asked, Call<A, R>> {
    if call.chain.len() >= MAX_NESTED || !is_in_runtime() {
        return Err(call);
    }
    if call.action.info().mode.is_exclusive() {
        let Some(core) = cell.mailbox().take_if_idle() else { return Err(call) };
        let mut access = WriteAccess::new(Arc::clone(cell), core);
        if !may_begin(cell, &access) || !cell.durable().is_open() {
            return Err(call);
        }
        cell.used();
        let run = async move {
            let asked = access.run_async(call).await;
            access.finish();
            asked
        };
        Ok(begin::<A, R>(cell, run, || cell.mailbox().goes_on()))
    } else {
        let Some(turn) = read_if_idle(cell) else { return Err(call) };
        let Some(under_way) = UnderWay::try_begin(cell, call.flow()) else { return Err(call) };
        cell.used();
        let read = async move {
            let asked = turn.run_async(call).await;
            drop(under_way);
            asked
        };
        Ok(begin::<A, R>(cell, read, || ()))
    }
}

/// The state to read, likewise.
fn read_if_idle<A: Actor>(cell: &Arc<ActorCell<A>>) -> Option<Arc<ReadTurn<A>>> {
    let core = cell.mailbox().share_if_idle()?;
    let turn = ReadTurn::new(Arc::clone(cell), core);
    (may_begin(cell, turn.core()) && cell.durable().is_open()).then(|| Arc::new(turn))
}

/// Whether a call may run past the mailbox, by what need not be looked up at the gate.
#[inline]
fn may_begin<A: Actor>(cell: &Arc<ActorCell<A>>, core: &Core<A>) -> bool {
    core.state.is_some()
        && cell.keep_alive().request() != LifecycleRequest::Destroy
        && !cell.queues().are_starved()
}

impl<A: Actor> WriteAccess<A> {
    /// Gives the state back. Calls that have come meanwhile and need nothing else are run first.
    #[inline]
    pub(super) fn finish(mut self) {
        let mut run = Run { count: 0, began: None };
        if let Some(envelope) = self.give_back(|| run.goes_on()) {
            self.run_others(envelope, run);
        }
    }

    /// Runs this, and what has come meanwhile, before it gives the state back.
    #[inline(never)]
    fn run_others(&mut self, envelope: Envelope<A>, mut run: Run) {
        let mut next = Some(envelope);
        while let Some(envelope) = next {
            // Nothing else is brief.
            if let Envelope::Call(call) = envelope {
                read_batch::outside(|| self.run_brief(call));
            }
            next = self.give_back(|| run.goes_on());
        }
    }
}

/// Whether what runs now can spawn tasks. In a task it can, which is faster to tell.
fn is_in_runtime() -> bool {
    tokio::task::try_id().is_some() || Handle::try_current().is_ok()
}

/// Somebody runs the calls of others.
struct Run {
    count: usize,
    began: Option<Instant>,
}

impl Run {
    /// Whether one more may run. Never in a call or a span of whoever runs it, which it would take for its own.
    fn goes_on(&mut self) -> bool {
        self.count += 1;
        if self.count == 1 && (call_scope::is_in_call() || log::is_in_span()) {
            return false;
        }
        // The first is short, as most are: no clock is read for it.
        self.count <= MOST
            && (self.count == 1 || self.began.get_or_insert_with(Instant::now).elapsed() < LONGEST)
    }
}
