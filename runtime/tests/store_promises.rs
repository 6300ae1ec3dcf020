//! What every store promises, asked of each of them.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::collections::HashSet;

use bytes::Bytes;
use callboard::{
    ActorId, Key,
    store::{
        ActorRecord, Alarm, AlarmChange, AlarmEncoding, AlarmId,
        AlarmKind::{Elapsed, WallClock},
        Commit,
        CommitOutcome::{Done, Fenced, Taken},
        MemoryStore, MessageChange, MessageId, MessagePage, QueueLoad, Store, StoredMessage,
    },
};
use store_kit::{
    alarm, claimed, commit, create, created, created_with, enqueue, message, messages, record, save,
    save_alarms, save_messages,
};

/// Makes a test of each function for each store.
macro_rules! promises {
    ($($promise:ident,)*) => {
        mod memory {
            $(#[tokio::test] async fn $promise() { super::$promise(&super::MemoryStore::new()).await; })*
        }

        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[tokio::test] async fn $promise() {
                let directory = tempfile::tempdir().expect("a directory");
                super::$promise(&callboard::store::SqliteStore::open(&directory).expect("a store")).await;
            })*
        }
    };
}

promises! {
    an_empty_store_has_nothing,
    what_is_created_is_found,
    the_second_create_of_a_name_and_key_is_taken,
    the_second_create_of_an_id_is_taken,
    names_and_keys_are_told_apart,
    a_claim_raises_the_epoch_and_reads_the_last_save,
    a_save_without_a_state_keeps_the_state,
    a_save_of_an_earlier_epoch_is_fenced,
    a_save_that_is_not_newer_is_fenced,
    a_save_of_nobody_is_fenced,
    a_fenced_save_changes_no_alarm,
    a_taken_create_changes_nothing,
    a_destroyed_actor_is_gone_with_its_alarms,
    a_destroy_of_an_earlier_epoch_is_fenced,
    after_a_destroy_the_key_is_a_new_actor,
    a_batch_is_applied_in_its_order,
    alarms_come_earliest_first,
    an_alarm_is_replaced_by_its_id,
    a_cleared_alarm_is_gone,
    every_part_of_an_alarm_is_kept,
    the_kinds_of_alarms_are_told_apart,
    alarms_that_are_further_ahead_than_they_were_set_are_found,
    due_actors_come_once_and_earliest_first,
    the_next_alarm_is_the_first_after_that_time,
    an_alarm_at_the_end_of_time_is_never_due_before,
    messages_come_in_the_order_of_their_ids,
    a_message_that_was_handled_is_gone,
    a_message_is_of_its_actor_alone,
    a_message_of_an_earlier_epoch_is_fenced,
    a_message_leaves_the_revision_as_it_is,
    a_fenced_save_changes_no_message,
    a_destroyed_actor_is_gone_with_its_messages,
    actors_with_messages_come_once_and_page_by_page,
    messages_come_a_page_at_a_time_queue_by_queue,
    what_waits_is_counted,
    messages_without_number_are_counted,
    it_is_told_which_messages_are_there,
    every_part_of_a_message_is_kept,
    an_actor_lists_in_the_order_of_its_id,
    a_list_comes_page_by_page,
    ten_thousand_actors_are_kept_apart,
    commits_that_come_together_are_all_answered,
}

async fn an_empty_store_has_nothing(store: &dyn Store) {
    let key = Key::from("a");
    assert_eq!(store.find("room", &key).await.unwrap(), None);
    assert_eq!(store.find_by_id(ActorId::generate()).await.unwrap(), None);
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), []);
    assert_eq!(store.claim("room", &key).await.unwrap(), None);
    assert_eq!(store.due(WallClock, u64::MAX, 10).await.unwrap(), []);
    assert_eq!(store.next_alarm_after(WallClock, 0).await.unwrap(), None);
    assert_eq!(store.with_messages(None, 10).await.unwrap(), []);
    assert_eq!(store.commit(vec![]).await.unwrap(), []);
}

async fn what_is_created_is_found(store: &dyn Store) {
    let room = created(store, "room", ["a/b", "", "\\", "\0", "ü"]).await;
    assert_eq!(store.find("room", &room.key).await.unwrap().as_ref(), Some(&room));
    assert_eq!(store.find_by_id(room.id).await.unwrap().as_ref(), Some(&room));
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), [room]);
}

