//! The control API: what the server is, which actors there are, making and destroying them. Always JSON.
//!
//! What the official clients call is open to every client: making actors, and finding those whose key or ids it
//! knows. A request that names a key is judged by `#[on_before_connect]` first, as on every other route, by the
//! params that it has in `x-rivet-conn-params`. Listing and destroying take a right (`authority.rs`); a request with
//! the right is not judged.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    authority::{Authority, Control},
    body, calls,
    failure::Failure,
    target::{check_key, check_namespace, decode_form},
};
use crate::{
    ActorId, Fault, Key, Limits,
    error::faults,
    host::{AdmissionRequest, ConnectInfo, Denied, Entered, Health, Lookup, Runtime},
    limits::memory_budget::Charge,
    server::{
        Gateway,
        gateway::GatewayState,
        net::{permits::Address, timeouts},
    },
    store::ActorRecord,
    util::log::Instrument as _,
    wire,
};

/// `GET /health`
pub(in crate::server) async fn health(State(gateway): GatewayState) -> Response {
    health_page(gateway.runtime.health())
}

pub(in crate::server) fn health_page(health: Health) -> Response {
    let mut response =
        ok(&json!({ "status": health.word(), "runtime": "callboard", "version": env!("CARGO_PKG_VERSION") }));
    if health != Health::Ok {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// `GET /metadata`. It names no endpoint, so clients stay with the one they were given.
pub(in crate::server) async fn metadata() -> Response {
    ok(&json!({ "runtime": "callboard", "version": env!("CARGO_PKG_VERSION") }))
}

/// `GET /actors`
pub(in crate::server) async fn list(
    State(gateway): GatewayState,
    authority: Authority,
    request: Request,
) -> Result<Response, Failure> {
    let search = Search::parse(request.uri().query(), gateway.limits())?;
    let (head, _) = request.into_parts();
    let page = match &search {
        Search { ids: None, key: Some(_), .. } => {
            search.by_key(&gateway.runtime, Asker::of(head, authority, gateway.limits())?).await?
        }
        _ => search.run(&gateway.runtime, authority).await?,
    };
    let Page { records, cursor } = page;
    let actors: Vec<Value> = records.iter().map(actor_object).collect();
    Ok(ok(&json!({ "actors": actors, "pagination": { "cursor": cursor.map(|id| id.to_string()) } })))
}

/// `PUT /actors`
pub(in crate::server) async fn get_or_create(
    State(gateway): GatewayState,
    authority: Authority,
    request: Request,
) -> Result<Response, Failure> {
    let (creation, asker, _held) = Creation::read(request, authority, &gateway).await?;
    let Entered { record, created } = creation.run(&gateway, asker, true).await?;
    Ok(ok(&json!({ "actor": actor_object(&record), "created": created })))
}

/// `POST /actors`
pub(in crate::server) async fn create(
    State(gateway): GatewayState,
    authority: Authority,
    request: Request,
) -> Result<Response, Failure> {
    let (creation, asker, _held) = Creation::read(request, authority, &gateway).await?;
    let Entered { record, .. } = creation.run(&gateway, asker, false).await?;
    Ok(ok(&json!({ "actor": actor_object(&record) })))
}

/// `DELETE /actors/{id}`: answered when the actor is gone.
pub(in crate::server) async fn destroy(
    State(gateway): GatewayState,
    authority: Authority,
    request: Request,
) -> Result<Response, Failure> {
    // Before anything else: without the right, a client does not learn which actors there are.
    let control = authority.control()?;
    Search::parse(request.uri().query(), gateway.limits())?;
    let (_, id) = request.uri().path().rsplit_once('/').unwrap_or_default();
    let id = id.parse().map_err(|_| faults::actor_not_found())?;
    destroy_by_id(&gateway, id, control).await?;
    Ok(ok(&json!({})))
}

async fn destroy_by_id(gateway: &Gateway, id: ActorId, _right: Control) -> Result<(), Fault> {
    let runtime = Arc::clone(&gateway.runtime);
    // On a task of its own: it is done even if the client goes away.
    let destroying = async move { runtime.by_id(id).await?.destroy().await };
    match timeout(timeouts::STOP_GRACE, gateway.tasks().spawn(destroying.in_current_span())).await {
        Ok(Ok(destroyed)) => destroyed,
        Ok(Err(panic)) => Err(Fault::internal(&panic)),
        Err(_) => Err(faults::not_destroyed_in_time()),
    }
}

/// For whom an actor is asked for by its key.
enum Asker {
    /// A client that `#[on_before_connect]` is to judge.
    ConnectInfo(ConnectInfo),
    /// A client with the right to see and make every actor.
    Trusted,
}

impl Asker {
    fn of(head: Parts, authority: Authority, limits: &Limits) -> Result<Self, Fault> {
        if authority.control().is_ok() {
            return Ok(Self::Trusted);
        }
        let params = calls::params(&head.headers, limits)?;
        let source = Address::source(&head.extensions);
        Ok(Self::ConnectInfo(ConnectInfo { params, claims: Some(Arc::new(head.extensions)), source }))
    }
}

/// Which actors are asked for.
#[derive(Debug, Default, PartialEq)]
struct Search {
    name: Option<String>,
    key: Option<Key>,
    ids: Option<Vec<String>>,
    /// How many a page has at most.
    limit: Option<usize>,
    /// The last actor of the page before.
    cursor: Option<ActorId>,
}

/// The actors found, and where the next page begins if there is one.
struct Page {
    records: Vec<ActorRecord>,
    cursor: Option<ActorId>,
}

impl Page {
    fn whole(records: Vec<ActorRecord>) -> Self {
        Self { records, cursor: None }
    }

    /// The first of these. There is another page if there is another record.
    fn of(mut records: Vec<ActorRecord>, limit: usize) -> Self {
        let more = records.len() > limit;
        records.truncate(limit);
        let cursor = records.last().filter(|_| more).map(|record| record.id);
        Self { records, cursor }
    }
}

impl Search {
    fn parse(query: Option<&str>, limits: &Limits) -> Result<Self, Fault> {
        let mut search = Self::default();
        for pair in query.into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode_form(value).ok_or_else(|| faults::bad_request("a parameter is not UTF-8"))?;
            match name {
                "namespace" => check_namespace(&value)?,
                "name" => search.name = Some(value.into_owned()),
                "key" => {
                    let key = search.key.insert(wire::key::from_slash_form(&value));
                    check_key(key, limits)?;
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| *limit > 0);
                    search.limit =
                        Some(limit.ok_or_else(|| faults::bad_request("`limit` is a number above zero"))?);
                }
                "cursor" => {
                    let cursor =
                        value.parse().map_err(|_| faults::bad_request("`cursor` is none of ours"))?;
                    search.cursor = Some(cursor);
                }
                "actor_ids" => search.ids = Some(value.split(',').map(str::to_owned).collect()),
                _ => {}
            }
        }
        Ok(search)
    }

    async fn run(self, runtime: &Runtime, authority: Authority) -> Result<Page, Fault> {
        if let Some(ids) = self.ids {
            let mut found = by_ids(runtime, &ids).await?;
            found.retain(|record| self.name.as_ref().is_none_or(|name| *name == record.name));
            return Ok(Page::whole(found));
        }
        self.all(runtime, authority.control()?).await
    }

    /// The one of this key, or none.
    async fn by_key(self, runtime: &Runtime, asker: Asker) -> Result<Page, Fault> {
        let name = self.name.ok_or_else(nothing_named)?;
        let key = self.key.unwrap_or_default();
        let found = match asker {
            Asker::Trusted => runtime.find(&name, &key).await?,
            Asker::ConnectInfo(info) => {
                let admission = AdmissionRequest { key, id: None, lookup: Lookup::Get, info };
                runtime.kind(&name)?.find(admission).await.map_err(Denied::into_fault)?
            }
        };
        Ok(Page::whole(found.into_iter().collect()))
    }

    /// All actors of a name, whose keys and ids the client need not know.
    async fn all(self, runtime: &Runtime, _right: Control) -> Result<Page, Fault> {
        let name = self.name.ok_or_else(nothing_named)?;
        let limit = self.limit.unwrap_or(timeouts::MAX_LISTED).min(timeouts::MAX_LISTED);
        Ok(Page::of(runtime.list(&name, self.cursor, limit + 1).await?, limit))
    }
}

