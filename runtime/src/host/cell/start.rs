//! The state that an actor starts with: claimed from the store, or made. It returns there when the one in memory is void.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::{Absent, Core, identity::Identity, input::decode_input, keep_alive::LifecycleRequest};
use crate::{
    Actor, Ctx, Fault,
    error::{Code, faults},
    host::{
        ActorCell,
        admission::stranger::Maker,
        durability::{
            commit::commit_now,
            durable::{FirstChanges, Loaded},
            encode::to_bytes,
            fingerprint::Fingerprint,
        },
        queues::state::StoredQueues,
        turn::call_chain::Chain,
    },
    store::{Alarm, Claim, Commit},
    util::log::Instrument as _,
};

/// An actor's state, and what the store knows of it.
pub(in crate::host) struct Restored<A> {
    pub(in crate::host) state: Box<A>,
    /// The state as the store has it.
    pub(in crate::host) stored: Option<Fingerprint>,
    pub(in crate::host) epoch: u64,
    pub(in crate::host) revision: u64,
    pub(in crate::host) alarms: Vec<Alarm>,
    pub(in crate::host) queues: StoredQueues,
}

/// Gets an actor its state.
pub(in crate::host) struct Starting<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<'a, A: Actor> Starting<'a, A> {
    /// How long `#[on_create]` may take.
    const CREATE_TIMEOUT: Duration = Duration::from_secs(5);

    pub(in crate::host) fn of(cell: &'a Arc<ActorCell<A>>) -> Self {
        Self(cell)
    }

    /// Gets the actor the state that this time awake begins with. Says whether it was made just now.
    pub(super) async fn begin(&self, core: &mut Core<A>, maker: Option<Maker>) -> Result<bool, Fault> {
        let (created, restored) = self.claim_or_make(maker).await?;
        self.go_on_from(core, restored);
        Ok(created)
    }

    /// Replaces a void state by the saved one, once the saves under way have ended.
    pub(in crate::host) async fn return_to_saved(&self, core: &mut Core<A>) -> Result<(), Fault> {
        self.0.durable().saves_ended().await;
        let _held = self.0.queues().hold().await;
        core.state = None;
        if self.0.durable().is_provisional() {
            return self.make_anew(core).await;
        }
        let restored = self.restore().await.inspect_err(|fault| {
            if fault.has(Code::ActorNotFound) {
                // Another process has destroyed it, or a commit has whose outcome was not known.
                self.0.request(LifecycleRequest::Destroy);
            }
        })?;
        self.go_on_from(core, restored);
        Ok(())
    }

    async fn claim_or_make(&self, maker: Option<Maker>) -> Result<(bool, Restored<A>), Fault> {
        if let Some(claim) = self.claim().await? {
            self.identify(Identity::of(&claim.record));
            return Ok((false, self.load(claim).await?));
        }
        let Absent::Make(input) = self.0.absent() else { return Err(faults::actor_not_found()) };
        self.identify(self.new_identity());
        Ok((true, self.make(input.as_deref(), maker).await?))
    }

    /// The actor is now as it was restored.
    fn go_on_from(&self, core: &mut Core<A>, restored: Restored<A>) {
        let Restored { state, stored, epoch, revision, alarms, queues } = restored;
        // What was read may have been written by another version, or with its maps in another order.
        let seen = seen(&*state);
        core.state = Some(state);
        let loaded = Loaded { stored, seen, epoch, revision, alarms, queues };
        let corrected = self.0.durable().load(loaded, self.0.shared().clock());
        self.0.queues().refill();
        self.0.durable().queues_have_changed();
        if corrected {
            self.0.mailbox().nudge();
        }
    }

    /// The state to go on from after the one in memory became void.
    async fn restore(&self) -> Result<Restored<A>, Fault> {
        if A::EPHEMERAL {
            // Its schedules too are those of its creation.
            self.0.durable().forget_unsaved(self.0.shared().clock());
            return self.make(self.0.absent().input(), None).await;
        }
        self.load(self.claim().await?.ok_or_else(faults::actor_not_found)?).await
    }

