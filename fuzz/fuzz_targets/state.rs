#![no_main]

use std::collections::BTreeMap;

use callboard::{Actor, prelude::*};
use callboard_fuzz::Sample;

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

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A damaged file is an error, never a panic; a state that is read is saved and read as the same.
    if let Ok(shelf) = <Shelf as Actor>::load(bytes) {
        let saved = shelf.save().expect("what was read can be saved");
        let again = <Shelf as Actor>::load(&saved).expect("what was saved can be read");
        assert_eq!(format!("{shelf:?}"), format!("{again:?}"));
    }
});