async fn the_second_create_of_a_name_and_key_is_taken(store: &dyn Store) {
    let first = created(store, "room", ["a"]).await;
    let second = record("room", ["a"]);
    assert_eq!(commit(store, create(&second, "second", [])).await, Taken);
    assert_eq!(store.find("room", &first.key).await.unwrap(), Some(first));
    assert_eq!(store.find_by_id(second.id).await.unwrap(), None);
}

async fn the_second_create_of_an_id_is_taken(store: &dyn Store) {
    let first = created(store, "room", ["a"]).await;
    let second = ActorRecord::new(first.id, "room", Key::from("b"), 7);
    assert_eq!(commit(store, create(&second, "second", [])).await, Taken);
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), [first]);
}

async fn names_and_keys_are_told_apart(store: &dyn Store) {
    let keys: [&[&str]; 8] = [&[], &[""], &["", ""], &["a/b"], &["a", "b"], &["a\\", "b"], &["A/b"], &["/"]];
    let mut made = Vec::new();
    for (name, key) in ["room", "Room"].into_iter().flat_map(|name| keys.map(|key| (name, key))) {
        let record = record(name, key.iter().copied());
        assert_eq!(
            commit(store, create(&record, &format!("{name}{key:?}"), [])).await,
            Done,
            "{name} {key:?}"
        );
        made.push(record);
    }
    for record in made {
        let claim = claimed(store, &record).await;
        assert_eq!(claim.state, format!("{}{:?}", record.name, record.key.parts()));
        assert_eq!(claim.record, record);
    }
}

async fn a_claim_raises_the_epoch_and_reads_the_last_save(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let claim = claimed(store, &room).await;
    assert_eq!((claim.epoch, claim.revision, &claim.state[..]), (2, 1, &b"first"[..]));
    assert_eq!(commit(store, save(&room, 2, 5, "second", [])).await, Done);
    assert_eq!(commit(store, save(&room, 2, 6, "", [])).await, Done);
    let claim = claimed(store, &room).await;
    assert_eq!((claim.epoch, claim.revision, &claim.state[..]), (3, 6, &b""[..]));
}

async fn a_save_without_a_state_keeps_the_state(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let alarm = alarm(5);
    assert_eq!(commit(store, save_alarms(&room, 1, 2, [AlarmChange::Set(alarm.clone())])).await, Done);
    let claim = claimed(store, &room).await;
    assert_eq!((claim.revision, &claim.state[..], claim.alarms), (2, &b"first"[..], vec![alarm]));
}

async fn a_save_of_an_earlier_epoch_is_fenced(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let (first, second) = (claimed(store, &room).await, claimed(store, &room).await);
    for epoch in [1, first.epoch, second.epoch + 1, u64::MAX] {
        assert_eq!(commit(store, save(&room, epoch, 2, "stale", [])).await, Fenced, "{epoch}");
    }
    assert_eq!(commit(store, save(&room, second.epoch, 2, "fresh", [])).await, Done);
    assert_eq!(claimed(store, &room).await.state, "fresh");
}

async fn a_save_that_is_not_newer_is_fenced(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    assert_eq!(commit(store, save(&room, 1, 1, "same", [])).await, Fenced);
    assert_eq!(commit(store, save(&room, 1, 3, "third", [])).await, Done);
    assert_eq!(commit(store, save(&room, 1, 3, "again", [])).await, Fenced);
    assert_eq!(commit(store, save(&room, 1, 2, "late", [])).await, Fenced);
    assert_eq!(claimed(store, &room).await.state, "third");
}

async fn a_save_of_nobody_is_fenced(store: &dyn Store) {
    let nobody = record("room", ["a"]);
    assert_eq!(commit(store, save(&nobody, 1, 2, "state", [AlarmChange::Set(alarm(1))])).await, Fenced);
    assert_eq!(commit(store, Commit::Destroy { id: nobody.id, epoch: 1 }).await, Fenced);
    assert_eq!(store.next_alarm_after(WallClock, 0).await.unwrap(), None);
}

async fn a_fenced_save_changes_no_alarm(store: &dyn Store) {
    let (kept, refused) = (alarm(5), alarm(3));
    let room = created_with(store, "room", ["a"], [AlarmChange::Set(kept.clone())]).await;
    let changes = [AlarmChange::Clear(kept.id), AlarmChange::Set(refused)];
    assert_eq!(commit(store, save(&room, 9, 2, "stale", changes)).await, Fenced);
    let claim = claimed(store, &room).await;
    assert_eq!((claim.revision, &claim.state[..], claim.alarms), (1, &b"first"[..], vec![kept]));
}

