//! The link of a connection while it is open, and which events the server sends over it.

use std::time::Duration;

use tokio::{sync::mpsc, time::Instant};

use super::link::LinkOutgoing;
use crate::{Contract, Event};

/// A link that the server has accepted.
pub(super) struct OpenLink<C: Contract> {
    tx: mpsc::UnboundedSender<LinkOutgoing<C>>,
    since: Instant,
    /// For each event of the contract's table, whether the server sends it.
    subscriptions: Vec<Subscribed>,
}

/// Whether the server sends an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subscribed {
    No,
    /// The server was asked to send it.
    Yes,
    /// The server refused to send it. The next listener that is added asks again.
    Refused,
}

impl<C: Contract> OpenLink<C> {
    /// The server was not asked for any event yet.
    pub(super) fn new(tx: mpsc::UnboundedSender<LinkOutgoing<C>>) -> Self {
        Self { tx, since: Instant::now(), subscriptions: vec![Subscribed::No; C::Event::TABLE.len()] }
    }

    pub(super) fn tx(&self) -> &mpsc::UnboundedSender<LinkOutgoing<C>> {
        &self.tx
    }

    /// How long it has been open.
    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// Asks the server to send the event at this place of the table, or to stop it, unless it does as is wanted.
    pub(super) fn subscribe(&mut self, index: usize, on: bool) {
        if let Some(subscribed) = self.subscriptions.get_mut(index)
            && (*subscribed != Subscribed::No) != on
        {
            *subscribed = if on { Subscribed::Yes } else { Subscribed::No };
            // A failure means that the link is gone, which its driver notices.
            let _ = self.tx.send(LinkOutgoing::Subscribe { index, on });
        }
    }

    /// A listener was added. If the event was refused before, the server is asked again for this one.
    pub(super) fn retry_refused(&mut self, index: usize) {
        if let Some(subscribed @ Subscribed::Refused) = self.subscriptions.get_mut(index) {
            *subscribed = Subscribed::No;
        }
    }

    /// The server refuses to send an event. Says whether it was asked to.
    pub(super) fn refuse(&mut self, index: usize) -> bool {
        match self.subscriptions.get_mut(index) {
            Some(subscribed @ Subscribed::Yes) => {
                *subscribed = Subscribed::Refused;
                true
            }
            _ => false,
        }
    }
}
