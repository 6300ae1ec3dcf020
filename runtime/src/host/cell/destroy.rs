//! How an actor is destroyed: in one turn and one commit.

use std::sync::Arc;

use super::{
    close::Closing,
    keep_alive::LifecycleRequest,
    lifecycle::{Phase, Reason},
};
use crate::{
    Actor, Fault,
    delivery::outbox::Close,
    error::Code,
    host::{
        ActorCell, Lookup,
        durability::commit::{Unsaved, commit_now, lost},
        turn::{
            hooks::{Hook, log_failure},
            write_turn::{WriteAccess, WriteTurn},
        },
    },
    store::Commit,
    util::log::Instrument as _,
};

/// Destroys the actor, and waits until it is gone.
pub(in crate::host) async fn destroyed<A: Actor>(mut cell: Arc<ActorCell<A>>) -> Result<(), Fault> {
    let id = cell.id();
    loop {
        cell.request(LifecycleRequest::Destroy);
        cell.lifecycle().reached(Phase::Closed).await;
        if !cell.owner().exists(id).await? {
            return Ok(());
        }
        // It was on its way to sleep before it could hear the request.
        cell = Arc::clone(cell.owner()).wake(cell.key().clone(), Lookup::Get).await?.0;
    }
}

impl<A: Actor> Closing<'_, A> {
    /// Runs `#[on_destroy]`, erases the actor from the store and seals it, in one turn. `false` if the actor stays, at least
    /// for now.
    pub(super) async fn erase(&self) -> bool {
        // A turn that asked for the end is saved with it. Otherwise what others were told, or wait for, is saved first.
        let doomed = self.cell().durable().is_destroying();
        let turn =
            if doomed { self.cell().turns().write().await } else { self.cell().turns().write_saved().await };
        let mut access = match turn {
            Ok(access) => Some(access),
            // The store has forgotten it already.
            Err(fault) if fault.has(Code::ActorNotFound) => None,
            Err(_) => return false,
        };
        if !self.cell().is_to_be_destroyed() {
            // The turn that asked for it was taken back.
            return false;
        }
        // One turn from here to the end: nobody sees what the hook leaves.
        if let Some(access) = &mut access {
            self.run_on_destroy(access).await;
            self.cell().durable().saves_ended().await;
            if self.cell().durable().is_invalid() {
                return false;
            }
        }
        let generation = self.cell().durable().generation();
        if let Err(fault) = self.commit_destroy().await {
            let why = format_args!("the actor was not destroyed: {fault}");
            lost(self.cell(), generation, &Unsaved::Other(&why));
            return false;
        }
        // Before anybody hears of it: whoever calls after that reaches the next actor of this key.
        self.cell().durable().destroyed();
        self.seal(&Reason::Destroy);
        if let Some(access) = &mut access {
            access.state = None;
        }
        self.cell().durable().ended();
        true
    }

    async fn run_on_destroy(&self, access: &mut WriteAccess<A>) {
        let Some(mode) = A::HOOKS.on_destroy else { return };
        let hook = Hook::long("on_destroy", mode);
        // What is saved is saved already, and what the hook leaves is not.
        let mut turn = WriteTurn::begin(access, hook.name, None);
        let ending = turn.run(hook.limit, async |state, ctx| state.on_destroy(ctx).await);
        log_failure(
            self.cell(),
            ending.instrument(self.cell().spans().hook(hook.name, None)).await.and_then(|result| result),
        );
        turn.end_unsaved();
    }

    async fn commit_destroy(&self) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let (id, epoch) = (self.cell().id(), self.cell().durable().epoch());
        let Err(fault) = commit_now(self.cell().shared(), Commit::Destroy { id, epoch }).await else {
            return Ok(());
        };
        // The answer may be lost, and what is done cannot be done twice.
        match self.cell().shared().store().find_by_id(id).await {
            Ok(None) => Ok(()),
            _ => Err(fault),
        }
    }

    pub(super) fn close_conns(&self) {
        let Some(connections) = self.cell().known_connections() else { return };
        for conn in connections.snapshot().iter() {
            conn.close(Close::new(1000, ""));
            // They were this actor's: none of them is passed on to the next one of its key.
            conn.mark_closed();
            connections.remove(conn.id());
        }
    }
}