async fn a_taken_create_changes_nothing(store: &dyn Store) {
    let kept = alarm(5);
    let room = created_with(store, "room", ["a"], [AlarmChange::Set(kept.clone())]).await;
    let twin = ActorRecord::new(room.id, "room", Key::from("a"), 8);
    let changes = [AlarmChange::Clear(kept.id), AlarmChange::Set(alarm(3))];
    assert_eq!(commit(store, create(&twin, "twin", changes)).await, Taken);
    let claim = claimed(store, &room).await;
    assert_eq!((claim.record, &claim.state[..], claim.alarms), (room, &b"first"[..], vec![kept]));
}

async fn a_destroyed_actor_is_gone_with_its_alarms(store: &dyn Store) {
    let room = created_with(store, "room", ["a"], [AlarmChange::Set(alarm(5))]).await;
    let other = created_with(store, "room", ["b"], [AlarmChange::Set(alarm(6))]).await;
    assert_eq!(commit(store, Commit::Destroy { id: room.id, epoch: 1 }).await, Done);
    assert_eq!(store.find("room", &room.key).await.unwrap(), None);
    assert_eq!(store.find_by_id(room.id).await.unwrap(), None);
    assert_eq!(store.claim("room", &room.key).await.unwrap(), None);
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), std::slice::from_ref(&other));
    assert_eq!(store.due(WallClock, 100, 10).await.unwrap(), [other]);
    assert_eq!(store.next_alarm_after(WallClock, 0).await.unwrap(), Some(6));
    assert_eq!(commit(store, save(&room, 1, 2, "late", [])).await, Fenced);
    assert_eq!(commit(store, Commit::Destroy { id: room.id, epoch: 1 }).await, Fenced);
}

async fn a_destroy_of_an_earlier_epoch_is_fenced(store: &dyn Store) {
    let room = created_with(store, "room", ["a"], [AlarmChange::Set(alarm(5))]).await;
    let claim = claimed(store, &room).await;
    assert_eq!(commit(store, Commit::Destroy { id: room.id, epoch: claim.epoch - 1 }).await, Fenced);
    assert_eq!(store.due(WallClock, 5, 10).await.unwrap(), [room]);
}

async fn after_a_destroy_the_key_is_a_new_actor(store: &dyn Store) {
    let old = created_with(store, "room", ["a"], [AlarmChange::Set(alarm(5))]).await;
    claimed(store, &old).await;
    assert_eq!(commit(store, Commit::Destroy { id: old.id, epoch: 2 }).await, Done);
    let new = created(store, "room", ["a"]).await;
    let claim = claimed(store, &new).await;
    assert_eq!((claim.record, claim.epoch, claim.revision, claim.alarms), (new, 2, 1, vec![]));
    assert_eq!(commit(store, save(&old, 2, 9, "late", [])).await, Fenced);
}

async fn a_batch_is_applied_in_its_order(store: &dyn Store) {
    let (old, new) = (record("room", ["a"]), record("room", ["a"]));
    let batch = vec![
        create(&old, "old", []),
        create(&new, "too early", []),
        save(&old, 1, 2, "saved", []),
        save(&old, 1, 2, "twice", []),
        Commit::Destroy { id: old.id, epoch: 1 },
        save(&old, 1, 3, "too late", []),
        create(&new, "new", []),
    ];
    let outcomes = store.commit(batch).await.unwrap();
    assert_eq!(outcomes, [Done, Taken, Done, Fenced, Done, Fenced, Done]);
    assert_eq!(claimed(store, &new).await.state, "new");
}

async fn alarms_come_earliest_first(store: &dyn Store) {
    let alarms = [alarm(7), alarm(3), alarm(7), alarm(0), alarm(5)];
    let room = created_with(store, "room", ["a"], alarms.clone().map(AlarmChange::Set)).await;
    let [seven, three, other_seven, zero, five] = alarms;
    assert_eq!(claimed(store, &room).await.alarms, [zero, three, five, seven, other_seven]);
}

