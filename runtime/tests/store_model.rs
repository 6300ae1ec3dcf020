//! Any sequence of requests: the store in a file answers as the one in memory does.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use callboard::{
    ActorId, Key,
    store::{
        ActorRecord, Alarm, AlarmChange, AlarmEncoding, AlarmId, AlarmKind, Commit, MemoryStore,
        MessageChange, MessageId, SqliteStore, Store, StoredMessage,
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::Config};

#[derive(Debug, Clone)]
enum Request {
    Commit(Vec<Commit>),
    Claim(&'static str, Key),
    Find(&'static str, Key),
    FindById(ActorId),
    List(&'static str, Option<ActorId>, usize),
    Due(AlarmKind, u64, usize),
    NextAlarmAfter(AlarmKind, u64),
    AlarmsAhead(AlarmKind, u64, Option<ActorId>, usize),
    WithMessages(Option<ActorId>, usize),
    Messages(ActorId, &'static str, Option<MessageId>, u64),
    /// How much waits, and which of all messages.
    Queued(ActorId),
    /// Of the file; memory has nothing like it.
    Reopen,
}

proptest! {
    #![proptest_config(Config { cases: 100, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_sequence_of_requests_is_answered_as_by_memory(requests in vec(request(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compare(requests));
    }
}

async fn compare(requests: Vec<Request>) {
    let directory = tempfile::tempdir().unwrap();
    let memory = MemoryStore::new();
    let mut sqlite = SqliteStore::open(&directory).unwrap();
    let last = NAMES
        .map(|name| Request::List(name, None, 100))
        .into_iter()
        .chain(claims())
        .chain(AlarmKind::ALL.map(|kind| Request::Due(kind, u64::MAX, 100)))
        .chain([Request::WithMessages(None, 100)])
        .chain((0..6_u8).flat_map(|n| {
            let id = format!("{n:032x}").parse().unwrap();
            let messages = |queue| Request::Messages(id, queue, None, u64::MAX);
            [messages("jobs"), messages("Mail"), Request::Queued(id)]
        }));
    for request in requests.into_iter().chain(last) {
        if matches!(request, Request::Reopen) {
            drop(sqlite);
            sqlite = SqliteStore::open(&directory).unwrap();
        } else {
            assert_eq!(ask(&sqlite, &request).await, ask(&memory, &request).await, "{request:?}");
        }
    }
}

/// The answer, as text.
async fn ask(store: &dyn Store, request: &Request) -> String {
    match request {
        Request::Commit(batch) => format!("{:?}", store.commit(batch.clone()).await.unwrap()),
        Request::Claim(name, key) => format!("{:?}", store.claim(name, key).await.unwrap()),
        Request::Find(name, key) => format!("{:?}", store.find(name, key).await.unwrap()),
        Request::FindById(id) => format!("{:?}", store.find_by_id(*id).await.unwrap()),
        Request::List(name, after, limit) => {
            format!("{:?}", store.list(name, *after, *limit).await.unwrap())
        }
        Request::Due(kind, until_ms, limit) => {
            format!("{:?}", store.due(*kind, *until_ms, *limit).await.unwrap())
        }
        Request::NextAlarmAfter(kind, after_ms) => {
            format!("{:?}", store.next_alarm_after(*kind, *after_ms).await.unwrap())
        }
        Request::AlarmsAhead(kind, now_ms, after, limit) => {
            format!("{:?}", store.alarms_ahead(*kind, *now_ms, *after, *limit).await.unwrap())
        }
        Request::WithMessages(after, limit) => {
            format!("{:?}", store.with_messages(*after, *limit).await.unwrap())
        }
        Request::Messages(id, queue, from, limit) => {
            format!("{:?}", store.messages(*id, queue, *from, *limit).await.unwrap())
        }
        Request::Queued(id) => {
            let ids = (0..4).map(|n: u8| format!("{n:032x}").parse().unwrap()).collect();
            let there = store.messages_there(*id, ids).await.unwrap();
            let loads = store.queue_loads(*id).await.unwrap();
            format!("{:?}", (store.queued_bytes().await.unwrap(), loads, there))
        }
        Request::Reopen => String::new(),
    }
}

const NAMES: [&str; 2] = ["room", "Room"];

/// Few of everything, so that requests are about the same actors.
fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        6 => vec(one_commit(), 0..5).prop_map(Request::Commit),
        3 => (name(), key()).prop_map(|(name, key)| Request::Claim(name, key)),
        1 => (name(), key()).prop_map(|(name, key)| Request::Find(name, key)),
        1 => id().prop_map(Request::FindById),
        1 => (name(), option::of(id()), 0..5_usize)
            .prop_map(|(name, after, limit)| Request::List(name, after, limit)),
        1 => (kind(), 0..12_u64, 0..5_usize).prop_map(|(kind, until, limit)| Request::Due(kind, until, limit)),
        1 => (kind(), 0..12_u64).prop_map(|(kind, after)| Request::NextAlarmAfter(kind, after)),
        1 => (kind(), 0..12_u64, option::of(id()), 0..5_usize)
            .prop_map(|(kind, now, after, limit)| Request::AlarmsAhead(kind, now, after, limit)),
        1 => (option::of(id()), 0..5_usize).prop_map(|(after, limit)| Request::WithMessages(after, limit)),
        1 => (id(), select(&["jobs", "Mail"][..]), option::of(message_id()), 0..400_u64)
            .prop_map(|(id, queue, from, limit)| Request::Messages(id, queue, from, limit)),
        1 => id().prop_map(Request::Queued),
        1 => Just(Request::Reopen),
    ]
}

fn one_commit() -> impl Strategy<Value = Commit> {
    let create = (id(), name(), key(), state(), alarms(), messages()).prop_map(
        |(id, name, key, state, alarms, messages)| {
            let record = ActorRecord::new(id, name, key, 1_700_000_000_000);
            Commit::Create { record, state, alarms, messages }
        },
    );
    let save = (id(), 1..4_u64, 1..9_u64, option::of(state()), alarms(), messages()).prop_map(
        |(id, epoch, revision, state, alarms, messages)| Commit::Save {
            id,
            epoch,
            revision,
            state,
            alarms,
            messages,
        },
    );
    let enqueue =
        (id(), 1..4_u64, message()).prop_map(|(id, epoch, message)| Commit::Enqueue { id, epoch, message });
    let destroy = (id(), 1..4_u64).prop_map(|(id, epoch)| Commit::Destroy { id, epoch });
    prop_oneof![3 => create, 5 => save, 2 => enqueue, 1 => destroy]
}

fn alarms() -> impl Strategy<Value = Vec<AlarmChange>> {
    let id = || (0..4_u8).prop_map(|n| format!("{n:032x}").parse::<AlarmId>().unwrap());
    let name = option::of(select(&["", "reminder"][..]).prop_map(str::to_owned));
    let encoding = select(&[AlarmEncoding::Json, AlarmEncoding::Cbor][..]);
    let set = (id(), 0..10_u64, state(), kind(), option::of(0..10_u64), name, encoding).prop_map(
        |(id, due, payload, kind, period, name, encoding)| {
            let alarm = Alarm::new(id, due, payload).with_kind(kind).with_period(period).with_name(name);
            AlarmChange::Set(alarm.with_encoding(encoding))
        },
    );
    vec(prop_oneof![2 => set, 1 => id().prop_map(AlarmChange::Clear)], 0..4)
}

fn kind() -> impl Strategy<Value = AlarmKind> {
    select(&AlarmKind::ALL[..])
}

fn messages() -> impl Strategy<Value = Vec<MessageChange>> {
    vec(
        prop_oneof![2 => message().prop_map(MessageChange::Add), 1 => message_id().prop_map(MessageChange::Remove)],
        0..4,
    )
}

fn message() -> impl Strategy<Value = StoredMessage> {
    let new = (message_id(), select(&["jobs", "Mail"][..]), state(), 0..10_u64)
        .prop_map(|(id, queue, body, sent_at_ms)| StoredMessage::new(id, queue, body, sent_at_ms));
    (new, 0..3_u32, 0..10_u64, any::<bool>()).prop_map(|(message, attempts, not_before_ms, dead)| {
        message.with_attempts(attempts).with_not_before(not_before_ms).with_dead(dead)
    })
}

fn message_id() -> impl Strategy<Value = MessageId> {
    (0..4_u8).prop_map(|n| format!("{n:032x}").parse().unwrap())
}

fn id() -> impl Strategy<Value = ActorId> {
    (0..6_u8).prop_map(|n| format!("{n:032x}").parse().unwrap())
}

fn name() -> impl Strategy<Value = &'static str> {
    select(&NAMES[..])
}

fn key() -> impl Strategy<Value = Key> {
    select(keys())
}

fn keys() -> Vec<Key> {
    let keys: [&[&str]; 4] = [&[], &["a/b"], &["a", "b"], &["\0ü", ""]];
    keys.map(|parts| parts.iter().copied().collect()).to_vec()
}

fn claims() -> impl Iterator<Item = Request> {
    NAMES.into_iter().flat_map(|name| keys().into_iter().map(move |key| Request::Claim(name, key)))
}

fn state() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..20).prop_map(Bytes::from)
}
