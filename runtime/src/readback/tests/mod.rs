#![allow(clippy::items_after_statements, clippy::option_option)]

mod chosen;
mod remembered;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use serde_json::value::RawValue;

use crate::__private::{load, save};

use super::*;

/// Saves a state, and reads what was saved.
fn saved<T: Serialize + DeserializeOwned + 'static>(state: &T) -> Result<T, String> {
    let bytes = save(state).map_err(|error| error.to_string())?;
    Ok(load(&bytes).expect("what is saved can be read"))
}

fn is_saved<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + 'static>(state: &T) {
    assert_eq!(saved(state).as_ref(), Ok(state));
}

fn refusal<T: Serialize + DeserializeOwned + std::fmt::Debug + 'static>(state: &T) -> String {
    saved(state).expect_err("it cannot be read back")
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Flat<T: Ord> {
    id: u32,
    #[serde(flatten)]
    rest: BTreeMap<T, String>,
}

#[test]
fn a_flattened_map_whose_keys_are_no_texts_is_refused_with_its_first_entry() {
    fn refused<T>(key: T)
    where
        T: Ord + Default + Clone + std::fmt::Debug + Serialize + DeserializeOwned + 'static,
    {
        let mut state = Flat::<T>::default();
        is_saved(&state);
        state.rest.insert(key, "x".into());
        let error = refusal(&state);
        assert!(error.contains("<key>"), "{error}");
        state.rest.clear();
        is_saved(&state);
    }
    refused(7_u32);
    refused(-7_i64);
    refused(true);
    is_saved(&Flat { id: 1, rest: BTreeMap::from([("x".to_owned(), "y".to_owned())]) });
    is_saved(&Flat { id: 1, rest: BTreeMap::from([('x', "y".to_owned())]) });
}

#[test]
fn a_key_of_a_flattened_map_that_a_field_has_too_is_refused_each_time() {
    let with = |key: &str| Flat { id: 1, rest: BTreeMap::from([(key.to_owned(), "y".to_owned())]) };
    is_saved(&with("other"));
    for _ in 0..2 {
        assert!(refusal(&with("id")).contains("duplicate field `id`"));
    }
    is_saved(&with("another"));
    is_saved(&with(&"x".repeat(4097)));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Small { number: u64 },
    Big { number: u128 },
    Signed { number: i128 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Big(u128),
    Signed(i128),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    number: u128,
    other: Option<u8>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Outer {
    #[serde(flatten)]
    inner: Option<Inner>,
    own: u128,
}

#[test]
fn a_flattened_option_that_would_come_back_as_none_is_refused() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State {
        id: u8,
        #[serde(flatten)]
        inner: Option<Optional>,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Optional {
        name: String,
        wide: Option<u128>,
    }
    let state = |wide| State { id: 1, inner: Some(Optional { name: "x".into(), wide }) };
    is_saved(&State { id: 1, inner: None });
    is_saved(&state(None));
    assert!(refusal(&state(Some(5))).contains("would not come back"));
    is_saved(&state(None));
}

#[test]
fn wide_integers_within_what_serde_buffers_are_refused_however_small_they_are() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State<T> {
        own: u128,
        all: Vec<T>,
    }
    is_saved(&State::<Tagged> { own: u128::MAX, all: vec![] });
    is_saved(&State { own: 5, all: vec![Tagged::Small { number: 5 }] });
    let error = refusal(&State { own: 5, all: vec![Tagged::Small { number: 5 }, Tagged::Big { number: 5 }] });
    assert!(error.contains("all[0]") || error.contains("all[1]"), "the way to it: {error}");
    assert!(error.contains("`all[].number` (u128)"), "what it is: {error}");
    assert!(refusal(&State { own: 5, all: vec![Tagged::Signed { number: -5 }] }).contains("i128"));
    is_saved(&State { own: 5, all: vec![Tagged::Small { number: u64::MAX }] });

    is_saved(&State { own: 5, all: vec![Untagged::Text("x".into())] });
    refusal(&State { own: 5, all: vec![Untagged::Big(5)] });
    refusal(&State { own: 5, all: vec![Untagged::Signed(-5)] });

    is_saved(&Outer { inner: None, own: 1 << 100 });
    // Serde makes a `None` of a flattened `Option` that it cannot read.
    let error = refusal(&Outer { inner: Some(Inner { number: 5, other: None }), own: 1 << 100 });
    assert!(error.contains("`number`") && error.contains("would not come back"), "{error}");
}

#[test]
fn a_raw_json_value_is_refused() {
    #[derive(Debug, Serialize, Deserialize)]
    struct State {
        raw: Option<Box<RawValue>>,
    }
    save(&State { raw: None }).expect("nothing is in it");
    let error = refusal(&State { raw: Some(RawValue::from_string("[1]".into()).expect("JSON")) });
    assert!(error.contains("raw"), "{error}");
}

/// Recursive in each way that serde knows.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Deep {
    End,
    List(Vec<Deep>),
    Tuple(Box<Deep>, u8),
    Named { inner: Box<Deep> },
    Map(BTreeMap<String, Deep>),
}

fn nested(levels: usize, around: impl Fn(Deep) -> Deep) -> Deep {
    (0..levels).fold(Deep::End, |inner, _| around(inner))
}