async fn an_alarm_is_replaced_by_its_id(store: &dyn Store) {
    let first = alarm(5);
    let room = created_with(store, "room", ["a"], [AlarmChange::Set(first.clone())]).await;
    // Ids belong to an actor: another one's alarm of that id is another alarm.
    let other = created_with(store, "room", ["b"], [AlarmChange::Set(first.clone())]).await;
    let second = Alarm::new(first.id, 9, Bytes::new());
    assert_eq!(commit(store, save_alarms(&room, 1, 2, [AlarmChange::Set(second.clone())])).await, Done);
    assert_eq!(claimed(store, &room).await.alarms, [second]);
    assert_eq!(claimed(store, &other).await.alarms, [first]);
    assert_eq!(store.due(WallClock, 8, 10).await.unwrap(), [other]);
}

async fn a_cleared_alarm_is_gone(store: &dyn Store) {
    let (gone, kept, fleeting) = (alarm(5), alarm(6), alarm(1));
    let room = created_with(store, "room", ["a"], [gone.clone(), kept.clone()].map(AlarmChange::Set)).await;
    let changes = [
        AlarmChange::Clear(gone.id),
        AlarmChange::Clear(AlarmId::generate()),
        AlarmChange::Set(fleeting.clone()),
        AlarmChange::Clear(fleeting.id),
    ];
    assert_eq!(commit(store, save_alarms(&room, 1, 2, changes)).await, Done);
    assert_eq!(claimed(store, &room).await.alarms, [kept]);
    assert_eq!(store.next_alarm_after(WallClock, 0).await.unwrap(), Some(6));
}

async fn due_actors_come_once_and_earliest_first(store: &dyn Store) {
    let set = |times: &[u64]| times.iter().map(|due_ms| AlarmChange::Set(alarm(*due_ms))).collect::<Vec<_>>();
    let late = created_with(store, "room", ["late"], set(&[40, 30])).await;
    let early = created_with(store, "room", ["early"], set(&[10, 20, 25])).await;
    let other = created_with(store, "game", ["early"], set(&[10])).await;
    let never = created(store, "room", ["never"]).await;
    assert_eq!(store.due(WallClock, 9, 10).await.unwrap(), []);
    assert_eq!(store.due(WallClock, 10, 10).await.unwrap(), [early.clone(), other.clone()]);
    assert_eq!(store.due(WallClock, u64::MAX, 10).await.unwrap(), [early.clone(), other.clone(), late]);
    assert_eq!(store.due(WallClock, 100, 2).await.unwrap(), [early, other]);
    assert_eq!(store.due(WallClock, 100, 0).await.unwrap(), []);
    assert_eq!(claimed(store, &never).await.alarms, []);
}

async fn the_next_alarm_is_the_first_after_that_time(store: &dyn Store) {
    created_with(store, "room", ["a"], [AlarmChange::Set(alarm(30))]).await;
    created_with(store, "room", ["b"], [AlarmChange::Set(alarm(10)), AlarmChange::Set(alarm(10))]).await;
    for (after, next) in
        [(0, Some(10)), (9, Some(10)), (10, Some(30)), (29, Some(30)), (30, None), (u64::MAX, None)]
    {
        assert_eq!(store.next_alarm_after(WallClock, after).await.unwrap(), next, "after {after}");
    }
}

async fn an_alarm_at_the_end_of_time_is_never_due_before(store: &dyn Store) {
    let room = created_with(store, "room", ["a"], [AlarmChange::Set(alarm(u64::MAX))]).await;
    assert_eq!(store.due(WallClock, 4_102_444_800_000, 10).await.unwrap(), []);
    assert!(store.next_alarm_after(WallClock, 0).await.unwrap() >= Some(i64::MAX.unsigned_abs()));
    assert_eq!(store.due(WallClock, u64::MAX, 10).await.unwrap(), [room]);
}

async fn every_part_of_an_alarm_is_kept(store: &dyn Store) {
    let alarms = [
        alarm(1),
        alarm(2).with_kind(Elapsed).with_period(Some(7)).with_name(Some("reminder".to_owned())),
        alarm(3).with_encoding(AlarmEncoding::Json).with_period(Some(0)).with_name(Some(String::new())),
    ];
    let room = created_with(store, "room", ["a"], alarms.clone().map(AlarmChange::Set)).await;
    assert_eq!(claimed(store, &room).await.alarms, alarms);
    let changed = Alarm::new(alarms[0].id, 9, Bytes::new()).with_kind(Elapsed);
    assert_eq!(commit(store, save_alarms(&room, 2, 2, [AlarmChange::Set(changed.clone())])).await, Done);
    assert_eq!(claimed(store, &room).await.alarms.last(), Some(&changed));
}

