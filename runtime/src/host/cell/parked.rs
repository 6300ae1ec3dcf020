//! What work beside the turns has posted: it can be taken back as long as it waits for its turn.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::{envelope::Envelope, flow::HasFlow};
use crate::{
    Action as _, Actor,
    error::faults,
    host::{
        ActorCell, Flow, Source,
        turn::{
            awaited::{Awaited, Look, Post},
            call_chain::Chain,
        },
    },
};

/// A call or a turn that work wants, while it waits for it.
pub(crate) struct Parked<A: Actor> {
    cell: Weak<ActorCell<A>>,
    chain: Chain,
    /// `None` once it has its turn, or was ended.
    envelope: Mutex<Option<Envelope<A>>>,
    /// How the work was waited for when it was first seen that it may be part of a circle.
    suspected: Mutex<Vec<Look>>,
}

impl<A: Actor> Parked<A> {
    /// What is to be posted to this actor, which the work is told of if it comes from one. A turn is wanted by the code of
    /// this task.
    pub(in crate::host) fn park_if_of_work(cell: &Arc<ActorCell<A>>, envelope: Envelope<A>) -> Envelope<A> {
        let chain = match &envelope {
            Envelope::Call(call) if call.chain.work().is_some() => call.chain.clone(),
            Envelope::Turn(..) => Chain::current(),
            _ => return envelope,
        };
        let Some(work) = chain.work().cloned() else { return envelope };
        let parked = Arc::new(Self {
            cell: Arc::downgrade(cell),
            chain,
            envelope: Mutex::new(Some(envelope)),
            suspected: Mutex::default(),
        });
        let post: Weak<Self> = Arc::downgrade(&parked);
        work.posted(post);
        // Somebody may wait for the work already.
        parked.look();
        Envelope::Parked(parked)
    }

    /// Takes it out, if it still waits.
    pub(in crate::host) fn take(&self) -> Option<Envelope<A>> {
        self.envelope.lock().take()
    }

    /// Whether it wants the actor to itself; `None` if it does not wait any more.
    pub(in crate::host) fn is_exclusive(&self) -> Option<bool> {
        self.envelope.lock().as_ref().map(|envelope| match envelope {
            Envelope::Call(call) => call.action.info().mode.is_exclusive(),
            _ => true,
        })
    }

    /// Whose share of the actor it takes.
    pub(in crate::host) fn flow(&self) -> Flow {
        self.envelope.lock().as_ref().map_or(Source::Process.alone(), HasFlow::flow)
    }

    pub(in crate::host) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Whether all that wait for this work have waited from one look to the next, since it was first seen that they do. If
    /// that cannot be told yet, they are made to look again.
    fn is_waited_for(&self, works: &[Arc<Awaited>]) -> bool {
        let Some(looks) = works.iter().map(|work| work.last_look()).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let mut suspected = self.suspected.lock();
        let mut pairs = looks.iter().zip(&*suspected);
        let goes_on =
            looks.len() == suspected.len() && pairs.all(|(look, earlier)| look.goes_on_from(earlier));
        if goes_on {
            return looks.iter().zip(&*suspected).all(|(look, earlier)| look.is_later_than(earlier));
        }
        *suspected = looks;
        drop(suspected);
        for work in works {
            work.have_look();
        }
        false
    }
}

impl<A: Actor> Post for Parked<A> {
    fn look(&self) {
        let Some(cell) = self.cell.upgrade() else { return };
        let Some(record) = cell.identity() else { return };
        let Some((held, works)) = self.chain.holds_through_work(record.id) else { return };
        if !self.is_waited_for(&works) {
            return;
        }
        match self.take() {
            Some(Envelope::Call(call)) => cell.take_circular(call, held),
            Some(other) => other.refuse(faults::deadlock(&cell.link(self.chain.clone(), "turn", None))),
            None => {}
        }
    }
}
