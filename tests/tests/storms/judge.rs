//! The judge: what must have become of each note, and whether it has.

use std::{collections::HashMap, ops::Range};

use callboard::prelude::*;
use callboard_tests::taken_back;

use crate::LATER;

/// What must have become of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Once,
    AtMostOnce,
    Never,
}

/// What was found to be wrong, and what the store must have in the end.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    pub(crate) wrongs: Vec<String>,
    pub(crate) fates: HashMap<u64, Fate>,
}

impl Judge {
    pub(crate) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrongs.push(what());
        }
    }

    /// Compares what the store has in the end with what was answered.
    pub(crate) fn compare(&mut self, notes: &[u64], clients: Range<u64>) {
        for (id, fate) in std::mem::take(&mut self.fates) {
            let count = notes.iter().filter(|note| **note == id).count();
            let fits = match fate {
                Fate::Once => count == 1,
                Fate::AtMostOnce => count <= 1,
                Fate::Never => count == 0,
            };
            self.must(fits, || format!("note {id} is there {count} times, not {fate:?}"));
        }
        for client in clients {
            let own: Vec<_> =
                notes.iter().filter(|id| **id / 1000 == client && **id % 1000 < LATER).collect();
            self.must(own.is_sorted(), || format!("the notes of client {client} are out of order: {own:?}"));
        }
    }
}

/// What must become of a note after this answer.
pub(crate) fn fate<T, E>(answer: &Result<T, CallError<E>>) -> Fate {
    match answer {
        Ok(_) | Err(CallError::Action(_)) => Fate::Once,
        Err(error) if taken_back(error) => Fate::Never,
        Err(_) => Fate::AtMostOnce,
    }
}

/// The same for a note that may have been saved before it was given up.
pub(crate) fn fate_of_saved<T, E>(answer: &Result<T, CallError<E>>) -> Fate {
    if answer.is_ok() { Fate::Once } else { Fate::AtMostOnce }
}

/// The same for a note that cannot have been taken.
pub(crate) fn void<T>(answer: &Result<T, CallError>) -> Fate {
    if answer.is_err() { Fate::Never } else { Fate::Once }
}

#[test]
fn the_judge_sees_losses_duplicates_lies_and_disorder() {
    let wrongs = |fates: &[(u64, Fate)], notes: &[u64]| {
        let mut judge = Judge { fates: fates.iter().copied().collect(), ..Judge::default() };
        judge.compare(notes, 0..2);
        judge.wrongs
    };
    assert!(wrongs(&[(1, Fate::Once), (2, Fate::AtMostOnce), (3, Fate::Never)], &[1, 1001]).is_empty());
    assert!(wrongs(&[(2, Fate::AtMostOnce)], &[2]).is_empty());
    assert_eq!(wrongs(&[(1, Fate::Once)], &[]).len(), 1);
    assert_eq!(wrongs(&[(1, Fate::Once)], &[1, 1]).len(), 1);
    assert_eq!(wrongs(&[(1, Fate::AtMostOnce)], &[1, 1]).len(), 1);
    assert_eq!(wrongs(&[(1, Fate::Never)], &[1]).len(), 1);
    assert_eq!(wrongs(&[], &[2, 1]).len(), 1);
}
