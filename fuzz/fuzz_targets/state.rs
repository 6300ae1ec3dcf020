#![no_main]

//! What the store gives back: a state, the payload of an alarm, a message of a queue. The first byte says which.

use std::{collections::BTreeMap, time::Duration};

use callboard::{
    Actor, ActorId, Key,
    prelude::*,
    store::{
        ActorRecord, Alarm, AlarmChange, AlarmId, Commit, CommitOutcome, MessageChange, MessageId,
        Store as _, StoredMessage,
    },
};
use callboard_fuzz::{
    Sample,
    stage::{Stage, World, in_world},
};

/// A state of every shape.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Shelf {
    samples: Vec<Sample>,
    named: BTreeMap<String, Option<i64>>,
    #[serde(default)]
    added_later: (u8, String),
}

#[actor]
impl Shelf {}

/// A damaged state is an error, never a panic; one that is read is saved and read as the same.
fn load(bytes: &[u8]) {
    if let Ok(shelf) = <Shelf as Actor>::load(bytes) {
        let saved = shelf.save().expect("what was read can be saved");
        let again = <Shelf as Actor>::load(&saved).expect("what was saved can be read");
        assert_eq!(format!("{shelf:?}"), format!("{again:?}"));
    }
}

/// A damaged alarm or message is left alone or thrown away, and the actor that has it wakes and works.
async fn wake(world: &World, alarms: Vec<AlarmChange>, messages: Vec<MessageChange>) {
    let key = Key::from(["a"]);
    let record = ActorRecord::new(ActorId::generate(), "stage", key.clone(), 0);
    let state = Stage::default().save().expect("it can be saved").into();
    let made = world.store.commit(vec![Commit::Create { record, state, alarms, messages }]).await;
    assert_eq!(made.expect("it is kept"), [CommitOutcome::Done]);
    let stage = world.registry.client().get::<Stage>(key);
    stage.add(1).await.expect("it wakes");
    // What is due is done meanwhile.
    tokio::time::sleep(Duration::from_millis(20)).await;
    stage.add(1).await.expect("it is awake");
    stage.end().await.expect("it ends");
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let kept = rest.to_vec().into();
    match first % 3 {
        0 => load(rest),
        1 => in_world(async |world| {
            wake(world, vec![AlarmChange::Set(Alarm::new(AlarmId::generate(), 1, kept))], vec![]).await;
        }),
        _ => in_world(async |world| {
            let message = StoredMessage::new(MessageId::generate(), "job", kept, 1);
            wake(world, vec![], vec![MessageChange::Add(message)]).await;
        }),
    }
});
