//! States with keys that clients choose.

use serde_json::{Map, Value, json};

use super::*;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Documents {
    json: Map<String, Value>,
    toml: toml::Table,
    extra: Extra,
    text: Text,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Extra {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(alias = "ident")]
    id: u32,
    #[serde(flatten)]
    rest: BTreeMap<String, u32>,
}

/// Read through `deserialize_str`.
#[derive(Debug, Default, Serialize)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[actor]
impl Documents {
    #[action]
    fn set_json(&mut self, document: String, key: String, value: Value) {
        let document = self.json.entry(document).or_insert_with(|| json!({}));
        document.as_object_mut().unwrap().insert(key, value);
    }

    #[action]
    fn set_toml(&mut self, key: String, value: String) {
        self.toml.insert("d".into(), toml::Table::from_iter([(key, toml::Value::from(value))]).into());
    }

    #[action]
    fn set_extra(&mut self, key: String, value: u32) {
        self.extra.rest.insert(key, value);
    }

    #[action]
    fn set_text(&mut self, text: String) {
        self.text = Text(text);
    }

    #[action]
    fn look(&self) -> (Value, Option<String>, BTreeMap<String, u32>, usize) {
        let toml = self.toml.get("d").map(|table| format!("{table:?}"));
        (Value::Object(self.json.clone()), toml, self.extra.rest.clone(), self.text.0.len())
    }

    /// The state is read again afterwards.
    #[action]
    fn panic(&mut self) {
        panic!("as asked");
    }
}

both_worlds!(
    no_key_that_clients_choose_makes_a_state_unreadable_or_another,
    Registry::new().store(MemoryStore::new()).register::<Documents>(),
    async |world: &World| {
        let documents = world.client.get_or_create::<Documents>("d");
        let json = async |key: &str, value| documents.set_json("d".into(), key.into(), value).await;
        json("a", json!("x")).await.unwrap();
        documents.set_toml("a".into(), "x".into()).await.unwrap();
        documents.set_extra("foo".into(), 0).await.unwrap();
        documents.set_extra("bar".into(), 1).await.unwrap();
        let before = documents.look().await.unwrap();
        let raw = "$serde_json::private::RawValue";
        for _ in 0..2 {
            for text in ["}", "5"] {
                let set = documents.set_json(text.into(), raw.into(), json!(text)).await;
                assert!(is_internal(set), "{text}");
            }
            assert!(is_internal(documents.set_toml("$__toml_private_datetime".into(), "x".into()).await));
            for key in ["name", "ident", "id"] {
                assert!(is_internal(documents.set_extra(key.into(), 2).await), "{key}");
            }
            assert!(is_internal(documents.panic().await));
            assert_eq!(documents.look().await.unwrap(), before);
        }
        for len in [4096, 4097, 60_000] {
            documents.set_text("x".repeat(len)).await.unwrap();
            assert!(is_internal(documents.panic().await));
            assert_eq!(documents.look().await.unwrap().3, len);
        }
    }
);
