//! What an activation begins with that is not its own.

use std::sync::{Arc, OnceLock};

use crate::{
    Actor,
    host::{connections::Connections, pending_output::ActorGate},
};

/// A gate, and the connections that go through it if there are any.
pub(in crate::host) enum Inherited<A: Actor> {
    /// Neither.
    Nothing,
    /// A gate, and no connections.
    Gate(ActorGate<A>),
    /// The connections that the activation before has left open, and their gate.
    Connections(Arc<Connections<A>>),
}

impl<A: Actor> Inherited<A> {
    /// What follows an activation that has known these connections: something of them may be on its way.
    pub(in crate::host) fn of(known: Option<&Arc<Connections<A>>>) -> Self {
        known.map_or(Self::Nothing, |known| Self::Connections(Arc::clone(known)))
    }

    /// The gate, and the connections as a cell has them.
    pub(super) fn into_parts(self) -> (Option<ActorGate<A>>, OnceLock<Arc<Connections<A>>>) {
        match self {
            Self::Nothing => (None, OnceLock::new()),
            Self::Gate(gate) => (Some(gate), OnceLock::new()),
            Self::Connections(connections) => (Some(connections.gate().clone()), OnceLock::from(connections)),
        }
    }
}
