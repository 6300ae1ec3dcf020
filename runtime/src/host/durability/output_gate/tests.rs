use std::{cell::RefCell, rc::Rc};

use super::{GateStatus, OutputGate, Pending};
use crate::{Fault, error::faults};

/// What was released or has failed, in that order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn output(&self, name: &str) -> Output {
        Output { name: name.to_owned(), is_behind: false, log: self.clone() }
    }

    fn add(&self, what: &str, name: &str) {
        self.0.borrow_mut().push(format!("{what} {name}"));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.borrow_mut())
    }
}

struct Output {
    name: String,
    is_behind: bool,
    log: Log,
}

/// Notes when it ends.
struct Wait(String, Log);

impl Drop for Wait {
    fn drop(&mut self) {
        self.1.add("waited:", &self.0);
    }
}

impl Pending for Output {
    const IS_SAVED: bool = true;
    const WAITS: bool = true;

    type Wait = Wait;

    fn release(self) {
        self.log.add("released:", &self.name);
    }

    fn fail(self, _: Fault) {
        self.log.add("failed:", &self.name);
    }

    fn wait(&self) -> Wait {
        Wait(self.name.clone(), self.log.clone())
    }

    fn is_behind(&self) -> bool {
        self.is_behind
    }
}

/// A gate of an actor that was loaded at revision 7.
fn gate() -> (OutputGate<Output>, Log) {
    let mut gate = OutputGate::new();
    gate.loaded(1, 7);
    (gate, Log::default())
}

/// A turn that changes the state, and is answered after that.
fn write(gate: &mut OutputGate<Output>, output: Output) {
    gate.begin_write();
    gate.end_write();
    send(gate, output);
}

fn send(gate: &mut OutputGate<Output>, output: Output) {
    assert!(gate.send(output).is_ok(), "the state is valid");
}

/// What became of the outputs, without the ends of their waits.
fn outcomes(log: &Log) -> Vec<String> {
    log.take().into_iter().filter(|line| !line.starts_with("waited")).collect()
}

#[test]
fn an_answer_waits_until_the_change_that_it_speaks_of_is_saved() {
    let (mut gate, log) = gate();
    send(&mut gate, log.output("early read"));
    assert_eq!(log.take(), ["released: early read"]);

    write(&mut gate, log.output("A"));
    let first = gate.submit();
    send(&mut gate, log.output("B"));
    write(&mut gate, log.output("C"));
    assert!(log.take().is_empty());

    assert!(gate.saved(first.generation, first.revision), "the change of C is still to be saved");
    assert_eq!(outcomes(&log), ["released: A", "released: B"]);

    let second = gate.submit();
    assert!(!gate.saved(second.generation, second.revision));
    assert_eq!(outcomes(&log), ["released: C"]);
    assert!(gate.is_clean());
}

#[test]
fn what_a_turn_sends_needs_the_change_that_it_ends_in() {
    let (mut gate, log) = gate();
    gate.begin_write();
    send(&mut gate, log.output("event"));
    assert!(log.take().is_empty());
    gate.end_write();
    let submission = gate.submit();
    assert_eq!(submission.revision, 8);
    gate.saved(submission.generation, submission.revision);
    assert_eq!(outcomes(&log), ["released: event"]);
}

#[test]
fn what_a_turn_has_sent_that_changed_nothing_needs_only_the_changes_before_it() {
    let (mut gate, log) = gate();
    gate.begin_write();
    send(&mut gate, log.output("of a turn without a change"));
    gate.end_unchanged(false);
    assert_eq!(outcomes(&log), ["released: of a turn without a change"]);

    write(&mut gate, log.output("A"));
    gate.begin_write();
    send(&mut gate, log.output("B"));
    gate.end_unchanged(false);
    let submission = gate.submit();
    assert_eq!(submission.revision, 8, "the second turn was no change");
    gate.saved(submission.generation, submission.revision);
    assert_eq!(outcomes(&log), ["released: A", "released: B"]);
}

#[test]
fn a_change_beside_the_state_is_part_of_the_turn_under_way() {
    let (mut gate, _) = gate();
    gate.begin_write();
    gate.changed_aside();
    gate.end_unchanged(true);
    assert_eq!(gate.submit().revision, 8);
    assert_eq!(gate.unsaved_state(), None, "the state itself has not changed");
    gate.changed_aside();
    assert_eq!(gate.submit().revision, 9);
}

