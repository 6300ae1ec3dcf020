//! Stores: where actors are while they sleep.
//!
//! A store knows nothing of what actors do: it keeps who they are, their last saved state, their alarms and the
//! messages in their queues, and lets only the newest [claim](Store::claim) change them. `SqliteStore` (feature
//! `sqlite`) is the one for servers, [`MemoryStore`] forgets.

mod alarm;
mod commit;
#[cfg(feature = "sqlite")]
mod data_dir;
mod error;
mod memory;
mod message;
mod raw_state;
mod record;
mod shared;
#[cfg(feature = "sqlite")]
mod sqlite;
pub(crate) mod state_codec;

use std::fmt;

use async_trait::async_trait;

pub use alarm::{Alarm, AlarmChange, AlarmEncoding, AlarmId, AlarmKind, UnknownAlarm};
pub use commit::{Commit, CommitOutcome};
#[cfg(feature = "sqlite")]
pub(crate) use data_dir::DataDir;
pub use error::{LoadError, SaveError, StoreError};
pub use memory::MemoryStore;
pub use message::{MessageChange, MessageId, MessagePage, QueueLoad, StoredMessage};
pub use raw_state::RawState;
pub use record::{ActorRecord, Claim};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteOptions, SqliteStore};

use crate::{ActorId, Key};

/// Keeps actors: who they are, their last saved state, their alarms, their queues.
///
/// One commit takes a batch over many actors, all or nothing for each actor. What a commit calls done must
/// survive whatever the store promises to survive; the host answers callers only after that.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// The actor of this name and key, if there is one. A hint: only [`claim`](Self::claim) is binding.
    async fn find(&self, name: &str, key: &Key) -> Result<Option<ActorRecord>, StoreError>;

    /// The actor of this id, if there is one.
    async fn find_by_id(&self, id: ActorId) -> Result<Option<ActorRecord>, StoreError>;

    /// The actors of this name, in the order of their ids, which is that of their creation: the first `limit` of
    /// those whose ids are after this one, or of all. A page costs what is on it, however many actors there are.
    async fn list(
        &self,
        name: &str,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError>;

    /// Claims the actor of this name and key, and reads its state and alarms. Each claim raises the actor's epoch,
    /// and commits of earlier epochs are [fenced](CommitOutcome::Fenced) from then on. `None`: there is none.
    async fn claim(&self, name: &str, key: &Key) -> Result<Option<Claim>, StoreError>;

    /// Applies each commit of the batch or refuses it, in the batch's order, and says which.
    ///
    /// An error means that nothing is known of any of them, [failed](CommitOutcome::Failed) that nothing is known
    /// of this one: the host drops these activations, and answers no caller with success.
    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<CommitOutcome>, StoreError>;

    /// The actors that have an alarm of this kind due at `until_ms` or before, each once, at most `limit` of them:
    /// in the order of their earliest such alarms, and of their ids where these are due together.
    async fn due(&self, kind: AlarmKind, until_ms: u64, limit: usize)
    -> Result<Vec<ActorRecord>, StoreError>;

    /// When the first alarm of this kind after that time is due, whosever it is.
    async fn next_alarm_after(&self, kind: AlarmKind, after_ms: u64) -> Result<Option<u64>, StoreError>;

    /// The actors that have an alarm of this kind which is [ahead](Alarm::is_ahead_of) of this time, because a
    /// clock was put back since it was set; in the order of their ids, the first `limit` of those whose ids are
    /// after this one, or of all.
    async fn alarms_ahead(
        &self,
        kind: AlarmKind,
        now_ms: u64,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError>;

    /// The actors that have messages in their queues, in the order of their ids: the first `limit` of those whose
    /// ids are after this one, or of all.
    async fn with_messages(
        &self,
        after: Option<ActorId>,
        limit: usize,
    ) -> Result<Vec<ActorRecord>, StoreError>;

    /// Whether the store can be used, as far as it knows: it answers at once, and asks no disk. An error is one of
    /// those that are [unavailable](StoreError::unavailable). `GET /health` reports it.
    fn health(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The messages in a queue of an actor from this id on, or from the first, in the order of their ids: as many
    /// as a [page](MessagePage::fill) of `limit` bytes has. It sees what was committed before it was asked.
    async fn messages(
        &self,
        actor: ActorId,
        queue: &str,
        from: Option<MessageId>,
        limit: u64,
    ) -> Result<MessagePage, StoreError>;

    /// How much waits in each queue of an actor that has messages.
    async fn queue_loads(&self, actor: ActorId) -> Result<Vec<QueueLoad>, StoreError>;

    /// Which of these messages of an actor are there.
    async fn messages_there(&self, actor: ActorId, ids: Vec<MessageId>)
    -> Result<Vec<MessageId>, StoreError>;

    /// The [sizes](StoredMessage::size) of all messages of all actors together. The host asks once, before it
    /// hands over the first messages, and counts on by itself: it may take a while.
    async fn queued_bytes(&self) -> Result<u64, StoreError>;

    /// Ends what it was asked for, and lets go of what others may want next, such as a file: that is free once
    /// this returns. Whatever it is asked after that is an error.
    ///
    /// A registry closes its store when it [stops](crate::Registry::stop). One that it shares with others (an
    /// `Arc` of a store) it leaves open.
    async fn close(&self) {}
}
