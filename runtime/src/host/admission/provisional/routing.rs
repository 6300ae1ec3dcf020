//! The way of a caller that is to be judged: to the actor there is, or to a provisional one.

use std::sync::Arc;

use bytes::Bytes;

use super::Provisional;
use crate::{
    Actor, Fault, Key,
    error::{Code, faults},
    host::{
        ActorCell, ActorType, Denied, Lookup,
        admission::awake_limit::AwakePermit,
        cell::{
            Absent, Connect, Envelope, Inherited, input::decode_input, mailbox::Rejected, owner::Owner as _,
            spawn::spawn, task::ActorTask,
        },
        pending_output::ActorGate,
        turn::call_chain::Chain,
    },
};

/// Where somebody is to be judged.
enum Bench<A: Actor> {
    /// By the actor.
    Awake(Arc<ActorCell<A>>),
    /// There is none.
    Provisional,
}

impl<A: Actor> ActorType<A> {
    /// Brings somebody to the actor who is to be judged by it: the one there is, or a provisional one.
    pub(in crate::host) async fn route(self: &Arc<Self>, key: &Key, mut connect: Box<Connect<A>>) {
        loop {
            let bench = match self.bench(key).await {
                Ok(bench) => bench,
                Err(fault) => return connect.deny(Denied::Unreached(fault)),
            };
            let unposted = match bench {
                Bench::Awake(cell) if connect.id.is_some_and(|id| id != cell.id()) => {
                    return connect.deny(Denied::Unreached(faults::actor_not_found()));
                }
                Bench::Awake(cell) => match cell.sender().post(Envelope::Connect(connect)) {
                    Err(Envelope::Connect(unposted)) => unposted,
                    _ => return,
                },
                Bench::Provisional => {
                    // Who shares one that is there takes no permit. What this makes is judged, and not counted yet.
                    let is_shared = self.tries(key, &connect);
                    let is_stranger = connect.maker.is_some();
                    let permit = if is_shared { None } else { Some(self.permit_for(is_stranger).await) };
                    match permit.transpose() {
                        Ok(permit) => match self.try_out(key, connect, permit) {
                            Some(unposted) => unposted,
                            None => return,
                        },
                        Err(fault) => return connect.deny(Denied::Unreached(fault)),
                    }
                }
            };
            connect = unposted;
        }
    }

    async fn bench(self: &Arc<Self>, key: &Key) -> Result<Bench<A>, Fault> {
        loop {
            if let Some(cell) = self.provisionals().waits_for_caller(key) {
                return Err(faults::deadlock(&cell.link(Chain::current(), "on_before_connect", None)));
            }
            if self.cell_at(key).is_none() {
                self.check_backoff(key)?;
                if self.find_stored(key).await?.is_none() {
                    return Ok(Bench::Provisional);
                }
            }
            match self.awake(key, &Lookup::Get).await {
                Ok((cell, _)) => return Ok(Bench::Awake(cell)),
                // It has gone meanwhile, or was not made after all.
                Err(fault) if fault.has(Code::ActorNotFound) => {}
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Whether there is a provisional actor that this one would share.
    fn tries(&self, key: &Key, connect: &Connect<A>) -> bool {
        self.provisionals().lock().get(key, input_of(connect)).is_some()
    }

    /// Posts somebody to a provisional actor, which begins with this one if there is none of the same input. Gives them
    /// back if there is an actor by now.
    fn try_out(
        self: &Arc<Self>,
        key: &Key,
        connect: Box<Connect<A>>,
        permit: Option<AwakePermit>,
    ) -> Option<Box<Connect<A>>> {
        let input = input_of(&connect).cloned();
        if let Err(error) = decode_input::<A>(input.as_ref()) {
            // It cannot be asked.
            let fault = match connect.lookup {
                Lookup::Get => faults::actor_not_found(),
                _ => faults::invalid_input(&error),
            };
            connect.deny(Denied::Unreached(fault));
            return None;
        }
        let awake = self.table().lock();
        if awake.has(key) {
            return Some(connect);
        }
        let mut all = self.provisionals().lock();
        if self.shared().is_stopping() {
            connect.deny(Denied::Unreached(faults::service_unavailable()));
            return None;
        }
        let mut task = None;
        let cell = match (all.get(key, input.as_ref()), permit) {
            (Some(cell), _) => cell,
            // The one to be shared has gone meanwhile.
            (None, None) => return Some(connect),
            (None, Some(permit)) => {
                let inherited = Inherited::Gate(ActorGate::provisional());
                let cell = self.new_cell(key.clone(), Absent::make(input), inherited);
                self.assign_permit(&cell, permit);
                all.insert(&cell);
                task = Some(ActorTask::new(&cell));
                cell
            }
        };
        match cell.mailbox().push(Envelope::Connect(connect)) {
            Ok(()) => {}
            Err(Rejected::Full(envelope)) => envelope.refuse(faults::overloaded()),
            // One that is in the list is closed by a stop alone.
            Err(Rejected::Closed(envelope)) => envelope.refuse(faults::unanswered()),
        }
        // A tokio runtime that is being shut down drops a task where it is spawned, and this one leaves the list then.
        drop((all, awake));
        if let Some(task) = task {
            let provisional = Provisional { kind: Arc::clone(self), task };
            spawn(&cell, provisional.run(cell.spans().wake()));
        }
        None
    }

    /// The provisional actor gets its key, unless there is an actor by now.
    pub(super) fn give_key(&self, cell: &Arc<ActorCell<A>>) -> Result<bool, Fault> {
        let mut awake = self.table().lock();
        if self.shared().is_stopping() {
            return Err(faults::service_unavailable());
        }
        if awake.has(cell.key()) {
            return Ok(false);
        }
        awake.insert(cell);
        self.forget_provisional(cell);
        Ok(true)
    }
}

/// What an actor would be made from for somebody.
fn input_of<A: Actor>(connect: &Connect<A>) -> Option<&Bytes> {
    match &connect.lookup {
        Lookup::Get => None,
        Lookup::GetOrCreate { input } | Lookup::Create { input } => input.as_ref(),
    }
}