fn nothing_named() -> Fault {
    faults::bad_request("either `name` or `actor_ids` is needed")
}

async fn by_ids(runtime: &Runtime, ids: &[String]) -> Result<Vec<ActorRecord>, Fault> {
    if ids.len() > timeouts::MAX_NAMED {
        return Err(faults::bad_request(format!("`actor_ids` may name {} actors", timeouts::MAX_NAMED)));
    }
    let mut found = Vec::new();
    // What is no id is the id of no actor.
    for id in ids.iter().filter_map(|id| id.parse().ok()) {
        found.extend(runtime.find_by_id(id).await?);
    }
    Ok(found)
}

/// The actor to be made: the body of a `PUT` and a `POST`. Fields that mean nothing here are ignored.
#[derive(Deserialize)]
struct Creation {
    name: String,
    key: Option<String>,
    input: Option<String>,
}

impl Creation {
    /// Reads what is asked for, with what is held of it until it is done.
    async fn read(
        request: Request,
        authority: Authority,
        gateway: &Gateway,
    ) -> Result<(Self, Asker, Charge), Fault> {
        let limits = gateway.limits();
        Search::parse(request.uri().query(), limits)?;
        // In base64, with a key whose characters may be escaped in the key and in JSON.
        let longest = 4096 + 2 * limits.input + 16 * limits.key_parts * limits.key_part;
        let budget = gateway.permits.budget(Address::of(request.extensions()));
        let (head, body) = request.into_parts();
        let (body, held) =
            body::read(body, &head.headers, longest, limits, gateway.runtime.uptime(), budget).await?;
        let creation = serde_json::from_slice(&body)
            .map_err(|error| faults::bad_request(format!("the body is not valid: {error}")))?;
        Ok((creation, Asker::of(head, authority, limits)?, held))
    }

