//! Work beside the turns posts to an actor, and is told if the actor will never come to it.

use std::sync::{Arc, Weak};

use super::{Envelope, parked::Parked};
use crate::{
    Action as _, Actor,
    error::faults,
    host::{
        ActorCell,
        turn::call_chain::{Chain, Post},
    },
};

impl<A: Actor> Parked<Envelope<A>, ActorCell<A>> {
    /// What is to be posted to this actor, which the work is told of if it comes from one. A turn is wanted by the code of
    /// this task.
    pub(in crate::host) fn park_if_of_work(cell: &Arc<ActorCell<A>>, envelope: Envelope<A>) -> Envelope<A> {
        let chain = match &envelope {
            Envelope::Call(call) if call.chain.work().is_some() => call.chain.clone(),
            Envelope::Turn(..) => Chain::current(),
            _ => return envelope,
        };
        let Some(work) = chain.work().cloned() else { return envelope };
        let parked = Arc::new(Self::new(cell, chain, envelope));
        let post: Weak<Self> = Arc::downgrade(&parked);
        work.posted(post);
        // Somebody may wait for the work already.
        parked.look();
        Envelope::Parked(parked)
    }

    /// Whether it wants the actor to itself; `None` if it does not wait any more.
    pub(in crate::host) fn is_exclusive(&self) -> Option<bool> {
        self.peek(|envelope| match envelope {
            Envelope::Call(call) => call.action.info().mode.is_exclusive(),
            _ => true,
        })
    }
}

impl<A: Actor> Post for Parked<Envelope<A>, ActorCell<A>> {
    fn look(&self) {
        let Some(cell) = self.cell() else { return };
        let Some(id) = cell.known_id() else { return };
        let Some((held, works)) = self.chain().holds_through_work(id) else { return };
        if !self.is_waited_for(&works) {
            return;
        }
        match self.take() {
            Some(Envelope::Call(call)) => cell.turns().take_circular(call, held),
            Some(other) => other.refuse(faults::deadlock(&cell.link(self.chain().clone(), "turn", None))),
            None => {}
        }
    }
}
