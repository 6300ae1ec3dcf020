//! Several connections of an actor at once.

use std::{fmt, sync::Arc};

use crate::{
    Actor, Conn, EventOf,
    delivery::encoded_event::{EncodedEvent, SendError},
};

/// The open connections of an actor, in the order they joined: an iterator of handles.
pub struct Conns<A: Actor> {
    all: Arc<[Conn<A>]>,
    next: usize,
}

impl<A: Actor> Conns<A> {
    pub(super) fn new(all: Arc<[Conn<A>]>) -> Self {
        Self { all, next: 0 }
    }
}

impl<A: Actor> Iterator for Conns<A> {
    type Item = Conn<A>;

    fn next(&mut self) -> Option<Conn<A>> {
        while let Some(conn) = self.all.get(self.next) {
            self.next += 1;
            if conn.is_open() {
                return Some(conn.clone());
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.all.len() - self.next))
    }
}

impl<A: Actor> fmt::Debug for Conns<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all[self.next..].iter()).finish()
    }
}

/// Sends one event to several connections: `ctx.conns().filter(..).send(&event)`.
///
/// Each of them gets it, whatever it subscribed to; it is serialized once per encoding.
pub trait SendEach<A: Actor>: Iterator<Item = Conn<A>> + Sized {
    /// Sends the event to each connection, and returns how many took it.
    fn send<E: EventOf<A::Contract>>(self, event: &E) -> usize {
        let mut encoded = EncodedEvent::new(event);
        let (mut taken, mut last) = (0, None);
        for conn in self {
            match conn.send_encoded(&mut encoded) {
                Ok(()) => {
                    taken += 1;
                    last = Some(conn);
                }
                Err(SendError::Closed) => {}
                Err(error) => {
                    error.log::<A::Contract, E>();
                    break;
                }
            }
        }
        if let Some(conn) = last {
            conn.meters().published(E::INDEX, None, taken as u64);
        }
        taken
    }
}

impl<A: Actor, I: Iterator<Item = Conn<A>>> SendEach<A> for I {}