    async fn run(self, gateway: &Gateway, asker: Asker, may_exist: bool) -> Result<Entered, Fault> {
        let input = self.input.as_deref().map(wire::input::from_api).transpose();
        let input = input.map_err(|error| faults::bad_request(error.to_string()))?;
        if input.as_ref().is_some_and(|input| input.len() > gateway.limits().input) {
            return Err(faults::input_too_long());
        }
        let key = self.key.as_deref().map(wire::key::from_slash_form).unwrap_or_default();
        check_key(&key, gateway.limits())?;
        let lookup = if may_exist { Lookup::GetOrCreate { input } } else { Lookup::Create { input } };
        let kind = gateway.runtime.kind(&self.name)?;
        match asker {
            Asker::Trusted => {
                let (actor, created) = kind.reach(key, lookup).await?;
                Ok(Entered { record: actor.record(), created })
            }
            Asker::ConnectInfo(info) => {
                let admission = AdmissionRequest { key, id: None, lookup, info };
                kind.enter(admission).await.map_err(Denied::into_fault)
            }
        }
    }
}

/// An actor as the API shows it.
fn actor_object(record: &ActorRecord) -> Value {
    json!({
        "actor_id": record.id.to_string(),
        "name": record.name,
        "key": record.key.to_string(),
        "namespace_id": "default",
        "datacenter": "default",
        "runner_name_selector": "default",
        "crash_policy": "sleep",
        "create_ts": record.created_at_ms,
        "start_ts": record.created_at_ms,
        "connectable_ts": record.created_at_ms,
        "pending_allocation_ts": null,
        "sleep_ts": null,
        "reschedule_ts": null,
        "destroy_ts": null,
    })
}

fn ok(body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
