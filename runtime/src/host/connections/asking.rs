//! A subscription that the actor is asked about, on its way there.

use crate::{Actor, Conn, Fault, Mode, delivery::subscriptions::Asked, util::log::Span};

/// A connection asks for an event that not everybody gets. It counts among what the connection has waiting until it is
/// dropped.
pub(crate) struct Asking<A: Actor> {
    conn: Conn<A>,
    asked: Asked,
    /// Of whoever asks.
    pub(in crate::host) span: Span,
}

impl<A: Actor> Asking<A> {
    /// Asks for the event at this place of the table, unless too many subscriptions of the connection wait already.
    pub(in crate::host) fn begin(conn: &Conn<A>, index: usize) -> Result<Self, Fault> {
        conn.begin_asking()?;
        Ok(Self { conn: conn.clone(), asked: conn.ask(index), span: Span::current() })
    }

    pub(in crate::host) fn conn(&self) -> &Conn<A> {
        &self.conn
    }

    pub(super) fn asked(&self) -> Asked {
        self.asked
    }

    /// Ends it: the connection is subscribed, or refused.
    pub(in crate::host) fn end(self, verdict: Result<(), Fault>) {
        self.conn.end_subscribe(self.asked, verdict);
    }
}

impl<A: Actor> Drop for Asking<A> {
    fn drop(&mut self) {
        self.conn.end_asking();
    }
}

/// How the hook borrows that is asked about the event at this place of the table, if there is one.
pub(in crate::host) fn asks_about<A: Actor>(index: usize) -> Option<Mode> {
    A::HOOKS.on_subscribe.iter().find(|(event, _)| *event == index).map(|(_, mode)| *mode)
}