#[test]
fn a_failed_save_makes_everything_void_that_waits() {
    let (mut gate, log) = gate();
    write(&mut gate, log.output("A"));
    let submission = gate.submit();
    write(&mut gate, log.output("B"));

    let void = gate.save_failed(submission.generation);
    assert!(log.take().is_empty(), "nothing fails under the lock");
    void.fail(&faults::rolled_back());
    assert_eq!(log.take(), ["failed: A", "waited: A", "failed: B", "waited: B"]);
    assert_eq!(gate.status(), GateStatus::Invalid);
    assert!(gate.send(log.output("C")).is_err(), "a state that is void must not be answered with");

    gate.loaded(2, 7);
    assert_eq!(gate.status(), GateStatus::Open);
    send(&mut gate, log.output("D"));
    assert_eq!(log.take(), ["released: D"]);
}

#[test]
fn a_turn_that_is_taken_back_leaves_what_a_save_under_way_will_release() {
    let (mut gate, log) = gate();
    write(&mut gate, log.output("A"));
    let submission = gate.submit();
    write(&mut gate, log.output("B"));
    gate.begin_write();
    send(&mut gate, log.output("C"));

    gate.broke_off().fail(&faults::rolled_back());
    assert_eq!(outcomes(&log), ["failed: B", "failed: C"]);
    gate.saved(submission.generation, submission.revision);
    assert_eq!(outcomes(&log), ["released: A"]);
    assert!(gate.is_invalid(), "the state in memory is void all the same");
}

#[test]
fn a_save_of_an_earlier_generation_moves_nothing() {
    let (mut gate, log) = gate();
    write(&mut gate, log.output("A"));
    let before = gate.submit();
    gate.save_failed(before.generation).fail(&faults::rolled_back());
    gate.loaded(2, 7);
    write(&mut gate, log.output("B"));
    log.take();

    assert!(!gate.saved(before.generation, before.revision));
    gate.save_failed(before.generation).fail(&faults::rolled_back());
    assert!(log.take().is_empty());
    assert_eq!(gate.status(), GateStatus::Open);
}

#[test]
fn a_retried_save_is_a_change_of_its_own() {
    let (mut gate, _) = gate();
    gate.begin_write();
    gate.end_write();
    let failed = gate.submit();
    assert!(gate.try_again(failed));
    assert!(gate.is_retrying());
    let again = gate.submit();
    assert_eq!(again.revision, failed.revision + 1);

    gate.begin_write();
    gate.end_write();
    gate.submit();
    assert!(!gate.try_again(again), "a later save holds it already");
}

#[test]
fn what_is_behind_something_of_its_connection_waits_with_it() {
    let (mut gate, log) = gate();
    let behind = |name| Output { is_behind: true, ..log.output(name) };
    gate.send_in_order(behind("nothing waits"));
    assert_eq!(log.take(), ["released: nothing waits"]);

    write(&mut gate, log.output("answer"));
    gate.send_in_order(log.output("of another connection"));
    gate.send_in_order(behind("event"));
    assert_eq!(log.take(), ["released: of another connection"]);
    let submission = gate.submit();
    gate.saved(submission.generation, submission.revision);
    // The wait ends after the release: what is sent in between must not overtake.
    assert_eq!(log.take(), ["released: answer", "waited: answer", "released: event", "waited: event"]);
}

#[test]
fn the_end_of_an_actor_releases_what_waited_for_it() {
    let (mut gate, log) = gate();
    gate.begin_write();
    gate.end_write();
    gate.destroy();
    send(&mut gate, log.output("answer to the destroy"));
    assert_eq!(gate.status(), GateStatus::Reserved);
    assert!(!gate.is_save_due(), "nothing is saved of an actor that goes");
    assert!(log.take().is_empty());
    gate.ended();
    assert_eq!(outcomes(&log), ["released: answer to the destroy"]);
}

#[test]
fn nothing_of_a_provisional_actor_is_saved_before_it_is_admitted() {
    let mut gate = OutputGate::<Output>::provisional();
    gate.loaded(0, 1);
    gate.begin_write();
    gate.end_write();
    assert!(!gate.has_unsubmitted());
    let submission = gate.submit();
    gate.admitted(1, submission.revision);
    assert!(gate.is_clean());
    assert_eq!(gate.status(), GateStatus::Open);
}

#[test]
fn no_room_is_kept_where_nothing_waits() {
    let (mut gate, log) = gate();
    write(&mut gate, log.output("A"));
    let submission = gate.submit();
    write(&mut gate, log.output("B"));
    gate.saved(submission.generation, submission.revision);
    assert_ne!(gate.waiting.room(), 0, "B waits");
    let submission = gate.submit();
    gate.saved(submission.generation, submission.revision);
    assert_eq!(gate.waiting.room(), 0, "it is saved");

    write(&mut gate, log.output("C"));
    let submission = gate.submit();
    gate.save_failed(submission.generation).fail(&faults::actor_not_found());
    assert_eq!(gate.waiting.room(), 0, "it is void");
}
