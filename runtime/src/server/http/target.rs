//! Gateway addresses: which actor a request is for.
//!
//! | form | example |
//! |---|---|
//! | direct | `/gateway/{id}@{token}/action/..` |
//! | query | `/gateway/{name}/action/..?rvt-namespace=default&rvt-method=get&rvt-key=a%2Cb` |
//! | headers | `x-rivet-target: actor`, `x-rivet-actor: {id}`, or the same as WebSocket subprotocols |

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

use super::request_context::name_target_in_span;
use crate::{
    ActorId, Fault, Key, Limits,
    error::faults,
    host::{AdmissionRequest, ConnectInfo, HostedType, Lookup, Runtime},
    wire,
};

/// The one namespace there is.
const NAMESPACE: &str = "default";

/// The actor that a request is for.
#[derive(Debug)]
pub(in crate::server) enum Target {
    /// The actor of this id; `None` if no actor can have it.
    Id(Option<ActorId>),
    /// The actor of this name and key.
    Key { name: String, key: Key, lookup: Lookup },
}

impl Target {
    /// Reads the path segment that follows `/gateway/`, and the query parameters that belong to it.
    pub(in crate::server) fn parse(segment: &str, query: &Query<'_>, limits: &Limits) -> Result<Self, Fault> {
        if query.ours.is_empty() {
            let id = segment.split_once('@').map_or(segment, |(id, _token)| id);
            return Ok(Self::from_id(&percent_decode_str(id).decode_utf8_lossy()));
        }
        let name =
            percent_decode_str(segment).decode_utf8().map_err(|_| faults::invalid_query("actor name"))?;
        Self::by_key(name.into_owned(), &query.ours, limits)
    }

    /// The actor of this id.
    pub(in crate::server) fn from_id(id: &str) -> Self {
        Self::Id(id.parse().ok())
    }

    /// The actor that the headers of a request outside `/gateway` name.
    pub(in crate::server) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if text("x-rivet-target") != Some("actor") {
            return None;
        }
        text("x-rivet-actor").map(Self::from_id)
    }

    fn by_key(name: String, params: &[(&str, String)], limits: &Limits) -> Result<Self, Fault> {
        let (mut namespace, mut method, mut key, mut input) = (None, None, None, None);
        for (param, value) in params {
            let slot = match *param {
                "namespace" => &mut namespace,
                "method" => &mut method,
                "key" => &mut key,
                "input" => &mut input,
                "runner" | "pool" | "region" | "crash-policy" | "token" | "skip-ready-wait" => continue,
                _ => return Err(faults::invalid_query("unknown `rvt-` parameter")),
            };
            if slot.replace(value.as_str()).is_some() {
                return Err(faults::invalid_query("`rvt-` parameter given twice"));
            }
        }
        check_namespace(namespace.ok_or_else(|| faults::invalid_query("missing `rvt-namespace`"))?)?;
        let lookup = match method {
            Some("get") => Lookup::Get,
            Some("getOrCreate") => {
                Lookup::GetOrCreate { input: input.map(|input| decode_input(input, limits)).transpose()? }
            }
            Some(_) => return Err(faults::invalid_query("`rvt-method` is neither `get` nor `getOrCreate`")),
            None => return Err(faults::invalid_query("missing `rvt-method`")),
        };
        let key = key.map(wire::key::from_comma_form).unwrap_or_default();
        check_key(&key, limits)?;
        Ok(Self::Key { name, key, lookup })
    }

    /// The same for a request that followed a link on another site: only for an actor that takes such requests and
    /// exists. Of others no more is told than that, and none wakes.
    pub(in crate::server) async fn navigated(self, runtime: &Runtime) -> Result<Self, Fault> {
        let found;
        let name = match &self {
            Self::Id(None) => return Err(faults::origin_not_allowed()),
            Self::Id(Some(id)) => {
                found = runtime.find_by_id(*id).await?.ok_or_else(faults::origin_not_allowed)?;
                &found.name
            }
            Self::Key { name, .. } => name,
        };
        if !runtime.kind(name).is_ok_and(|kind| kind.takes_navigation()) {
            return Err(faults::origin_not_allowed());
        }
        Ok(match self {
            Self::Key { name, key, .. } => Self::Key { name, key, lookup: Lookup::Get },
            id @ Self::Id(_) => id,
        })
    }

    /// The actor's type, and the request for admission to put to it. No actor is reached yet: a refused client learns
    /// nothing about which actors exist.
    pub(in crate::server) async fn admission(
        self,
        runtime: &Runtime,
        info: ConnectInfo,
    ) -> Result<(Arc<dyn HostedType>, AdmissionRequest), Fault> {
        let (name, admission) = match self {
            Self::Id(id) => {
                let id = id.ok_or_else(faults::actor_not_found)?;
                let record = runtime.find_by_id(id).await?.ok_or_else(faults::actor_not_found)?;
                (record.name, AdmissionRequest { key: record.key, id: Some(id), lookup: Lookup::Get, info })
            }
            Self::Key { name, key, lookup } => (name, AdmissionRequest { key, id: None, lookup, info }),
        };
        let kind = runtime.kind(&name)?;
        name_target_in_span(kind.name(), &admission.key);
        Ok((kind, admission))
    }
}

