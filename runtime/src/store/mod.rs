//! Where actors are kept while they sleep.

mod alarm;
mod memory;

use async_trait::async_trait;
use bytes::Bytes;

pub use alarm::{Alarm, AlarmChange, AlarmId};
pub use memory::MemoryStore;

use crate::{ActorId, Key};

/// Keeps actors: who they are, and their last saved state.
///
/// One commit takes a batch over many actors, all or nothing for each actor. What a commit calls done must
/// survive whatever the store promises to survive; the host answers callers only after that.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The actor of this name and key, if there is one. A hint: only [`claim`](Self::claim) is binding.
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError>;

    /// The actor of this id, if there is one.
    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError>;

    /// Every actor of this name, in the order of creation.
    async fn list(&self, name: &str) -> Result<Vec<ActorRecord>, StoreError>;

    /// Claims the actor of this name and key and reads its state. Each claim raises the actor's epoch, and
    /// commits of earlier epochs are [fenced](CommitOutcome::Fenced) from then on. `None`: there is none.
    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError>;

    /// The actors that have an alarm due by then, at most so many, those with the earliest alarms first.
    async fn due(&self, until_ms: u64, limit: usize) -> Result<Vec<ActorRecord>, StoreError>;

    /// When the first alarm after that time is due.
    async fn next_alarm_after(&self, after_ms: u64) -> Result<Option<u64>, StoreError>;

    /// Applies each commit of the batch or refuses it, and says which, in the batch's order.
    ///
    /// An error means that nothing is known of any of them: the host drops these activations, and answers no
    /// caller with success.
    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError>;
}

/// Who an actor is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorRecord {
    /// Its identity.
    pub id: ActorId,
    /// The name of its kind: `chatRoom`.
    pub name: String,
    /// Its key among its kind.
    pub key: Key,
    /// When it was created, in milliseconds since 1970 (UTC).
    pub created_at_ms: u64,
}

impl ActorRecord {
    /// A record of these parts.
    #[must_use]
    pub fn new(id: ActorId, name: impl Into<String>, key: Key, created_at_ms: u64) -> Self {
        Self { id, name: name.into(), key, created_at_ms }
    }
}

/// An actor, claimed: its last saved state, and the right to save the next one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Claim {
    /// Who it is.
    pub record: ActorRecord,
    /// The number of this activation; grows with each claim.
    pub epoch: u64,
    /// The number of the last saved state.
    pub revision: u64,
    /// The last saved state, as the actor wrote it.
    pub state: Bytes,
    /// The alarms that are set.
    pub alarms: Vec<Alarm>,
}

impl Claim {
    /// A claim of these parts.
    #[must_use]
    pub fn new(record: ActorRecord, epoch: u64, revision: u64, state: Bytes, alarms: Vec<Alarm>) -> Self {
        Self { record, epoch, revision, state, alarms }
    }
}

/// One actor's part of a batch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Commit {
    /// A new actor with its first state; epoch and revision become 1.
    /// [Taken](CommitOutcome::Taken) if its name and key have one already.
    Create {
        /// Who it is.
        record: ActorRecord,
        /// Its first state.
        state: Bytes,
        /// The alarms that were set while it was made.
        alarms: Vec<AlarmChange>,
    },
    /// The next state of a claimed actor; its revision becomes `revision`.
    /// [Fenced](CommitOutcome::Fenced) unless `epoch` is current and `revision` is above the saved one.
    Save {
        /// Which actor.
        id: ActorId,
        /// The epoch of the claim.
        epoch: u64,
        /// The number of this state.
        revision: u64,
        /// The state; `None` if only alarms have changed.
        state: Option<Bytes>,
        /// What has changed in its alarms, in order.
        alarms: Vec<AlarmChange>,
    },
    /// The end of a claimed actor, its alarms included. Its name and key are free again.
    /// [Fenced](CommitOutcome::Fenced) unless `epoch` is current.
    Destroy {
        /// Which actor.
        id: ActorId,
        /// The epoch of the claim.
        epoch: u64,
    },
}

/// What became of one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitOutcome {
    /// It is kept.
    Done,
    /// Refused: somebody claimed the actor since, or it is gone.
    Fenced,
    /// Refused: the name and key of a new actor are taken.
    Taken,
}

/// The store failed; its text is for the log and never reaches a client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// From whatever the store's own library says.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// The state cannot be written in its persisted form.
#[derive(Debug, thiserror::Error)]
#[error("the state of `{actor}` cannot be saved: {reason}")]
pub struct SaveError {
    actor: &'static str,
    reason: String,
}

impl SaveError {
    /// For the actor type of this name.
    #[must_use]
    pub fn new(actor: &'static str, reason: &impl ToString) -> Self {
        Self { actor, reason: reason.to_string() }
    }
}

/// A persisted state is not one of this actor type (any more).
#[derive(Debug, thiserror::Error)]
#[error("the saved state of `{actor}` does not fit its type: {reason}")]
pub struct LoadError {
    actor: &'static str,
    reason: String,
}

impl LoadError {
    /// For the actor type of this name.
    #[must_use]
    pub fn new(actor: &'static str, reason: &impl ToString) -> Self {
        Self { actor, reason: reason.to_string() }
    }
}