async fn the_kinds_of_alarms_are_told_apart(store: &dyn Store) {
    let both = [alarm(10), alarm(20).with_kind(Elapsed)].map(AlarmChange::Set);
    let room = created_with(store, "room", ["a"], both).await;
    let moved = alarm(10);
    let other = created_with(store, "room", ["b"], [AlarmChange::Set(moved.clone())]).await;
    assert_eq!(store.due(WallClock, 10, 10).await.unwrap(), [room.clone(), other.clone()]);
    assert_eq!(store.due(Elapsed, 19, 10).await.unwrap(), []);
    assert_eq!(store.due(Elapsed, 20, 10).await.unwrap(), std::slice::from_ref(&room));
    let next = async |kind| {
        [store.next_alarm_after(kind, 0).await.unwrap(), store.next_alarm_after(kind, 10).await.unwrap()]
    };
    assert_eq!((next(WallClock).await, next(Elapsed).await), ([Some(10), None], [Some(20), Some(20)]));
    let moved = moved.with_kind(Elapsed);
    assert_eq!(commit(store, save_alarms(&other, 1, 2, [AlarmChange::Set(moved)])).await, Done);
    assert_eq!(store.due(WallClock, 100, 10).await.unwrap(), [room]);
    assert_eq!(next(Elapsed).await, [Some(10), Some(20)]);
}

async fn alarms_that_are_further_ahead_than_they_were_set_are_found(store: &dyn Store) {
    let ahead = |due_ms: u64, period_ms: u64| {
        AlarmChange::Set(alarm(due_ms).with_kind(Elapsed).with_period(Some(period_ms)))
    };
    let first = created_with(store, "room", ["a"], [ahead(100, 10), ahead(100, 20), ahead(100, 100)]).await;
    created_with(store, "room", ["b"], [AlarmChange::Set(alarm(100).with_kind(Elapsed))]).await;
    let second = created_with(store, "room", ["c"], [ahead(61, 10)]).await;
    created_with(store, "room", ["d"], [AlarmChange::Set(alarm(100).with_period(Some(1)))]).await;
    created_with(store, "room", ["e"], [ahead(5, 10), ahead(u64::MAX, u64::MAX)]).await;
    let found = async |now_ms, after, limit| store.alarms_ahead(Elapsed, now_ms, after, limit).await.unwrap();
    assert_eq!(found(50, None, 10).await, [first.clone(), second.clone()]);
    assert_eq!(found(51, None, 10).await, std::slice::from_ref(&first));
    assert_eq!(found(90, None, 10).await, []);
    assert_eq!(found(50, None, 1).await, std::slice::from_ref(&first));
    assert_eq!(found(50, Some(first.id), 10).await, [second]);
}

async fn messages_come_in_the_order_of_their_ids(store: &dyn Store) {
    let (first, second, third) = (message("first"), message("second"), message("third"));
    let new = record("room", ["a"]);
    let created_with_one = Commit::Create {
        record: new.clone(),
        state: Bytes::new(),
        alarms: vec![],
        messages: vec![MessageChange::Add(second.clone())],
    };
    assert_eq!(commit(store, created_with_one).await, Done);
    let batch = vec![
        enqueue(&new, 1, &third),
        save_messages(&new, 1, 2, [MessageChange::Add(first.clone())]),
        // A change may come again.
        enqueue(&new, 1, &third),
    ];
    assert_eq!(store.commit(batch).await.unwrap(), [Done, Done, Done]);
    assert_eq!(messages(store, &new).await, [first, second, third]);
}

async fn a_message_that_was_handled_is_gone(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let (gone, kept) = (message("gone"), message("kept"));
    let batch = vec![enqueue(&room, 1, &gone), enqueue(&room, 1, &kept)];
    assert_eq!(store.commit(batch).await.unwrap(), [Done, Done]);
    let changes = [gone.id, MessageId::generate()].map(MessageChange::Remove);
    assert_eq!(commit(store, save_messages(&room, 1, 2, changes)).await, Done);
    assert_eq!(messages(store, &room).await, [kept]);
}