/// Refuses a namespace other than the one there is, rather than mixing the actors of two.
pub(in crate::server) fn check_namespace(namespace: &str) -> Result<(), Fault> {
    if namespace == NAMESPACE { Ok(()) } else { Err(faults::no_namespace()) }
}

/// Refuses a key that is longer than any that is meant.
pub(in crate::server) fn check_key(key: &Key, limits: &Limits) -> Result<(), Fault> {
    let parts = key.parts();
    let fits = parts.len() <= limits.key_parts
        && parts.iter().all(|part| part.chars().nth(limits.key_part).is_none());
    if fits { Ok(()) } else { Err(faults::key_too_long()) }
}

fn decode_input(text: &str, limits: &Limits) -> Result<Bytes, Fault> {
    let input =
        wire::input::from_query(text).map_err(|_| faults::invalid_query("`rvt-input` is not base64url"))?;
    if input.len() > limits.query_input {
        return Err(faults::input_too_long());
    }
    Ok(input)
}

/// A query string, taken apart: the gateway's `rvt-*` parameters, and the rest, which is the user's.
#[derive(Debug, PartialEq)]
pub(in crate::server) struct Query<'a> {
    /// Names without their prefix, and decoded values.
    ours: Vec<(&'a str, String)>,
    /// What remains, byte for byte; `None` if nothing does.
    pub(in crate::server) user: Option<String>,
}

impl<'a> Query<'a> {
    pub(in crate::server) fn parse(raw: Option<&'a str>) -> Result<Self, Fault> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for pair in raw.into_iter().flat_map(|raw| raw.split('&')) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name.strip_prefix("rvt-") {
                Some(name) => {
                    let value =
                        decode_form(value).ok_or_else(|| faults::invalid_query("value is not UTF-8"))?;
                    ours.push((name, value.into_owned()));
                }
                None => theirs.push(pair),
            }
        }
        let user = (!theirs.is_empty()).then(|| theirs.join("&"));
        Ok(Self { ours, user })
    }
}

