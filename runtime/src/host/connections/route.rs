//! The way from a connection to its actor, which may fall asleep and wake again meanwhile.
//!
//! While the actor is awake, everything goes straight to its cell. Once a cell gives something back, the route wakes the
//! actor, and what is sent meanwhile waits here, in order. [`ActorRoute::forward`] posts it to the new cell, and only when
//! nothing is left is the way open again. One task sends for a connection, so nothing is overtaken in between.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use super::{
    Connections,
    asking::{Asking, asks_about},
};
use crate::{
    Action as _, Actor, ActorId, Conn, Contract, Fault, Key,
    actor::{ActionOf, conn::events},
    contract::position_of,
    error::faults,
    host::{
        ActorCell, Lookup,
        cell::{
            Core, Envelope,
            mailbox::Mailbox,
            owner::{Owner, TypeResources},
            sender::Posted,
        },
        turn::{
            call::Call,
            instrument::{CallInfo, CallInstrument},
        },
    },
    meters::ActorMeters,
    util::task,
    wire::Notice,
};

/// Where what one connection sends goes, in the order sent.
pub(in crate::host) struct ActorRoute<A: Actor> {
    owner: Arc<dyn Owner<ActorCell<A>>>,
    resources: Arc<TypeResources<ActorCell<A>>>,
    key: Key,
    id: ActorId,
    connections: Arc<Connections<A>>,
    conn: Conn<A>,
    end: Mutex<End<A>>,
}

enum End<A: Actor> {
    /// As far as is known; a cell that is gone was put to sleep.
    Awake(Weak<ActorCell<A>>),
    /// It is being woken; this waits.
    Waking(VecDeque<Envelope<A>>),
    /// It could not be woken; whoever sends next tries again.
    Asleep,
}

impl<A: Actor> ActorRoute<A> {
    pub(in crate::host) fn new(cell: &Arc<ActorCell<A>>, conn: Conn<A>) -> Arc<Self> {
        Arc::new(Self {
            owner: Arc::clone(cell.owner()),
            resources: Arc::clone(cell.resources()),
            key: cell.key().clone(),
            id: cell.id(),
            connections: Arc::clone(cell.connections()),
            conn,
            end: Mutex::new(End::Awake(Arc::downgrade(cell))),
        })
    }

    pub(in crate::host) fn conn(&self) -> &Conn<A> {
        &self.conn
    }

    pub(in crate::host) fn meters(&self) -> &Arc<ActorMeters> {
        self.resources.meters()
    }

    /// Calls an action as this connection; the answer goes to it, under this number. It ends what
    /// [`Conn::begin_call`] has counted, if that was asked, even if it is refused.
    pub(in crate::host) fn call(
        self: &Arc<Self>,
        id: u64,
        action: ActionOf<A>,
        counted: Option<usize>,
    ) -> Posted {
        let watch = CallInstrument::begin(self.meters(), action.info(), || CallInfo {
            actor: self.resources.name(),
            key: &self.key,
            id: Some(self.id),
            conn: Some(self.conn.id()),
            schedule: None,
        });
        self.send(Envelope::Call(Call::of_conn(watch, action, &self.conn, id, counted)))
    }

    /// Begins or stops sending the event at this place of the table. An event that not everybody gets takes its turn
    /// among the calls, so that it is in force before those that come later.
    pub(in crate::host) fn subscribe(self: &Arc<Self>, index: usize, on: bool) -> Posted {
        if !on {
            self.conn.unsubscribe(index);
        } else if asks_about::<A>(index).is_some() {
            match Asking::begin(&self.conn, index) {
                Ok(asking) => return self.send(Envelope::Subscribe(Box::new(asking))),
                Err(fault) => {
                    self.conn.refuse_at(index, fault);
                    return Posted::Refused;
                }
            }
        } else {
            self.conn.subscribe(index);
        }
        Posted::Taken
    }