    /// Makes the first state of an actor that is provisional, again if the one before is void.
    pub(in crate::host) async fn make_anew(&self, core: &mut Core<A>) -> Result<(), Fault> {
        self.0.durable().forget_unsaved(self.0.shared().clock());
        let state = self.first_state(self.0.absent().input()).await?;
        let seen = seen(&*state);
        core.state = Some(state);
        self.0.durable().load_provisional(seen);
        Ok(())
    }

    fn identify(&self, identity: Identity) {
        // Set once: an actor keeps its identity. Before its id is known, as those who make the table of ids look for it.
        self.0.set_identity(identity);
        self.0.owner().identify(identity.id, self.0.key());
    }

    /// The identity of an actor that is about to be made.
    pub(in crate::host) fn new_identity(&self) -> Identity {
        Identity::new(self.0.shared().clock().now_ms())
    }

    pub(in crate::host) async fn claim(&self) -> Result<Option<Claim>, Fault> {
        if A::EPHEMERAL {
            return Ok(None);
        }
        let store = self.0.shared().store();
        store.claim(self.0.resources().name(), self.0.key()).await.map_err(faults::store_failed)
    }

    async fn load(&self, claim: Claim) -> Result<Restored<A>, Fault> {
        let load = self.0.guard("load");
        let state =
            load.run(|| A::load(&claim.state).map(Box::new))?.map_err(|error| Fault::internal(&error))?;
        let stored = Some(Fingerprint::of(&claim.state));
        let Claim { epoch, revision, alarms, .. } = claim;
        let queues = self.0.queues().read_stored().await?;
        Ok(Restored { state, stored, epoch, revision, alarms, queues })
    }

    /// The first state, by `#[on_create]`.
    async fn first_state(&self, input: Option<&Bytes>) -> Result<Box<A>, Fault> {
        let input = decode_input::<A>(input).map_err(|error| faults::invalid_input(&error))?;
        let ctx = Ctx::beside(Arc::clone(self.0));
        // A call that comes back to the actor from there is a deadlock.
        let link = self.0.link(Chain::default(), "on_create", None);
        let create = Box::pin(async { A::create(&ctx, input).await.map(Box::new) });
        let create = self.0.guard("on_create").run_uncorked(Self::CREATE_TIMEOUT, link.scope(create));
        create.instrument(self.0.spans().hook("on_create", None)).await?
    }

    /// Makes the first state, and saves it: an actor exists once its row does. What `#[on_create]` refuses is not made, so
    /// it counts for nobody.
    async fn make(&self, input: Option<&Bytes>, maker: Option<Maker>) -> Result<Restored<A>, Fault> {
        let state = self.first_state(input).await?;
        if let Some(maker) = maker {
            maker.make()?;
        }
        if A::EPHEMERAL {
            let (alarms, queues) = (self.0.schedules().all(), StoredQueues::None);
            return Ok(Restored { state, stored: None, epoch: 0, revision: 0, alarms, queues });
        }
        let saved = to_bytes(&*state).map_err(|why| self.0.saving().unsavable(&why))?;
        let stored = Some(Fingerprint::of(&saved));
        let first = self.0.durable().submit_first();
        let made = StoredQueues::Made(first.messages_until());
        let FirstChanges { alarms, messages, .. } = first;
        let record = self.0.record();
        commit_now(self.0.shared(), Commit::Create { record, state: saved, alarms, messages }).await?;
        let alarms = self.0.schedules().all();
        Ok(Restored { state, stored, epoch: 1, revision: 1, alarms, queues: made })
    }
}

/// The state that the first turn is compared with, if turns are.
fn seen<A: Actor>(state: &A) -> Option<Fingerprint> {
    if ActorCell::<A>::SEES_CHANGES { to_bytes(state).ok().as_deref().map(Fingerprint::of) } else { None }
}
