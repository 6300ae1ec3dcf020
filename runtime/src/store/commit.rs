//! `Commit`: the changes of one actor that a store saves together, and their outcome.

use bytes::Bytes;

use super::{ActorRecord, AlarmChange, MessageChange, StoredMessage};
use crate::ActorId;

/// One actor's part of a batch: applied as a whole or not at all.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Commit {
    /// A new actor with its first state, alarms and messages; epoch and revision become 1.
    /// [Taken](CommitOutcome::Taken) if its name and key, or its id, are another actor's.
    Create {
        /// Its record.
        record: ActorRecord,
        /// Its first state.
        state: Bytes,
        /// Its first alarms.
        alarms: Vec<AlarmChange>,
        /// Its first messages.
        messages: Vec<MessageChange>,
    },
    /// The next state, alarms and messages of a claimed actor; its revision becomes `revision`.
    /// [Fenced](CommitOutcome::Fenced) unless `epoch` is current and `revision` is above the saved one.
    Save {
        /// Which actor.
        id: ActorId,
        /// The epoch of the claim.
        epoch: u64,
        /// The number of what is saved.
        revision: u64,
        /// The state; `None` if it has not changed.
        state: Option<Bytes>,
        /// What changed about the alarms, in order.
        alarms: Vec<AlarmChange>,
        /// What changed about the messages in its queues, in order. A change may come again in a later save.
        messages: Vec<MessageChange>,
    },
    /// A message to a queue of a claimed actor. It is part of no turn, so the revision stays as it is.
    /// [Fenced](CommitOutcome::Fenced) unless `epoch` is current.
    Enqueue {
        /// Which actor.
        id: ActorId,
        /// The epoch of the claim.
        epoch: u64,
        /// What was sent.
        message: StoredMessage,
    },
    /// The end of a claimed actor and of all that is kept of it; another one may take its name and key.
    /// [Fenced](CommitOutcome::Fenced) unless `epoch` is current.
    Destroy {
        /// Which actor.
        id: ActorId,
        /// The epoch of the claim.
        epoch: u64,
    },
}

impl Commit {
    /// Whether it changes what waits in queues, other than by the end of an actor.
    pub(crate) fn has_messages(&self) -> bool {
        match self {
            Self::Create { messages, .. } | Self::Save { messages, .. } => !messages.is_empty(),
            Self::Enqueue { .. } => true,
            Self::Destroy { .. } => false,
        }
    }
}

/// What became of one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitOutcome {
    /// It is kept.
    Done,
    /// Refused: the actor was claimed again since, or it is gone.
    Fenced,
    /// Refused: the name and key of a new actor are taken.
    Taken,
    /// Nothing is known of it, as of a whole batch that ends in an error: this one alone could not be kept, for
    /// example because there was no room for it. The store has logged why.
    Failed,
}