/// A form-encoded value: `+` is a space, `%20` is one too.
pub(in crate::server) fn decode_form(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('+') {
        return percent_decode_str(value).decode_utf8().ok();
    }
    let spaced = value.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Format;

    const ROOM: &str = "rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default\
        &rvt-key=room-json%2Cb%2Fc+d%5Ce%2C2868&rvt-input=uQACZWhlbGxvZXdvcmxkYW4B&rvt-crash-policy=sleep";

    fn parse(segment: &str, query: &str) -> Result<(Target, Option<String>), Fault> {
        let query = Query::parse(Some(query))?;
        Target::parse(segment, &query, &Limits::new()).map(|target| (target, query.user))
    }

    fn refusal(query: &str) -> (String, String) {
        let fault = parse("chatRoom", query).expect_err("it is refused");
        (fault.reason(), fault.message().to_owned())
    }

    #[test]
    fn what_the_javascript_client_sends() {
        let (target, user) = parse("chatRoom", ROOM).expect("it is valid");
        let Target::Key { name, key, lookup: Lookup::GetOrCreate { input: Some(input) } } = target else {
            panic!("{target:?}")
        };
        assert_eq!((name.as_str(), key), ("chatRoom", Key::from(["room-json", "b/c d\\e", "2868"])));
        let input: serde_json::Value = wire::from_bytes(Format::Cbor, &input).expect("CBOR");
        assert_eq!(input, serde_json::json!({ "hello": "world", "n": 1 }));
        assert_eq!(user, None);
    }

    #[test]
    fn what_the_rust_client_sends() {
        let query = "rvt-namespace=default&rvt-method=get&rvt-key=none%2C1795326463391&rvt-token=default";
        let (target, _) = parse("chatRoom", query).expect("it is valid");
        let Target::Key { key, lookup: Lookup::Get, .. } = target else { panic!("{target:?}") };
        assert_eq!(key, Key::from(["none", "1795326463391"]));
    }

    #[test]
    fn a_key_that_is_absent_is_the_empty_key() {
        let (target, _) = parse("chatRoom", "rvt-namespace=default&rvt-method=get").expect("it is valid");
        assert!(matches!(target, Target::Key { key, .. } if key == Key::default()));
    }

    #[test]
    fn the_users_query_is_kept_byte_for_byte() {
        for (query, user) in [
            (format!("x=1&y=%20z&{ROOM}"), Some("x=1&y=%20z")),
            (format!("{ROOM}&a&&b=+%2B"), Some("a&&b=+%2B")),
            (format!("a&{ROOM}&b"), Some("a&b")),
            (ROOM.to_owned(), None),
        ] {
            assert_eq!(parse("chatRoom", &query).expect("it is valid").1.as_deref(), user);
        }
        assert_eq!(
            parse("0", "rvtx=1&%72vt-key=2").expect("it is valid").1.as_deref(),
            Some("rvtx=1&%72vt-key=2")
        );
    }

    #[test]
    fn an_id_may_have_a_token() {
        let id = ActorId::generate();
        for segment in [id.to_string(), format!("{id}@tok%2Fen"), format!("{id}@a@b")] {
            let (target, _) = parse(&segment, "x=1").expect("it is valid");
            assert!(matches!(target, Target::Id(Some(parsed)) if parsed == id), "{segment}: {target:?}");
        }
        for segment in ["l7nyzzzzjiyuwsvjoveoa6qv2tbl00", "", "@", "%ff"] {
            let (target, _) = parse(segment, "").expect("it is valid");
            assert!(matches!(target, Target::Id(None)), "{segment}: {target:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let invalid = "guard.query_invalid_params".to_owned();
        for query in [
            "rvt-method=get&rvt-key=a",
            "rvt-namespace=default&rvt-key=a",
            "rvt-namespace=default&rvt-method=put",
            "rvt-namespace=default&rvt-method=get&rvt-colour=red",
            "rvt-namespace=default&rvt-method=get&rvt-key=a&rvt-key=b",
            "rvt-namespace=default&rvt-method=getOrCreate&rvt-input=%24",
            "rvt-namespace=default&rvt-method=get&rvt-key=%ff",
            "rvt-",
        ] {
            assert_eq!(refusal(query).0, invalid, "{query}");
        }
        let room = |rest: &str| format!("rvt-namespace=default&rvt-method=getOrCreate&{rest}");
        let input = |bytes: usize| room(&format!("rvt-input={}", wire::input::to_query(&vec![0; bytes])));
        assert!(parse("chatRoom", &input(4096)).is_ok());
        assert_eq!(refusal(&input(4097)).0, "message.input_too_long");
        let key = |part: &str, parts: usize| room(&format!("rvt-key={}", vec![part; parts].join("%2C")));
        assert!(parse("chatRoom", &key("a", 32)).is_ok());
        assert_eq!(refusal(&key("a", 33)).0, "actor.key_too_long");
        assert!(parse("chatRoom", &key(&"é".repeat(128), 2)).is_ok(), "characters are counted, not bytes");
        assert_eq!(refusal(&key(&"a".repeat(129), 1)).0, "actor.key_too_long");
        assert_eq!(refusal("rvt-namespace=other&rvt-method=get").0, "namespace.not_found");
        assert!(parse("%ff", ROOM).is_err());
    }

    #[test]
    fn what_was_sent_is_not_told_back() {
        let (_, message) = refusal("rvt-namespace=secret&rvt-method=get&rvt-token=secret");
        assert!(!message.contains("secret"), "{message}");
    }
}
