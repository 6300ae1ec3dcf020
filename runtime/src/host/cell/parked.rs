//! What work beside the turns has posted: it can be taken back as long as it waits for its turn.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::flow::{Flow, HasFlow, Source};
use crate::host::turn::call_chain::{Awaited, Chain, Look};

/// A call or a turn that work wants, while it waits for it; `C` is the cell that it waits for.
pub(crate) struct Parked<T, C> {
    cell: Weak<C>,
    chain: Chain,
    /// `None` once it has its turn, or was ended.
    envelope: Mutex<Option<T>>,
    /// How the work was waited for when it was first seen that it may be part of a circle.
    suspected: Mutex<Vec<Look>>,
}

impl<T: HasFlow, C> Parked<T, C> {
    pub(super) fn new(cell: &Arc<C>, chain: Chain, envelope: T) -> Self {
        Self {
            cell: Arc::downgrade(cell),
            chain,
            envelope: Mutex::new(Some(envelope)),
            suspected: Mutex::default(),
        }
    }

    /// Takes it out, if it still waits.
    pub(in crate::host) fn take(&self) -> Option<T> {
        self.envelope.lock().take()
    }

    /// Looks at it, if it still waits.
    pub(super) fn peek<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.envelope.lock().as_ref().map(look)
    }

    /// Whose share of the actor it takes.
    pub(in crate::host) fn flow(&self) -> Flow {
        self.peek(HasFlow::flow).unwrap_or(Source::Process.alone())
    }

    pub(in crate::host) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The cell that it waits for, if there still is one.
    pub(super) fn cell(&self) -> Option<Arc<C>> {
        self.cell.upgrade()
    }

    /// Whether all that wait for this work have waited from one look to the next, since it was first seen that they do. If
    /// that cannot be told yet, they are made to look again.
    pub(super) fn is_waited_for(&self, works: &[Arc<Awaited>]) -> bool {
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
