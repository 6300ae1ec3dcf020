//! Which shapes are remembered, and which values are read back all the same.

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serializer, ser::SerializeStruct as _};

use super::*;

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Counts how often it is read.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Counted(u64);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        u64::deserialize(deserializer).map(Self)
    }
}

#[test]
fn only_a_shape_that_has_not_come_before_is_read_back() {
    #[derive(Debug, Default, Serialize, Deserialize)]
    struct State {
        counted: Counted,
        list: Vec<Option<u64>>,
    }
    let read = |list: &[Option<u64>]| {
        let before = READ.get();
        save(&State { counted: Counted(1), list: list.to_vec() }).expect("it can be read back");
        READ.get() - before
    };
    assert_eq!(read(&[]), 1);
    assert_eq!(read(&[]), 0);
    assert_eq!(read(&[Some(1)]), 1, "its first element");
    assert_eq!(read(&[Some(2)]), 0);
    assert_eq!(read(&[Some(3), None]), 1, "`None`, and a list of two");
    assert_eq!(read(&[Some(3), None, Some(4)]), 1, "a list of more");
    assert_eq!(read(&[None; 100]), 0);
    assert_eq!(read(&[Some(u64::MAX); 100]), 0, "plain numbers are all alike");
    assert_eq!(read(&[Some(u64::MAX), None, Some(0)]), 0);
}

#[test]
fn recursive_types_and_values_of_any_shape_have_an_end_of_shapes() {
    let mut places = 0;
    for levels in 0..60 {
        let kinds: [fn(Deep) -> Deep; 2] =
            [|inner| Deep::List(vec![inner, Deep::End]), |inner| Deep::Named { inner: Box::new(inner) }];
        is_saved(&(0..levels).fold(Deep::End, |inner, level| kinds[level % 2](inner)));
        let now = Known::of::<Deep>(Way::State).len();
        assert!(levels < 12 || now == places, "{levels} levels make more places: {now}");
        places = now;
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Any(serde_json::Value);
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let value = (0..60).fold(serde_json::Value::Null, |inner, _| match random.u8(0..3) {
            0 => serde_json::json!([inner]),
            1 => serde_json::json!({ "x": inner }),
            _ => serde_json::json!([1, inner, "x"]),
        });
        is_saved(&Any(value));
    }
    let places = Known::of::<Any>(Way::State).len();
    assert!(places < 300, "{places}");
}

/// Writes its name as a derive writes the name of a variant.
#[derive(Debug, PartialEq, Deserialize)]
struct Named {
    name: String,
    counted: Counted,
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Named", 2)?;
        fields.serialize_field("name", self.name.as_str())?;
        fields.serialize_field("counted", &self.counted)?;
        fields.end()
    }
}

#[test]
fn texts_that_look_like_names_of_variants_are_taken_for_them_up_to_a_number() {
    let read = |name: usize| {
        let before = READ.get();
        save(&Named { name: format!("name {name}"), counted: Counted(1) }).expect("it can be read back");
        READ.get() - before
    };
    let all: usize = (0..1000).map(read).sum();
    assert!((64..=70).contains(&all), "{all}");
}

#[test]
fn a_value_that_is_kept_is_read_back_each_time() {
    for format in [Format::Json, Format::Cbor] {
        kept(format, &Tagged::Small { number: 5 }).expect("it can be read back");
        for _ in 0..2 {
            let error =
                kept(format, &Tagged::Big { number: 5 }).expect_err("it cannot be read back").to_string();
            assert!(error.contains("could not be read back") && error.contains("`number` (u128)"), "{error}");
        }
        kept(format, &Some(Some(1))).expect("it can be read back");
        kept(format, &Some(None::<u8>)).expect_err("it would be `None`");
    }
}

#[test]
fn an_event_that_no_listener_can_read_is_refused_with_the_first_of_its_shape() {
    for format in [Format::Json, Format::Cbor] {
        event(format, &Tagged::Small { number: 5 }).expect("it can be read back");
        for _ in 0..2 {
            event(format, &Tagged::Big { number: 5 }).expect_err("it cannot be read back");
        }
    }
    // What JSON cannot hold is null there, for browsers.
    event(Format::Json, &f64::NAN).expect("it is sent");
    event(Format::Json, &1.5).expect("it is sent");
    event(Format::Cbor, &f64::NAN).expect("it is sent");
}
