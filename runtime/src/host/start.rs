//! The start of an actor: claimed from the store, or made.

use std::{any::TypeId, sync::Arc};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Cell, committer::Job, guard::guarded_async};
use crate::{
    Actor, ActorId, Fault,
    actor::InputOf,
    faults,
    store::{ActorRecord, Claim, Commit, CommitOutcome},
    wire::{DecodeError, Format, from_bytes},
};

impl<A: Actor> Cell<A> {
    /// Gets the actor its state. Says whether it was made just now.
    pub(super) async fn start(self: &Arc<Self>) -> Result<bool, Fault> {
        let mut core = self.core.write().await;
        if let Some(claim) = self.claim().await? {
            // An identity is set once: here, or in `make`.
            let _ = self.identity.set(claim.record.clone());
            self.kind.identify(claim.record.id, &self.key);
            core.state = Some(self.load(&claim)?);
            self.gate.lock().loaded(claim.epoch, claim.revision);
            return Ok(false);
        }
        let Some(input) = &self.creation else { return Err(faults::actor_not_found()) };
        let _ = self.identity.set(ActorRecord::new(
            ActorId::generate(),
            self.kind.name(),
            self.key.clone(),
            self.runtime().clock().now_ms(),
        ));
        self.kind.identify(self.record().id, &self.key);
        let state = self.make(input.as_ref()).await?;
        let (epoch, revision) = self.keep_first(&state).await?;
        core.state = Some(state);
        self.gate.lock().loaded(epoch, revision);
        Ok(true)
    }

    /// The state to go on from after the one in memory became void.
    pub(super) async fn restore(self: &Arc<Self>) -> Result<(A, u64, u64), Fault> {
        if A::EPHEMERAL {
            let input = self.creation.as_ref().and_then(Option::as_ref);
            return Ok((self.make(input).await?, 0, 0));
        }
        let claim = self.claim().await?.ok_or_else(faults::actor_not_found)?;
        Ok((self.load(&claim)?, claim.epoch, claim.revision))
    }

    async fn claim(&self) -> Result<Option<Claim>, Fault> {
        if A::EPHEMERAL {
            return Ok(None);
        }
        let store = self.runtime().store();
        store.claim(self.kind.name(), &self.key).await.map_err(|error| Fault::internal(&error))
    }

    fn load(&self, claim: &Claim) -> Result<A, Fault> {
        A::load(&claim.state).map_err(|error| Fault::internal(&error))
    }

    /// Makes the first state.
    async fn make(self: &Arc<Self>, input: Option<&Bytes>) -> Result<A, Fault> {
        let input = decode_input::<A>(input).map_err(|error| faults::invalid_input(&error))?;
        let ctx = self.ctx(None);
        guarded_async(A::create(&ctx, input)).await?
    }

    /// Saves the first state: an actor exists once its row does. Returns its epoch and revision.
    async fn keep_first(&self, state: &A) -> Result<(u64, u64), Fault> {
        if A::EPHEMERAL {
            return Ok((0, 0));
        }
        let state = state.save().map_err(|error| Fault::internal(&error))?.into();
        let commit = Commit::Create { record: self.record().clone(), state };
        let (done, ended) = oneshot::channel();
        self.runtime().committer().submit(Job { commit, done: Box::new(|outcome| drop(done.send(outcome))) });
        match ended.await {
            Ok(Ok(CommitOutcome::Done)) => Ok((1, 1)),
            Ok(Ok(outcome)) => Err(Fault::internal(&format_args!("a new actor was not saved: {outcome:?}"))),
            Ok(Err(error)) => Err(Fault::internal(&error)),
            Err(_) => Err(faults::service_unavailable()),
        }
    }
}

/// The creation input (CBOR). Absent and asked for: as if it were empty, which is an error unless all of it is optional.
fn decode_input<A: Actor>(input: Option<&Bytes>) -> Result<InputOf<A>, DecodeError> {
    match input {
        Some(input) if !is_unit::<InputOf<A>>() => from_bytes(Format::Cbor, input),
        _ => decode_absent(),
    }
}

/// Connection params (JSON), likewise.
pub(super) fn decode_params<P: serde::de::DeserializeOwned + 'static>(
    params: Option<&Bytes>,
) -> Result<P, DecodeError> {
    match params {
        Some(params) if !is_unit::<P>() => from_bytes(Format::Json, params),
        _ => decode_absent(),
    }
}

/// What a missing value stands for: `null`, or an object without fields; the latter's error is the telling one.
fn decode_absent<T: serde::de::DeserializeOwned>() -> Result<T, DecodeError> {
    from_bytes(Format::Json, b"null").or_else(|_| from_bytes(Format::Json, b"{}"))
}

/// Whether the actor asks for nothing, so that whatever a client passes is none of its business.
fn is_unit<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<()>()
}