async fn a_message_is_of_its_actor_alone(store: &dyn Store) {
    let (room, other) = (created(store, "room", ["a"]).await, created(store, "room", ["b"]).await);
    let shared = message("shared");
    let batch = vec![enqueue(&room, 1, &shared), enqueue(&other, 1, &shared)];
    assert_eq!(store.commit(batch).await.unwrap(), [Done, Done]);
    assert_eq!(commit(store, save_messages(&room, 1, 2, [MessageChange::Remove(shared.id)])).await, Done);
    assert_eq!(messages(store, &room).await, []);
    assert_eq!(messages(store, &other).await, [shared]);
}

async fn a_message_of_an_earlier_epoch_is_fenced(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    assert_eq!(commit(store, enqueue(&record("room", ["b"]), 1, &message("to nobody"))).await, Fenced);
    assert_eq!(claimed(store, &room).await.epoch, 2);
    assert_eq!(commit(store, enqueue(&room, 1, &message("late"))).await, Fenced);
    assert_eq!(messages(store, &room).await, []);
}

async fn a_message_leaves_the_revision_as_it_is(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    assert_eq!(commit(store, enqueue(&room, 1, &message("hello"))).await, Done);
    assert_eq!(commit(store, save(&room, 1, 2, "second", [])).await, Done);
    let claim = claimed(store, &room).await;
    assert_eq!((claim.revision, claim.state), (2, "second".into()));
    assert_eq!(messages(store, &room).await.len(), 1);
}

async fn a_fenced_save_changes_no_message(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let kept = message("kept");
    assert_eq!(commit(store, enqueue(&room, 1, &kept)).await, Done);
    let changes = [MessageChange::Remove(kept.id), MessageChange::Add(message("more"))];
    assert_eq!(commit(store, save_messages(&room, 1, 1, changes.clone())).await, Fenced);
    assert_eq!(commit(store, save_messages(&room, 2, 5, changes)).await, Fenced);
    assert_eq!(messages(store, &room).await, [kept]);
}

async fn a_destroyed_actor_is_gone_with_its_messages(store: &dyn Store) {
    let old = created(store, "room", ["a"]).await;
    assert_eq!(commit(store, enqueue(&old, 1, &message("lost"))).await, Done);
    assert_eq!(commit(store, Commit::Destroy { id: old.id, epoch: 1 }).await, Done);
    assert_eq!(store.with_messages(None, 10).await.unwrap(), []);
    let new = ActorRecord::new(old.id, "room", Key::from("a"), 1_700_000_000_000);
    assert_eq!(commit(store, create(&new, "", [])).await, Done);
    assert_eq!(messages(store, &new).await, []);
}

async fn actors_with_messages_come_once_and_page_by_page(store: &dyn Store) {
    let mut rooms = Vec::new();
    for key in ["a", "b", "c", "d"] {
        let room = created(store, if key == "c" { "game" } else { "room" }, [key]).await;
        if key != "b" {
            let batch = (0..3).map(|n| enqueue(&room, 1, &message(&n.to_string()))).collect();
            assert_eq!(store.commit(batch).await.unwrap(), [Done, Done, Done]);
            rooms.push(room);
        }
    }
    assert_eq!(store.with_messages(None, 10).await.unwrap(), rooms);
    assert_eq!(store.with_messages(None, 2).await.unwrap(), rooms[..2]);
    assert_eq!(store.with_messages(Some(rooms[1].id), 2).await.unwrap(), rooms[2..]);
    assert_eq!(store.with_messages(Some(rooms[2].id), 2).await.unwrap(), []);
    assert_eq!(store.with_messages(None, 0).await.unwrap(), []);
}

async fn every_part_of_a_message_is_kept(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let tried = message("tried").with_attempts(u32::MAX).with_not_before(1_700_000_000_007);
    let dead = message("dead").with_attempts(3).with_dead(true);
    let fresh = message("fresh");
    assert_eq!((fresh.attempts, fresh.not_before_ms, fresh.dead), (0, 0, false));
    for sent in [&tried, &dead, &fresh] {
        assert_eq!(commit(store, enqueue(&room, 1, sent)).await, Done);
    }
    assert_eq!(claimed(store, &room).await.epoch, 2);
    assert_eq!(messages(store, &room).await, [tried, dead.clone(), fresh.clone()]);
    // One that is added again replaces what it was.
    let again = fresh.with_attempts(1).with_not_before(9).with_dead(true);
    assert_eq!(commit(store, save_messages(&room, 2, 2, [MessageChange::Add(again.clone())])).await, Done);
    assert_eq!(messages(store, &room).await[1..], [dead, again]);
}