    /// The same by the event's name on the wire.
    pub(in crate::host) fn subscribe_by_name(self: &Arc<Self>, event: &str, on: bool) -> Posted {
        match position_of(events::<A>(), event) {
            Some(index) => return self.subscribe(index, on),
            // Whoever listens to notices gets them anyway.
            None if Notice::has_name(event) || !on => {}
            None => {
                let actor = <A::Contract as Contract>::NAME;
                self.conn.refuse(event, faults::event_not_found(actor, event));
            }
        }
        Posted::Taken
    }

    /// The connection is gone: it leaves the list now, and its hook runs in its turn.
    pub(in crate::host) fn hang_up(self: &Arc<Self>) {
        self.conn.mark_closed();
        if self.connections.remove(self.conn.id()).is_none() {
            return;
        }
        if A::HOOKS.on_disconnect.is_some() || self.is_awake() {
            self.send(Envelope::Disconnect(self.conn.clone()));
        }
        self.owner.forget_connections_if_none(&self.key);
    }

    fn is_awake(&self) -> bool {
        self.cell().is_some_and(|cell| cell.is_awake())
    }

    fn cell(&self) -> Option<Arc<ActorCell<A>>> {
        match &*self.end.lock() {
            End::Awake(cell) => cell.upgrade(),
            End::Waking(_) | End::Asleep => None,
        }
    }

    fn send(self: &Arc<Self>, envelope: Envelope<A>) -> Posted {
        // Not under the lock: it may run the action here and now.
        let envelope = match self.cell() {
            Some(cell) => match cell.sender().post(envelope) {
                Ok(posted) => return posted,
                Err(envelope) => envelope,
            },
            None => envelope,
        };
        let mut end = self.end.lock();
        match &mut *end {
            End::Waking(waiting) if waiting.len() < Mailbox::<Core<A>, Envelope<A>>::OF_ONE => {
                waiting.push_back(envelope);
            }
            End::Waking(_) => {
                drop(end);
                envelope.refuse(faults::overloaded());
                return Posted::Refused;
            }
            End::Awake(_) | End::Asleep => {
                *end = End::Waking([envelope].into());
                let route = Arc::clone(self);
                task::spawn_in(self.resources.shared().tasks(), route.wake());
            }
        }
        Posted::Taken
    }

    async fn wake(self: Arc<Self>) {
        loop {
            let cell = match Arc::clone(&self.owner).wake(self.key.clone(), Lookup::Get).await {
                Ok((cell, _)) if A::EPHEMERAL || cell.id() == self.id => cell,
                // There is another actor of this key by now.
                Ok(_) => return self.refuse_waiting(&faults::actor_not_found()),
                Err(fault) => return self.refuse_waiting(&fault),
            };
            if self.forward(&cell) {
                return;
            }
        }
    }

    /// Posts what waits to the cell, and then opens the way to it; `false` if the cell is asleep again already.
    fn forward(&self, cell: &Arc<ActorCell<A>>) -> bool {
        loop {
            let next = match &mut *self.end.lock() {
                End::Waking(waiting) => waiting.pop_front(),
                End::Awake(_) | End::Asleep => return true,
            };
            let Some(envelope) = next else {
                if self.open_to(cell) {
                    return true;
                }
                continue;
            };
            if let Err(envelope) = cell.sender().post(envelope) {
                if let End::Waking(waiting) = &mut *self.end.lock() {
                    waiting.push_front(envelope);
                }
                return false;
            }
        }
    }

    /// Opens the way to the cell, unless something has come to wait meanwhile.
    fn open_to(&self, cell: &Arc<ActorCell<A>>) -> bool {
        let mut end = self.end.lock();
        let free = matches!(&*end, End::Waking(waiting) if waiting.is_empty());
        if free {
            *end = End::Awake(Arc::downgrade(cell));
        }
        free
    }

    /// The actor cannot be woken: what waits is refused.
    fn refuse_waiting(&self, fault: &Fault) {
        let end = std::mem::replace(&mut *self.end.lock(), End::Asleep);
        if let End::Waking(waiting) = end {
            for envelope in waiting {
                envelope.refuse(fault.clone());
            }
        }
    }
}