#[test]
fn what_is_nested_as_deep_as_its_reader_goes_is_saved_and_one_level_more_is_refused() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Node {
        next: Option<Box<Node>>,
    }
    let chain = |levels| (1..levels).fold(Node { next: None }, |next, _| Node { next: Some(Box::new(next)) });
    is_saved(&chain(256));
    assert!(refusal(&chain(257)).contains("nested more than 256 levels deep"));
    let kinds: [fn(Deep) -> Deep; 4] = [
        |inner| Deep::List(vec![inner]),
        |inner| Deep::Tuple(Box::new(inner), 0),
        |inner| Deep::Named { inner: Box::new(inner) },
        |inner| Deep::Map(BTreeMap::from([("x".into(), inner)])),
    ];
    for around in kinds {
        // Each is two levels: the variant, and what is in it. `End` is one.
        is_saved(&nested(127, around));
        assert!(refusal(&nested(128, around)).contains("nested more than 256 levels deep"));
        assert!(refusal(&nested(400, around)).contains("nested more than 256 levels deep"));
    }
}

#[test]
fn some_of_nothing_is_refused_unless_its_reader_tells_it_from_none() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State<T> {
        all: Vec<T>,
    }
    is_saved(&State { all: vec![None, Some(Some(1))] });
    let error = refusal(&State { all: vec![None, Some(Some(1)), Some(None)] });
    assert!(error.contains("`all[]`") && error.contains("`None`"), "{error}");
    is_saved(&State { all: vec![None::<()>] });
    refusal(&State { all: vec![Some(())] });
    is_saved(&State { all: vec![Some(Some(1))] });

    /// `None`, `Some(None)` and `Some(Some(_))` are told apart by whether the field is there.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Patch {
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        name: Option<Option<String>>,
    }
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
        Deserialize::deserialize(deserializer).map(Some)
    }
    is_saved(&Patch { name: None });
    is_saved(&Patch { name: Some(None) });
    is_saved(&Patch { name: Some(Some("x".into())) });
    is_saved(&Patch { name: Some(None) });
}

#[test]
fn a_field_that_is_left_out_and_has_no_default_is_refused_when_it_is_left_out() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Plain {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        list: Vec<u8>,
    }
    is_saved(&Plain { list: vec![1] });
    assert!(refusal(&Plain { list: vec![] }).contains("missing field `list`"));
    is_saved(&Plain { list: vec![2] });

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flattened {
        id: u8,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        list: Vec<u8>,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }
    let state = |list: &[u8]| Flattened { id: 1, list: list.to_vec(), rest: BTreeMap::new() };
    is_saved(&state(&[1]));
    refusal(&state(&[]));
}

/// Reads nothing, or what it must.
#[derive(Debug, PartialEq)]
struct Picky(String);

impl Serialize for Picky {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Picky {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("it is picky"))
    }
}

#[test]
fn what_never_reads_is_refused_where_it_comes_first() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State<T> {
        all: Vec<T>,
    }
    is_saved(&State::<Picky> { all: vec![] });
    let error = refusal(&State { all: vec![Picky("x".into())] });
    assert!(error.contains("all[0]") && error.contains("it is picky"), "{error}");
    is_saved(&State::<Picky> { all: vec![] });
}

#[test]
fn the_variant_decides_what_is_read_whatever_tells_it() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Internal {
        Good { text: String },
        Bad { text: Picky },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", content = "content")]
    enum Adjacent {
        Good(String),
        Bad(Picky),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum External {
        Good(String),
        Bad(Picky),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct InFlattened {
        id: u8,
        #[serde(flatten)]
        inner: Internal,
    }
    let (text, picky) = (|| "x".to_owned(), || Picky("x".into()));
    is_saved(&Internal::Good { text: text() });
    refusal(&Internal::Bad { text: picky() });
    is_saved(&Adjacent::Good(text()));
    refusal(&Adjacent::Bad(picky()));
    is_saved(&External::Good(text()));
    refusal(&External::Bad(picky()));
    is_saved(&InFlattened { id: 1, inner: Internal::Good { text: text() } });
    refusal(&InFlattened { id: 1, inner: Internal::Bad { text: picky() } });
}

#[test]
fn fields_are_read_by_name_wherever_the_same_name_is_fine_elsewhere() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State {
        number: Option<u128>,
        #[serde(flatten)]
        inner: Wide,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wide {
        wide: Option<u128>,
    }
    is_saved(&State { number: Some(5), inner: Wide { wide: None } });
    refusal(&State { number: Some(5), inner: Wide { wide: Some(5) } });
}

#[test]
fn what_comes_back_is_saved_whatever_its_order_and_its_numbers() {
    #[derive(Debug, Serialize, Deserialize)]
    struct State {
        map: HashMap<String, f64>,
        set: HashSet<u64>,
        by_number: HashMap<u32, Option<char>>,
        pair: (f32, [u8; 32]),
    }
    for count in [0, 1, 2, 3, 1000] {
        let state = State {
            map: (0..count).map(|n| (n.to_string(), f64::NAN)).collect(),
            set: (0..count).map(|n| u64::MAX - n).collect(),
            by_number: (0..10).map(|n| (n, (n % 2 == 0).then_some('x'))).collect(),
            pair: (f32::INFINITY, [7; 32]),
        };
        let back = saved(&state).expect("it can be read back");
        assert_eq!((back.map.len(), back.set), (state.map.len(), state.set));
    }
}