async fn an_actor_lists_in_the_order_of_its_id(store: &dyn Store) {
    let records = ["c", "a", "b"].map(|key| record("room", [key]));
    for record in [&records[2], &records[0], &records[1]] {
        assert_eq!(commit(store, create(record, "", [])).await, Done);
    }
    created(store, "game", ["a"]).await;
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), records);
}

async fn a_list_comes_page_by_page(store: &dyn Store) {
    let mut rooms = Vec::new();
    for key in ["d", "b", "a", "c"] {
        created(store, "game", [key]).await;
        rooms.push(created(store, "room", [key]).await);
        created(store, "Room", [key]).await;
    }
    let page = |after: Option<usize>, limit| store.list("room", after.map(|n| rooms[n].id), limit);
    assert_eq!(page(None, 4).await.unwrap(), rooms);
    assert_eq!(page(None, 3).await.unwrap(), rooms[..3]);
    assert_eq!(page(Some(0), 2).await.unwrap(), rooms[1..3]);
    assert_eq!(page(Some(2), usize::MAX).await.unwrap(), rooms[3..]);
    assert_eq!(page(Some(3), 1).await.unwrap(), []);
    assert_eq!(page(None, 0).await.unwrap(), []);
    assert_eq!(store.list("room", Some(ActorId::generate()), 1).await.unwrap(), []);
    // A page begins where the last one ended, whether that actor is still there or not.
    assert_eq!(commit(store, Commit::Destroy { id: rooms[1].id, epoch: 1 }).await, Done);
    assert_eq!(page(Some(1), 1).await.unwrap(), rooms[2..3]);
    assert_eq!(page(None, 2).await.unwrap(), [rooms[0].clone(), rooms[2].clone()]);
}

async fn ten_thousand_actors_are_kept_apart(store: &dyn Store) {
    let records: Vec<_> = (0..10_000).map(|n| record("room", [n.to_string()])).collect();
    for records in records.chunks(1_000) {
        let batch = records.iter().map(|record| create(record, &record.id.to_string(), [])).collect();
        assert!(store.commit(batch).await.unwrap().iter().all(|outcome| *outcome == Done));
    }
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), records);
    for record in records.iter().step_by(97) {
        assert_eq!(claimed(store, record).await.state, record.id.to_string());
    }
}

async fn commits_that_come_together_are_all_answered(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let batches = (0..200_u64).map(|n| {
        let batch =
            vec![create(&record("game", [n.to_string()]), "", []), save(&room, 1, 2 + n, "state", [])];
        store.commit(batch)
    });
    let answers = futures_util::future::join_all(batches).await;
    assert!(answers.iter().all(|answer| matches!(answer.as_deref(), Ok([Done, Done]))));
    assert_eq!(claimed(store, &room).await.revision, 201);
    let keys: HashSet<_> =
        store.list("game", None, usize::MAX).await.unwrap().into_iter().map(|record| record.key).collect();
    assert_eq!(keys.len(), 200);
}

async fn messages_come_a_page_at_a_time_queue_by_queue(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    let sizes = [0, 1_000, 10, 10, 5_000, 10];
    let sent = sizes.map(|size| message(&"x".repeat(size)));
    let mut batch: Vec<_> = sent.iter().map(|message| enqueue(&room, 1, message)).collect();
    let other = StoredMessage::new(MessageId::generate(), "mail", Bytes::new(), 1);
    batch.insert(3, enqueue(&room, 1, &other));
    store.commit(batch).await.unwrap();

    // Twice a message takes more than its body.
    let (two, all) = (1_000 + 2 * StoredMessage::OVERHEAD, u64::MAX);
    let page = async |from: usize, limit: u64| {
        let from = sent.get(from).map(|message| message.id);
        let page = store.messages(room.id, "jobs", from, limit).await.unwrap();
        let next = page.next.map(|next| sent.iter().position(|message| message.id == next).unwrap());
        (page.messages, next)
    };
    assert_eq!(page(9, all).await, (sent.to_vec(), None));
    assert_eq!(page(9, 0).await, (sent[..1].to_vec(), Some(1)), "one is in every page");
    assert_eq!(page(9, two).await, (sent[..2].to_vec(), Some(2)));
    assert_eq!(page(9, two - 1).await, (sent[..1].to_vec(), Some(1)));
    assert_eq!(page(2, 1_000).await, (sent[2..4].to_vec(), Some(4)));
    assert_eq!(page(4, 1_000).await, (sent[4..5].to_vec(), Some(5)));
    assert_eq!(page(5, 0).await, (sent[5..].to_vec(), None));

    let in_mail = store.messages(room.id, "mail", Some(sent[0].id), all).await.unwrap();
    assert_eq!((in_mail.messages, in_mail.next), (vec![other], None));
    let (nowhere, nobody) = (created(store, "room", ["b"]).await, record("room", ["c"]));
    for (id, queue) in [(room.id, "spam"), (nowhere.id, "jobs"), (nobody.id, "jobs")] {
        assert_eq!(store.messages(id, queue, None, all).await.unwrap(), MessagePage::default());
    }
    assert_eq!(
        store.messages(room.id, "jobs", Some(MessageId::generate()), all).await.unwrap(),
        MessagePage::default()
    );
}

