use std::{cell::RefCell, rc::Rc, sync::Arc};

use bytes::Bytes;

use super::*;
use crate::{
    host::{
        durability::{durable::Loaded, fingerprint::Fingerprint, output_gate::Passage},
        queues::{own_queues::OwnQueues, queued_bytes::QueuedBytes, state::StoredQueues},
    },
    store::{Alarm, AlarmChange, AlarmId},
    util::clock::Clock,
};

/// An output that notes what became of it.
struct Output(&'static str, Rc<RefCell<Vec<String>>>);

impl Pending for Output {
    const IS_SAVED: bool = true;
    const WAITS: bool = true;

    type Wait = ();

    fn release(self) {
        self.1.borrow_mut().push(format!("released: {}", self.0));
    }

    fn fail(self, _: Fault) {
        self.1.borrow_mut().push(format!("failed: {}", self.0));
    }

    fn wait(&self) {}

    fn is_behind(&self) -> bool {
        false
    }
}

/// An actor that was loaded at revision 1, when its state was `stored`.
fn durable(stored: &[u8]) -> Durable<Output> {
    let queues = OwnQueues::new(&[], &[], &Arc::new(QueuedBytes::new(0)), false);
    let durable = Durable::new(None, queues);
    let stored = Some(Fingerprint::of(stored));
    let queues = StoredQueues::Read { loads: Vec::new(), pages: Vec::new(), there: [].into() };
    let loaded = Loaded { stored, seen: None, epoch: 1, revision: 1, alarms: Vec::new(), queues };
    assert!(!durable.load(loaded, &Clock::start(None)));
    durable
}

/// A turn that sets an alarm and leaves this state, as of this revision.
fn write(durable: &Durable<Output>, revision: u64, state: &'static [u8]) -> (AlarmId, Submitted) {
    let id = AlarmId::generate();
    durable.begin_write();
    durable.lock().parts.alarms.set(Alarm::new(id, 1, Bytes::new()));
    drop(durable.end_write());
    (id, durable.submit(Some(Encoded::new(revision, Bytes::from_static(state))), None))
}

/// The end of a turn that has sent this.
fn send(durable: &Durable<Output>, output: Output) {
    let mut end = durable.end_write();
    match end.passage() {
        Passage::Waits(needs) => end.hold(needs, output),
        passage => panic!("its change is not saved: {passage:?}"),
    }
}

/// The alarms and the state of the save that begins.
fn begin(durable: &Durable<Output>) -> (Vec<AlarmId>, Option<Bytes>) {
    match durable.begin_save(ActorId::generate()) {
        Begun::Commit(Commit::Save { alarms, state, .. }) => {
            let ids = alarms.into_iter().map(|change| match change {
                AlarmChange::Set(alarm) => alarm.id,
                AlarmChange::Clear(id) => id,
            });
            (ids.collect(), state)
        }
        _ => panic!("there is something to save"),
    }
}

#[test]
fn a_save_holds_what_belongs_to_its_state_though_it_is_not_known_what_became_of_the_one_before() {
    let durable = durable(b"1");
    let (first, submitted) = write(&durable, 2, b"2");
    assert!(matches!(submitted, Submitted::ToAnnounce));
    assert_eq!(begin(&durable), (vec![first], Some(Bytes::from_static(b"2"))));
    let (second, _) = write(&durable, 3, b"3");
    assert_eq!(begin(&durable), (vec![first, second], Some(Bytes::from_static(b"3"))));
}

#[test]
fn a_save_leaves_out_what_the_store_has() {
    let durable = durable(b"1");
    write(&durable, 2, b"2");
    begin(&durable);
    assert!(matches!(durable.end_save(true), Some(Ok(end)) if !end.is_next_due));
    let (second, _) = write(&durable, 3, b"2");
    assert_eq!(begin(&durable), (vec![second], None));
}

#[test]
fn what_is_submitted_while_one_waits_is_saved_with_it() {
    let durable = durable(b"1");
    let (first, _) = write(&durable, 2, b"2");
    let (second, submitted) = write(&durable, 3, b"3");
    assert!(matches!(submitted, Submitted::Waits), "the committer knows of it already");
    assert_eq!(begin(&durable), (vec![first, second], Some(Bytes::from_static(b"3"))));
    assert!(matches!(durable.begin_save(ActorId::generate()), Begun::Nothing));
}

#[test]
fn a_state_that_the_store_has_is_saved_without_a_commit() {
    let durable = durable(b"1");
    let outcomes = Rc::default();
    durable.begin_write();
    send(&durable, Output("answer", Rc::clone(&outcomes)));
    assert!(outcomes.borrow().is_empty());
    let submitted = durable.submit(Some(Encoded::new(2, Bytes::from_static(b"1"))), None);
    assert!(matches!(submitted, Submitted::Saved(_)));
    assert_eq!(*outcomes.borrow(), ["released: answer"]);
}

#[test]
fn what_waits_for_a_save_that_is_lost_fails_and_nothing_is_submitted_until_the_state_is_loaded() {
    let durable = durable(b"1");
    let outcomes = Rc::default();
    durable.begin_write();
    send(&durable, Output("answer", Rc::clone(&outcomes)));
    durable.submit(Some(Encoded::new(2, Bytes::from_static(b"2"))), None);
    begin(&durable);
    let Some(Err(save)) = durable.end_save(false) else { panic!("it has failed") };
    durable.lose(save.submission.generation).fail(&faults::rolled_back());
    assert_eq!(*outcomes.borrow(), ["failed: answer"]);

    let (waiter, mut told) = oneshot::channel();
    assert!(matches!(durable.submit(None, Some(waiter)), Submitted::Void));
    assert!(matches!(told.try_recv(), Ok(Err(_))));
}

#[test]
fn a_relaxed_actor_saves_again_what_is_not_known_to_be_saved() {
    let durable = durable(b"1");
    let (first, _) = write(&durable, 2, b"2");
    begin(&durable);
    let Some(Err(save)) = durable.end_save(false) else { panic!("it has failed") };
    assert!(durable.try_again(save.submission));
    let submitted = durable.submit(Some(Encoded::new(3, Bytes::from_static(b"2"))), None);
    assert!(matches!(submitted, Submitted::ToAnnounce));
    assert_eq!(begin(&durable), (vec![first], Some(Bytes::from_static(b"2"))));
}
