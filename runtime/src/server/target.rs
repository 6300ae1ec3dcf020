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

use super::errors;
use crate::{
    ActorId, Fault, Key, faults,
    host::{HostedActor, Reach, Runtime},
    wire,
};

/// The one namespace there is.
const NAMESPACE: &str = "default";

/// The actor that a request is for.
#[derive(Debug)]
pub(super) enum Target {
    /// The actor of this id; `None` if no actor can have it.
    Id(Option<ActorId>),
    /// The actor of this name and key.
    Key { name: String, key: Key, reach: Reach },
}

impl Target {
    /// Reads the path segment that follows `/gateway/`, and the query parameters that belong to it.
    pub(super) fn parse(segment: &str, query: &Query<'_>) -> Result<Self, Fault> {
        if query.ours.is_empty() {
            let id = segment.split_once('@').map_or(segment, |(id, _token)| id);
            return Ok(Self::from_id(&percent_decode_str(id).decode_utf8_lossy()));
        }
        let name =
            percent_decode_str(segment).decode_utf8().map_err(|_| errors::invalid_params("actor name"))?;
        Self::by_key(name.into_owned(), &query.ours)
    }

    /// The actor of this id.
    pub(super) fn from_id(id: &str) -> Self {
        Self::Id(id.parse().ok())
    }

    /// The actor that the headers of a request outside `/gateway` name.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if text("x-rivet-target") != Some("actor") {
            return None;
        }
        text("x-rivet-actor").map(Self::from_id)
    }

    fn by_key(name: String, params: &[(&str, String)]) -> Result<Self, Fault> {
        let (mut namespace, mut method, mut key, mut input) = (None, None, None, None);
        for (param, value) in params {
            let slot = match *param {
                "namespace" => &mut namespace,
                "method" => &mut method,
                "key" => &mut key,
                "input" => &mut input,
                "runner" | "pool" | "region" | "crash-policy" | "token" | "skip-ready-wait" => continue,
                _ => return Err(errors::invalid_params("unknown `rvt-` parameter")),
            };
            if slot.replace(value.as_str()).is_some() {
                return Err(errors::invalid_params("`rvt-` parameter given twice"));
            }
        }
        check_namespace(namespace.ok_or_else(|| errors::invalid_params("missing `rvt-namespace`"))?)?;
        let reach = match method {
            Some("get") => Reach::Get,
            Some("getOrCreate") => Reach::GetOrCreate { input: input.map(decode_input).transpose()? },
            Some(_) => return Err(errors::invalid_params("`rvt-method` is neither `get` nor `getOrCreate`")),
            None => return Err(errors::invalid_params("missing `rvt-method`")),
        };
        let key = key.map(wire::key::from_comma_form).unwrap_or_default();
        Ok(Self::Key { name, key, reach })
    }

    /// The actor itself, awake.
    pub(super) async fn reach(self, runtime: &Runtime) -> Result<Arc<dyn HostedActor>, Fault> {
        match self {
            Self::Id(id) => runtime.by_id(id.ok_or_else(faults::actor_not_found)?).await,
            Self::Key { name, key, reach } => {
                let (actor, _created) = runtime.kind(&name)?.reach(key, reach).await?;
                Ok(actor)
            }
        }
    }
}

/// Refuses a namespace other than the one there is, rather than mixing the actors of two.
pub(super) fn check_namespace(namespace: &str) -> Result<(), Fault> {
    if namespace == NAMESPACE { Ok(()) } else { Err(errors::no_namespace()) }
}

fn decode_input(text: &str) -> Result<Bytes, Fault> {
    let input =
        wire::input::from_query(text).map_err(|_| errors::invalid_params("`rvt-input` is not base64url"))?;
    if input.len() > wire::input::MAX_QUERY_INPUT {
        return Err(errors::invalid_params("`rvt-input` is too long"));
    }
    Ok(input)
}

/// A query string, taken apart: the gateway's `rvt-*` parameters, and the rest, which is the user's.
#[derive(Debug, PartialEq)]
pub(super) struct Query<'a> {
    /// Names without their prefix, and decoded values.
    ours: Vec<(&'a str, String)>,
    /// What remains, byte for byte; `None` if nothing does.
    pub(super) user: Option<String>,
}

impl<'a> Query<'a> {
    pub(super) fn parse(raw: Option<&'a str>) -> Result<Self, Fault> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for pair in raw.into_iter().flat_map(|raw| raw.split('&')) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name.strip_prefix("rvt-") {
                Some(name) => {
                    let value =
                        decode_form(value).ok_or_else(|| errors::invalid_params("value is not UTF-8"))?;
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
pub(super) fn decode_form(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('+') {
        return percent_decode_str(value).decode_utf8().ok();
    }
    let spaced = value.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned()))
}