async fn what_waits_is_counted(store: &dyn Store) {
    let (one, two) = (created(store, "room", ["a"]).await, created(store, "room", ["b"]).await);
    assert_eq!((store.queued_bytes().await.unwrap(), store.queue_loads(one.id).await.unwrap()), (0, vec![]));
    let sent = [1, 20, 300].map(|size| message(&"x".repeat(size)));
    let mail = StoredMessage::new(MessageId::generate(), "mail", Bytes::from("hello"), 1);
    let overhead = StoredMessage::OVERHEAD;
    let mut batch: Vec<_> = sent.iter().map(|message| enqueue(&one, 1, message)).collect();
    batch.extend([enqueue(&one, 1, &mail), enqueue(&two, 1, &sent[2])]);
    // One that is there already is one still.
    batch.push(enqueue(&one, 1, &mail));
    store.commit(batch).await.unwrap();
    let loads = [QueueLoad::new("jobs", 3, 321 + 3 * overhead), QueueLoad::new("mail", 1, 5 + overhead)];
    assert_eq!(store.queue_loads(one.id).await.unwrap(), loads);
    assert_eq!(store.queued_bytes().await.unwrap(), 626 + 5 * overhead);

    assert_eq!(commit(store, save_messages(&one, 1, 2, [MessageChange::Remove(sent[1].id)])).await, Done);
    assert_eq!(store.queued_bytes().await.unwrap(), 606 + 4 * overhead);
    assert_eq!(commit(store, Commit::Destroy { id: one.id, epoch: 1 }).await, Done);
    assert_eq!(store.queued_bytes().await.unwrap(), 300 + overhead);
    assert_eq!(store.queue_loads(one.id).await.unwrap(), []);
}

async fn messages_without_number_are_counted(store: &dyn Store) {
    let room = created(store, "room", ["a"]).await;
    // Some more than are counted at a time.
    let jobs = (0..10_001).map(|n| enqueue(&room, 1, &message(&(n % 10).to_string())));
    let mail = (0..3).map(|_| StoredMessage::new(MessageId::generate(), "mail", Bytes::new(), 1));
    let mut batch: Vec<_> = jobs.collect();
    batch.extend(mail.map(|message| enqueue(&room, 1, &message)));
    store.commit(batch).await.unwrap();
    let (jobs, mail) = (10_001 * (1 + StoredMessage::OVERHEAD), 3 * StoredMessage::OVERHEAD);
    let loads = [QueueLoad::new("jobs", 10_001, jobs), QueueLoad::new("mail", 3, mail)];
    assert_eq!(store.queue_loads(room.id).await.unwrap(), loads);
    assert_eq!(store.queued_bytes().await.unwrap(), jobs + mail);
}

async fn it_is_told_which_messages_are_there(store: &dyn Store) {
    let (one, two) = (created(store, "room", ["a"]).await, created(store, "room", ["b"]).await);
    let (first, second, others) = (message("1"), message("2"), message("3"));
    let batch = vec![enqueue(&one, 1, &first), enqueue(&one, 1, &second), enqueue(&two, 1, &others)];
    store.commit(batch).await.unwrap();
    let ids = vec![others.id, second.id, MessageId::generate(), first.id];
    assert_eq!(store.messages_there(one.id, ids.clone()).await.unwrap(), [second.id, first.id]);
    assert_eq!(store.messages_there(record("room", ["c"]).id, ids).await.unwrap(), []);
}
