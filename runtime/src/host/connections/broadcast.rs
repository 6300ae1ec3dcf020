//! Events on their way to all who get them.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::broadcast_buffer::Audience;
use crate::{
    Actor, Conn,
    delivery::{
        batch::Batch,
        encoding_slot::EncodingSlot,
        outbox::{Writer, flush},
        outgoing_message::OutgoingMessage,
    },
};

/// One event or several to the same connections. However many these are, it is there once, also while it waits at the gate.
pub(crate) struct Broadcast<A: Actor> {
    audience: Arc<Audience<A>>,
    /// What is sent each way.
    batches: [Arc<Batch>; EncodingSlot::COUNT],
}

impl<A: Actor> Broadcast<A> {
    pub(in crate::host) fn new(
        audience: Arc<Audience<A>>,
        messages: [Vec<OutgoingMessage>; EncodingSlot::COUNT],
    ) -> Self {
        Self { audience, batches: messages.map(Batch::new) }
    }

    /// Hands the events over, after what waits at the gate for the same connections.
    pub(in crate::host) fn send(&self) {
        self.give(|conn, events, writer| conn.pass(events, writer).is_ok());
    }

    /// Hands the events over that have waited.
    pub(in crate::host) fn deliver(&self) {
        self.give(|conn, events, writer| conn.is_open() && conn.hand_over(events, writer));
    }

    /// Who has gone away meanwhile gets nothing, and is not counted.
    fn give(&self, give: impl Fn(&Conn<A>, Arc<Batch>, Writer) -> bool) {
        let Audience { conns, outboxes, .. } = &*self.audience;
        let Some(first) = conns.first() else { return };
        // For one it is no gain, and outside of a runtime, where actors may broadcast too, there are no tasks to do it.
        let is_worth_it = outboxes.len() > 1 && Handle::try_current().is_ok();
        let writer = if is_worth_it { Writer::Flush } else { Writer::Session };
        let mut taken = [0; EncodingSlot::COUNT];
        for conn in conns {
            if let Some(channel) = conn.channel() {
                let way = channel.index();
                taken[way] += u64::from(give(conn, Arc::clone(&self.batches[way]), writer));
            }
        }
        if let Writer::Flush = writer {
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
    use std::task::{Context, Waker};

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::host::connections::Connections;
    use crate::{
        ConnId, Limits, actor, actor::conn::Peer, delivery::outbox::Outbox, meters::ActorMeters,
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
        outbox
            .take(&mut Context::from_waker(Waker::noop()))
            .batches
            .iter()
            .map(|batch| batch.messages().len())
            .sum()
    }

    #[test]
    fn an_event_that_waits_to_be_saved_waits_once_for_all_who_get_it() {
        let meters = Arc::new(ActorMeters::new("crier", &[], crate::actor::conn::events::<Crier>(), &[]));
        let roster = Connections::<Crier>::new(&meters);
        let limits = Arc::new(Limits::new());
        let outboxes: Vec<_> = (0..100)
            .map(|number| {
                let outbox = Arc::new(Outbox::new(Encoding::ALL[number % 3], 4, Arc::clone(&limits)));
                let ways = (roster.gate().clone(), Arc::clone(roster.fan()));
                let (peer, limits, meters) =
                    (Peer::Wire(Arc::clone(&outbox)), Arc::clone(&limits), Arc::clone(&meters));
                let conn = Conn::new(
                    (ConnId::new(1, number as u64), crate::host::Source::Process),
                    (),
                    (),
                    peer,
                    ways,
                    limits,
                    meters,
                );
                conn.subscribe(0);
                roster.add(conn);
                outbox
            })
            .collect();

        roster.gate().lock().begin_write();
        for number in 0..3 {
            roster.broadcast(&Cried(number)).expect("it can be encoded");
        }
        assert_eq!(roster.gate().lock().waits(), 3);
        assert!(outboxes.iter().all(|outbox| received(outbox) == 0));

        let mut gate = roster.gate().lock();
        gate.end_write();
        let (submitted, generation) = (gate.submit(), gate.generation());
        gate.saved(generation, submitted.revision);
        drop(gate);
        assert!(outboxes.iter().all(|outbox| received(outbox) == 3));
    }
}
