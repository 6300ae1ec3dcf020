//! Keys and texts that anybody may choose.

use serde_json::{Map, Value, json};

use super::*;

const RAW: &str = "$serde_json::private::RawValue";
const NUMBER: &str = "$serde_json::private::Number";
const DATE: &str = "$__toml_private_datetime";

#[test]
fn a_key_that_makes_something_else_of_a_json_value_is_refused_wherever_it_comes() {
    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct State {
        document: Map<String, Value>,
        value: Value,
    }
    let mut state = State { document: Map::new(), value: json!({ "d": { "a": "x" } }) };
    is_saved(&state);
    // `}` could not be read; `5` would come back as the number.
    for text in ["}", "5", "{\"a\":\"x\"}"] {
        state.document = Map::from_iter([("a".to_owned(), json!({ RAW: text }))]);
        for _ in 0..2 {
            let error = refusal(&state);
            assert!(error.contains(RAW), "it names the key: {error}");
        }
        for format in [Format::Json, Format::Cbor] {
            for error in [kept(format, &state).expect_err(text), event(format, &state).expect_err(text)] {
                assert!(error.to_string().contains(RAW), "{error}");
            }
        }
        assert!(argument(&state).expect_err(text).to_string().contains(RAW));
        state.document.clear();
        state.value = json!([{ "d": { RAW: text } }]);
        refusal(&state);
        state.value = json!(1);
        is_saved(&state);
    }
    // A key of another feature, which is off here.
    state.value = json!({ NUMBER: "x", DATE: "x" });
    is_saved(&state);
}

#[test]
fn a_key_with_a_meaning_to_some_readers_is_saved_where_its_own_leaves_it_alone() {
    is_saved(&BTreeMap::from([(RAW.to_owned(), "}".to_owned()), (DATE.to_owned(), "x".to_owned())]));
}

/// Refuses these keys after others, each time, and goes on.
fn refuses<T>(state: impl Fn(&[(&str, u32)]) -> T, keys: &[&str])
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + 'static,
{
    is_saved(&state(&[]));
    is_saved(&state(&[("foo", 0)]));
    is_saved(&state(&[("foo", 0), ("bar", 1)]));
    for key in keys {
        for _ in 0..2 {
            refusal(&state(&[("foo", 0), (key, 2)]));
            is_saved(&state(&[("foo", 1)]));
        }
    }
    is_saved(&state(&[("foo", 0), ("other", 1)]));
}

fn extra(entries: &[(&str, u32)]) -> BTreeMap<String, u32> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
}

#[test]
fn an_entry_beside_fields_that_its_reader_takes_for_one_of_them_is_refused() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct LeftOut {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        id: u32,
        #[serde(flatten)]
        extra: BTreeMap<String, u32>,
    }
    refuses(|entries| LeftOut { name: None, id: 1, extra: extra(entries) }, &["name", "id"]);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Alias {
        #[serde(alias = "ident")]
        id: u32,
        #[serde(flatten)]
        extra: BTreeMap<String, u32>,
    }
    refuses(|entries| Alias { id: 1, extra: extra(entries) }, &["ident", "id"]);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct OnlyLeftOut {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(flatten)]
        extra: BTreeMap<String, u32>,
    }
    refuses(|entries| OnlyLeftOut { name: None, extra: extra(entries) }, &["name"]);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Letters {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        n: Option<String>,
        #[serde(flatten)]
        extra: BTreeMap<char, u32>,
    }
    let letters =
        |entries: &[(&str, u32)]| entries.iter().filter_map(|e| Some((e.0.chars().next()?, e.1))).collect();
    refuses(|entries| Letters { n: None, extra: letters(entries) }, &["n"]);
}

#[test]
fn an_entry_that_would_come_back_as_a_field_is_refused_whatever_came_before() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(flatten)]
        extra: Map<String, Value>,
    }
    let state = |value: Value| State { name: None, extra: Map::from_iter([("name".to_owned(), value)]) };
    for value in [json!("x"), json!(2), json!("y"), json!(null)] {
        refusal(&state(value));
    }
    // A listener gets it as the field: that is for its actor to know, but nobody shall fail to read the next.
    for format in [Format::Json, Format::Cbor] {
        event(format, &state(json!("x"))).expect("it can be read");
        event(format, &state(json!(2))).expect_err("it cannot be read");
    }
    is_saved(&State { name: Some("x".into()), extra: Map::new() });
}

#[test]
fn entries_beside_fields_may_be_as_many_as_anybody_likes() {
    let all: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
    let with = |count: usize, more: &[&str]| Flat {
        id: 1,
        rest: all[..count]
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .map(|key| (key.to_owned(), "y".to_owned()))
            .collect(),
    };
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Hashed {
        #[serde(alias = "ident")]
        id: u32,
        #[serde(flatten)]
        rest: HashMap<String, u32>,
    }
    for count in [0, 1, 4096, 4097, 10_000] {
        is_saved(&with(count, &[]));
        refusal(&with(count, &["id"]));
        is_saved(&Hashed { id: 1, rest: all[..count].iter().map(|key| (key.clone(), 1)).collect() });
        refusal(&Hashed {
            id: 1,
            rest: all[..count].iter().cloned().chain(["ident".to_owned()]).map(|key| (key, 1)).collect(),
        });
    }
}

#[test]
fn texts_bytes_and_names_are_saved_however_long_they_are_and_whatever_reads_them() {
    fn as_str<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = String;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, text: &str) -> Result<String, E> {
                Ok(text.to_owned())
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
                Ok(String::from_utf8_lossy(bytes).into_owned())
            }
        }
        deserializer.deserialize_str(Text)
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct State {
        #[serde(deserialize_with = "as_str")]
        text: String,
        #[serde(flatten)]
        names: BTreeMap<String, String>,
    }
    for len in [0, 4095, 4096, 4097, 100_000, 3_000_000] {
        let text = "ä".repeat(len / 2) + &"x".repeat(len % 2);
        is_saved(&State { text: text.clone(), names: BTreeMap::from([(text.clone(), text.clone())]) });
        argument(&State { text: text.clone(), names: BTreeMap::from([(text, String::new())]) })
            .expect("it is kept");
    }
}
