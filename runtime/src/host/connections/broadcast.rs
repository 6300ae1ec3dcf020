//! Events on their way to many connections.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::audience::Audience;
use crate::{
    Actor, Conn,
    delivery::{
        batch::Batch,
        encoding_slot::{EncodingSlot, PerSlot},
        outbox::{WriteBy, flush},
        outgoing_message::OutgoingMessage,
    },
};

/// One event or several to the same connections. It is in memory once for all of them, also while it waits at the gate.
pub(crate) struct Broadcast<A: Actor> {
    audience: Arc<Audience<A>>,
    /// One of them has it already.
    served: Option<Conn<A>>,
    /// What is sent, in each encoding.
    batches: PerSlot<Arc<Batch>>,
}

impl<A: Actor> Broadcast<A> {
    pub(in crate::host) fn new(
        audience: Arc<Audience<A>>,
        served: Option<Conn<A>>,
        messages: PerSlot<Vec<OutgoingMessage>>,
    ) -> Self {
        Self { audience, served, batches: messages.map(Batch::new) }
    }

    /// Sends the events, after what waits at the gate for the same connections.
    pub(in crate::host) fn send(&self) {
        self.send_each(|conn, events, writer| conn.send_batch(events, writer).is_ok());
    }

    /// Sends the events that have waited at the gate.
    pub(in crate::host) fn release(&self) {
        self.send_each(|conn, events, writer| conn.is_open() && conn.send_now(events, writer));
    }

    /// Sends to each connection that is still open, and counts these.
    fn send_each(&self, send: impl Fn(&Conn<A>, Arc<Batch>, WriteBy) -> bool) {
        let Audience { conns, outboxes, .. } = &*self.audience;
        let Some(first) = conns.first() else { return };
        // A flush gains nothing for one connection. Outside of a runtime, where actors may broadcast too, no task can do it.
        let is_worth_it = outboxes.len() > 1 && Handle::try_current().is_ok();
        let writer = if is_worth_it { WriteBy::Flush } else { WriteBy::Session };
        let mut taken = [0; EncodingSlot::COUNT];
        for conn in conns.iter().filter(|conn| self.served.as_ref() != Some(*conn)) {
            if let Some(slot) = conn.encoding_slot() {
                let slot = slot.index();
                taken[slot] += u64::from(send(conn, Arc::clone(&self.batches[slot]), writer));
            }
        }
        if let WriteBy::Flush = writer {
            flush(outboxes);
        }
        for (batch, connections) in self.batches.iter().zip(taken) {
            for event in batch.messages().iter().filter_map(|message| message.event) {
                first.meters().delivered(event, connections);
            }
        }
    }
}

#[cfg(all(test, feature = "client"))]
mod tests {
    use std::task::{Context, Poll, Waker};

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::host::{connections::Connections, pending_output::ActorGate};
    use crate::{
        ConnId, Limits, actor,
        actor::conn::{NewConn, Peer},
        delivery::outbox::Outbox,
        meters::ActorMeters,
        wire::Encoding,
    };

    #[derive(Clone, Serialize, Deserialize)]
    pub(in crate::host) struct Cried(u32);

    #[derive(Default, Serialize, Deserialize)]
    pub(in crate::host) struct Crier {
        cries: u32,
    }

    #[actor(durability = "output", events(Cried))]
    impl Crier {
        #[action]
        fn cry(&mut self) {
            self.cries += 1;
        }
    }

    /// How many of the messages that wait for it a client gets.
    fn received(outbox: &Outbox) -> usize {
        let Poll::Ready(taken) = outbox.take(&mut Context::from_waker(Waker::noop())) else {
            panic!("nobody flushes meanwhile")
        };
        taken.batches.iter().map(|batch| batch.messages().len()).sum()
    }

    #[test]
    fn an_event_that_waits_to_be_saved_waits_once_for_all_who_get_it() {
        let meters = Arc::new(ActorMeters::new("crier", &[], crate::actor::conn::events::<Crier>(), &[]));
        let connections = Connections::<Crier>::new(ActorGate::new(), &meters);
        let limits = Arc::new(Limits::new());
        let outboxes: Vec<_> = (0..100)
            .map(|number| {
                let outbox = Arc::new(Outbox::new(Encoding::ALL[number % 3], 4, Arc::clone(&limits)));
                let conn = Conn::new(NewConn {
                    id: ConnId::new(1, number as u64),
                    source: crate::host::Source::Process,
                    params: (),
                    state: (),
                    peer: Peer::Wire(Arc::clone(&outbox)),
                    gate: connections.gate().clone(),
                    broadcasts: Arc::clone(connections.broadcasts()),
                    limits: Arc::clone(&limits),
                    meters: Arc::clone(&meters),
                });
                conn.subscribe(0);
                connections.add(conn);
                outbox
            })
            .collect();

        let turn = || {
            for number in 0..3 {
                connections.broadcast(&Cried(number)).expect("it can be encoded");
            }
        };
        connections.gate().save_after(turn, |waits| {
            assert_eq!(waits, 3);
            assert!(outboxes.iter().all(|outbox| received(outbox) == 0));
        });
        assert!(outboxes.iter().all(|outbox| received(outbox) == 3));
    }
}
