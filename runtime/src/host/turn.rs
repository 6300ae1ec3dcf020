//! Turns: who may run when. The task of one actor, and the shortcut past it when the actor is idle.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, RwLockWriteGuard};

use super::{
    Cell,
    call::{Call, ReplyTo},
    cell::{Core, Envelope},
    guard::{guarded, guarded_async},
    mailbox::Next,
};
use crate::{Action as _, Actor, Fault, Mode, actor::ReplyOf};

/// The task of an actor: starts it, then takes what the mailbox brings, in order, until it is closed.
pub(super) async fn run<A: Actor>(cell: Arc<Cell<A>>) {
    let started = cell.start().await;
    let failure = started.as_ref().err().cloned();
    if failure.is_some() {
        cell.kind.forget(&cell);
        cell.mailbox.close();
    }
    // Set once, and only here.
    let _ = cell.started.set(started);
    loop {
        match cell.mailbox.next().await {
            Next::Item(envelope) => {
                match &failure {
                    None => cell.take(envelope).await,
                    Some(fault) => envelope.refuse(fault.clone()),
                }
                cell.mailbox.done();
            }
            // The way to the write lock sees to what is to be saved or put right.
            Next::Nudged => drop(cell.write().await),
            Next::Closed => break,
        }
    }
    cell.finish_saving().await;
}

impl<A: Actor> Cell<A> {
    /// The shortcut: an idle actor runs an action that does not await on its caller's own task, in its turn.
    /// Gives the call back if it has to wait.
    pub(super) fn run_if_idle(self: &Arc<Self>, call: Call<A>) -> Option<Call<A>> {
        let mode = call.action.info().mode;
        if mode.is_async() || !self.mailbox.is_idle() {
            return Some(call);
        }
        let Ok(mut core) = self.core.try_write() else { return Some(call) };
        // Again, under the lock: what was posted before this call also runs before it.
        if !self.mailbox.is_idle() || core.state.is_none() || self.gate.lock().is_broken() {
            return Some(call);
        }
        match mode {
            Mode::Read => self.run_read(&core, call),
            _ => self.run_write(&mut core, call),
        }
        None
    }

    async fn take(self: &Arc<Self>, envelope: Envelope<A>) {
        match envelope {
            Envelope::Call(call) => self.take_call(call).await,
            Envelope::Connect(connect) => self.take_connect(connect).await,
            Envelope::Disconnect(conn) => self.take_disconnect(conn).await,
        }
    }

    async fn take_call(self: &Arc<Self>, call: Call<A>) {
        let mode = call.action.info().mode;
        if mode.is_exclusive() {
            match self.write().await {
                Ok(mut core) if mode.is_async() => self.run_write_async(&mut core, call).await,
                Ok(mut core) => self.run_write(&mut core, call),
                Err(fault) => call.refuse(fault),
            }
        } else {
            match self.read().await {
                Ok(core) if mode.is_async() => self.spawn_read(core, call),
                Ok(core) => self.run_read(&core, call),
                Err(fault) => call.refuse(fault),
            }
        }
    }

    /// The turn to write, with a state that may be used: readers are done, what was changed before is on its way
    /// to the store if nothing else is, and a void state was replaced by the saved one.
    pub(super) async fn write(self: &Arc<Self>) -> Result<RwLockWriteGuard<'_, Core<A>>, Fault> {
        let mut core = self.core.write().await;
        if self.gate.lock().is_broken() {
            self.return_to_saved(&mut core).await?;
        }
        self.save_if_due(&core);
        Ok(core)
    }

    /// A turn to read, with a state that may be used.
    async fn read(self: &Arc<Self>) -> Result<OwnedRwLockReadGuard<Core<A>>, Fault> {
        loop {
            let core = Arc::clone(&self.core).read_owned().await;
            if !self.gate.lock().is_broken() {
                return Ok(core);
            }
            drop(core);
            drop(self.write().await?);
        }
    }

    fn run_read(self: &Arc<Self>, core: &Core<A>, call: Call<A>) {
        let ctx = self.ctx(call.caller);
        let result = guarded(|| core.state().dispatch_read(&ctx, call.action));
        self.pass_gate(call.reply_to, result);
    }

    /// Reads beside other reads: on a task of its own, whose lock holds off whoever wants to write.
    fn spawn_read(self: &Arc<Self>, core: OwnedRwLockReadGuard<Core<A>>, call: Call<A>) {
        let cell = Arc::clone(self);
        self.runtime().tasks().spawn(async move {
            let ctx = cell.ctx(call.caller);
            let result = guarded_async(core.state().dispatch_read_async(&ctx, call.action)).await;
            cell.pass_gate(call.reply_to, result);
        });
    }

    fn run_write(self: &Arc<Self>, core: &mut Core<A>, call: Call<A>) {
        let ctx = self.ctx(call.caller);
        let state = core.state_mut();
        let result = guarded(|| state.dispatch_write(&ctx, call.action));
        self.finish_write(core, call.reply_to, result);
    }

    async fn run_write_async(self: &Arc<Self>, core: &mut Core<A>, call: Call<A>) {
        // What ended before must not wait for the end of this one to be saved.
        self.submit_if_changed(core);
        let ctx = self.ctx(call.caller);
        let result = guarded_async(core.state_mut().dispatch_write_async(&ctx, call.action)).await;
        self.finish_write(core, call.reply_to, result);
    }

    fn finish_write(
        self: &Arc<Self>,
        core: &Core<A>,
        reply_to: ReplyTo<A>,
        result: Result<ReplyOf<A>, Fault>,
    ) {
        match result {
            Ok(reply) => {
                self.changed();
                self.pass_gate(reply_to, Ok(reply));
                self.save_if_due(core);
            }
            Err(fault) => {
                self.broke_off();
                reply_to.answer(Err(fault)).deliver();
            }
        }
    }
}
