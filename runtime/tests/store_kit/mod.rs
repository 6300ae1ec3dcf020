//! What the tests of stores have in common.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test uses some of it")]

use std::iter;

use bytes::Bytes;
use callboard::{
    ActorId,
    store::{
        ActorRecord, Alarm, AlarmChange, AlarmId, Claim, Commit, CommitOutcome, MessageChange, MessageId,
        Store, StoredMessage,
    },
};

pub fn record<S: Into<String>>(name: &str, key: impl IntoIterator<Item = S>) -> ActorRecord {
    ActorRecord::new(ActorId::generate(), name, key.into_iter().collect(), 1_700_000_000_000)
}

pub fn alarm(due_ms: u64) -> Alarm {
    Alarm::new(AlarmId::generate(), due_ms, Bytes::from(due_ms.to_string()))
}

pub fn create(record: &ActorRecord, state: &str, alarms: impl IntoIterator<Item = AlarmChange>) -> Commit {
    let alarms = alarms.into_iter().collect();
    Commit::Create { record: record.clone(), state: state.to_owned().into(), alarms, messages: vec![] }
}

pub fn save(
    of: &ActorRecord,
    epoch: u64,
    revision: u64,
    state: &str,
    alarms: impl IntoIterator<Item = AlarmChange>,
) -> Commit {
    let alarms = alarms.into_iter().collect();
    let state = Some(state.to_owned().into());
    Commit::Save { id: of.id, epoch, revision, state, alarms, messages: vec![] }
}

pub fn save_alarms(
    of: &ActorRecord,
    epoch: u64,
    revision: u64,
    alarms: impl IntoIterator<Item = AlarmChange>,
) -> Commit {
    let alarms = alarms.into_iter().collect();
    Commit::Save { id: of.id, epoch, revision, state: None, alarms, messages: vec![] }
}

pub fn message(body: &str) -> StoredMessage {
    StoredMessage::new(MessageId::generate(), "jobs", Bytes::from(body.to_owned()), 1_700_000_000_001)
}

pub fn save_messages(
    of: &ActorRecord,
    epoch: u64,
    revision: u64,
    messages: impl IntoIterator<Item = MessageChange>,
) -> Commit {
    let messages = messages.into_iter().collect();
    Commit::Save { id: of.id, epoch, revision, state: None, alarms: vec![], messages }
}

pub fn enqueue(of: &ActorRecord, epoch: u64, message: &StoredMessage) -> Commit {
    Commit::Enqueue { id: of.id, epoch, message: message.clone() }
}

pub async fn commit(store: &dyn Store, commit: Commit) -> CommitOutcome {
    let outcomes = store.commit(vec![commit]).await.expect("a commit");
    assert_eq!(outcomes.len(), 1);
    outcomes[0]
}

pub async fn created<S: Into<String>>(
    store: &dyn Store,
    name: &str,
    key: impl IntoIterator<Item = S>,
) -> ActorRecord {
    created_with(store, name, key, iter::empty()).await
}

pub async fn created_with<S: Into<String>>(
    store: &dyn Store,
    name: &str,
    key: impl IntoIterator<Item = S>,
    alarms: impl IntoIterator<Item = AlarmChange>,
) -> ActorRecord {
    let record = record(name, key);
    assert_eq!(commit(store, create(&record, "first", alarms)).await, CommitOutcome::Done);
    record
}

/// What is in the queue `jobs`, which [`message`] is for.
pub async fn messages(store: &dyn Store, of: &ActorRecord) -> Vec<StoredMessage> {
    let page = store.messages(of.id, "jobs", None, u64::MAX).await.expect("messages");
    assert_eq!(page.next, None);
    page.messages
}

pub async fn claimed(store: &dyn Store, of: &ActorRecord) -> Claim {
    store.claim(&of.name, &of.key).await.expect("a claim").expect("an actor")
}
