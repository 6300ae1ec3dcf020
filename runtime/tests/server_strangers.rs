//! Who is refused learns nothing: on every route, what is answered is the same whether there is such an actor or not.

mod gateway;

use callboard::{
    Body, RawSocket,
    prelude::*,
    store::{MemoryStore, Store as _},
    testing::FaultyStore,
};
use futures_util::future::{join_all, join3};
use gateway::{Server, next, until};

/// What the hooks let in: `{"name":"ann"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    name: String,
}

const ANN: (&str, &str) = ("x-rivet-conn-params", r#"{"name":"ann"}"#);
const EVE: (&str, &str) = ("x-rivet-conn-params", r#"{"name":"eve"}"#);
const GARBLED: (&str, &str) = ("x-rivet-conn-params", "{");

#[derive(Debug, thiserror::Error, ActorError)]
enum Refusal {
    #[error("you may not come in")]
    NoEntry,
}

fn check(entry: Option<Entry>) -> Result<String, Refusal> {
    entry.map(|entry| entry.name).filter(|name| name == "ann").ok_or(Refusal::NoEntry)
}

#[derive(Debug, Serialize, Deserialize)]
struct Order(String);

macro_rules! house {
    ($name:ident, $($hook:item)+) => {
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name;

        #[actor(queues(Order))]
        impl $name {
            $(#[on_before_connect] $hook)+

            #[action]
            fn open(&self) -> u32 {
                1
            }

            #[on_request]
            fn answer(&self, _request: http::Request<Body>) -> String {
                "answered".to_owned()
            }

            #[on_websocket]
            async fn chat(_ctx: Ctx<Self>, mut socket: RawSocket) {
                while socket.recv().await.is_some() {}
            }
        }
    };
}

house! {
    Inner,
    fn admit(&self, entry: Option<Entry>) -> Result<String, Refusal> {
        check(entry)
    }
}

house! {
    Outer,
    fn admit(entry: Option<Entry>) -> Result<String, Refusal> {
        check(entry)
    }
}

house! {
    Both,
    fn door(_caller: &Caller) {}
    fn admit(&mut self, entry: Option<Entry>) -> Result<String, Refusal> {
        check(entry)
    }
}

/// Has no hook: the negative control.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Open;

#[actor]
impl Open {
    #[action]
    fn open(&self) -> u32 {
        1
    }
}

const HOUSES: [&str; 3] = ["inner", "outer", "both"];

/// A request for the actor of a name and a key: its line, and its body.
type Ask = fn(&str, &str) -> (String, String);

fn to(method: &str, reach: &str, name: &str, key: &str, rest: &str) -> String {
    format!("{method} /gateway/{name}{rest}?rvt-namespace=default&rvt-method={reach}&rvt-key={key}")
}

/// Every route that leads to an actor by its key.
const ROUTES: &[(&str, Ask)] = &[
    ("action, get", |name, key| (to("POST", "get", name, key, "/action/open"), r#"{"args":[]}"#.into())),
    ("action", |name, key| (to("POST", "getOrCreate", name, key, "/action/open"), r#"{"args":[]}"#.into())),
    ("no action", |name, key| (to("POST", "getOrCreate", name, key, "/action/x"), r#"{"args":[]}"#.into())),
    ("no action, get", |name, key| (to("POST", "get", name, key, "/action/x"), r#"{"args":[1]}"#.into())),
    ("queue, get", |name, key| (to("POST", "get", name, key, "/queue/order"), r#"{"body":"x"}"#.into())),
    ("queue", |name, key| (to("POST", "getOrCreate", name, key, "/queue/order"), r#"{"body":"x"}"#.into())),
    ("no queue", |name, key| (to("POST", "getOrCreate", name, key, "/queue/x"), r#"{"body":1}"#.into())),
    ("request, get", |name, key| (to("GET", "get", name, key, "/request/x"), String::new())),
    ("request", |name, key| (to("GET", "getOrCreate", name, key, "/request/x"), String::new())),
    ("banner, get", |name, key| (to("GET", "get", name, key, ""), String::new())),
    ("banner", |name, key| (to("GET", "getOrCreate", name, key, ""), String::new())),
    ("health, get", |name, key| (to("GET", "get", name, key, "/health"), String::new())),
    ("health", |name, key| (to("GET", "getOrCreate", name, key, "/health"), String::new())),
    ("metadata, get", |name, key| (to("GET", "get", name, key, "/metadata"), String::new())),
    ("metadata", |name, key| (to("GET", "getOrCreate", name, key, "/metadata"), String::new())),
    ("put", |name, key| {
        ("PUT /actors?namespace=default".into(), format!(r#"{{"name":"{name}","key":"{key}"}}"#))
    }),
    ("post", |name, key| {
        ("POST /actors?namespace=default".into(), format!(r#"{{"name":"{name}","key":"{key}"}}"#))
    }),
    ("find", |name, key| (format!("GET /actors?namespace=default&name={name}&key={key}"), String::new())),
    ("head", |name, key| (format!("HEAD /actors?namespace=default&name={name}&key={key}"), String::new())),
];

/// All of an answer but what differs by itself: when, and which request it was.
async fn answer(server: &Server, request: &(String, String), headers: &[(&str, &str)]) -> (u16, Vec<String>) {
    let reply = server.http(&request.0, headers, request.1.as_bytes()).await;
    let mut rest: Vec<_> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    rest.retain(|line| !line.starts_with("date:") && !line.starts_with("x-rivet-ray-id:"));
    rest.sort();
    rest.push(String::from_utf8_lossy(&reply.body).into_owned());
    (reply.status, rest)
}

async fn serve() -> (Server, FaultyStore, Client) {
    let store = FaultyStore::new(MemoryStore::new());
    let registry = Registry::new().store(store.clone()).register::<Inner>().register::<Outer>();
    let registry = registry.register::<Both>().register::<Open>();
    let inside = registry.client();
    for key in ["there", "asleep"] {
        inside.create::<Inner>(key).await.expect("it is made");
        inside.create::<Outer>(key).await.expect("it is made");
        inside.create::<Both>(key).await.expect("it is made");
    }
    inside.create::<Open>("there").await.expect("it is made");
    (Server::host(registry).await, store, inside)
}

async fn keys(store: &FaultyStore, name: &str) -> Vec<String> {
    let all = store.list(name, None, 1_000).await.expect("it lists");
    all.iter().map(|record| record.key.to_string()).collect()
}

#[tokio::test]
async fn a_refused_caller_sees_no_difference_on_any_route() {
    let (server, store, _inside) = serve().await;
    for name in HOUSES {
        for (route, ask) in ROUTES {
            for headers in [&[][..], &[EVE], &[GARBLED]] {
                let there = answer(&server, &ask(name, "there"), headers).await;
                let nowhere = answer(&server, &ask(name, "nowhere"), headers).await;
                assert_eq!(there, nowhere, "{name}, {route}, {headers:?}");
                let status = if headers == [GARBLED] { 500 } else { 400 };
                assert_eq!(there.0, status, "{name}, {route}, {headers:?}: {there:?}");
                let told = there.1.join("\n");
                assert!(
                    !told.contains("x-rivet-actor") && !told.contains("actorId"),
                    "{name}, {route}: {told}"
                );
                let code = if headers == [GARBLED] { "invalid_params" } else { "no_entry" };
                assert!(*route == "head" || told.contains(code), "{name}, {route}: {told}");
            }
        }
        assert_eq!(keys(&store, name).await, ["there", "asleep"], "{name}: no actor was made");
    }
}

/// The negative control: who is let in does see a difference, and so does everybody where nobody is refused.
#[tokio::test]
async fn who_is_let_in_sees_which_actors_there_are() {
    let (server, store, _inside) = serve().await;
    for name in HOUSES {
        for (route, ask) in ROUTES.iter().filter(|(route, _)| route.ends_with(", get")) {
            let there = answer(&server, &ask(name, "there"), &[ANN]).await;
            let nowhere = answer(&server, &ask(name, "nowhere"), &[ANN]).await;
            assert_ne!(there, nowhere, "{name}, {route}");
            assert_eq!(nowhere.0, 404, "{name}, {route}: {nowhere:?}");
            assert!(nowhere.1.concat().contains("not_found"), "{name}, {route}: {nowhere:?}");
        }
        let found = |(_, lines): (u16, Vec<String>)| lines.concat().contains("actor_id");
        let find = ROUTES.iter().find(|(route, _)| *route == "find").expect("it is there").1;
        assert!(found(answer(&server, &find(name, "there"), &[ANN]).await));
        let nowhere = answer(&server, &find(name, "nowhere"), &[ANN]).await;
        assert!(nowhere.0 == 200 && !found(nowhere));
        assert_eq!(keys(&store, name).await, ["there", "asleep"], "who looks for one makes none");
    }
    let get = ROUTES[0].1;
    assert_eq!(answer(&server, &get("open", "there"), &[]).await.0, 200);
    assert_eq!(answer(&server, &get("open", "nowhere"), &[]).await.0, 404);
}

/// What is told and how the socket is closed, but for the request's own id.
async fn told(server: &Server, name: &str, reach: &str, key: &str, path: &str, params: &str) -> Vec<String> {
    let query = format!("rvt-namespace=default&rvt-method={reach}&rvt-key={key}");
    let protocols = format!("rivet, rivet_encoding.json{params}");
    let (mut socket, _) = server.open(&format!("/gateway/{name}/{path}?{query}"), &protocols).await;
    let mut told = Vec::new();
    loop {
        let message = next(&mut socket).await;
        if let Some((code, reason)) = message.as_close() {
            let reason = reason.split('#').next().unwrap_or_default();
            told.push(format!("{} {reason}", u16::from(code)));
            return told;
        }
        told.push(message.as_text().unwrap_or_default().to_owned());
        if told[0].contains("Init") {
            return told;
        }
    }
}

#[tokio::test]
async fn a_refused_caller_sees_no_difference_on_a_socket() {
    let (server, store, _inside) = serve().await;
    for name in HOUSES {
        for path in ["connect", "websocket/x"] {
            for reach in ["get", "getOrCreate"] {
                for params in
                    ["", ", rivet_conn_params.%7B%22name%22%3A%22eve%22%7D", ", rivet_conn_params.%7B"]
                {
                    let there = told(&server, name, reach, "there", path, params).await;
                    let nowhere = told(&server, name, reach, "nowhere", path, params).await;
                    assert_eq!(there, nowhere, "{name}, {path}, {reach}, {params}");
                    assert!(there.concat().contains("1011 "), "{there:?}");
                }
            }
        }
        // The negative control.
        let ann = ", rivet_conn_params.%7B%22name%22%3A%22ann%22%7D";
        let there = told(&server, name, "get", "there", "connect", ann).await;
        let nowhere = told(&server, name, "get", "nowhere", "connect", ann).await;
        assert!(
            there[0].contains("Init") && nowhere.concat().contains("actor.not_found"),
            "{there:?} {nowhere:?}"
        );
        assert_eq!(keys(&store, name).await, ["there", "asleep"]);
    }
}

/// An id cannot be guessed, and whoever has one is judged all the same.
#[tokio::test]
async fn an_id_leads_to_the_hook_and_no_id_leads_nowhere() {
    let (server, _store, inside) = serve().await;
    let id = inside.get::<Inner>("there").resolve().await.expect("it is there");
    let action = |id: &str| (format!("POST /gateway/{id}@token/action/open"), r#"{"args":[]}"#.to_owned());
    let refused = answer(&server, &action(&id.to_string()), &[EVE]).await;
    assert!(refused.0 == 400 && refused.1.concat().contains("no_entry"), "{refused:?}");
    assert!(!refused.1.concat().contains(&id.to_string()), "{refused:?}");
    assert_eq!(answer(&server, &action(&id.to_string()), &[ANN]).await.0, 200);
    let unknown = callboard::ActorId::generate().to_string();
    assert_eq!(answer(&server, &action(&unknown), &[EVE]).await.0, 404);
}

/// An actor that is being judged is in no list, and has no id that leads to it.
#[tokio::test]
async fn what_is_not_made_is_in_no_list() {
    let (server, store, _inside) = serve().await;
    let put = r#"{"name":"inner","key":"new"}"#;
    let made = server.http("PUT /actors?namespace=default", &[ANN], put.as_bytes()).await.json();
    assert_eq!(made["created"], true);
    let id = made["actor"]["actor_id"].as_str().expect("it has one").to_owned();
    assert_eq!(keys(&store, "inner").await, ["there", "asleep", "new"]);
    let listed = server.http(&format!("GET /actors?namespace=default&actor_ids={id}"), &[], b"").await.json();
    assert_eq!(listed["actors"].as_array().map(Vec::len), Some(1));
}

/// The control token passes: who may list and destroy everything is not judged.
#[tokio::test]
async fn the_control_token_passes() {
    let token = "0123456789abcdef0123456789abcdef";
    let registry = Registry::new().in_memory().register::<Inner>().control(token);
    let server = Server::host(registry).await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let body = br#"{"name":"inner","key":"new"}"#;
    assert_eq!(server.http("PUT /actors?namespace=default", &[], body).await.status, 400);
    assert_eq!(server.http("PUT /actors?namespace=default", &headers, body).await.json()["created"], true);
    assert_eq!(
        server.http("POST /actors?namespace=default", &headers, body).await.error(),
        "actor.duplicate_key"
    );
    assert_eq!(server.http("POST /actors?namespace=default", &[EVE], body).await.error(), "user.no_entry");
    let find = "GET /actors?namespace=default&name=inner&key=new";
    assert_eq!(server.http(find, &headers, b"").await.json()["actors"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.http(find, &[], b"").await.status, 400);
}

#[tokio::test]
async fn exactly_one_of_those_who_make_it_at_once_has_made_it() {
    let (server, store, _inside) = serve().await;
    for round in 0..20 {
        let body = format!(r#"{{"name":"inner","key":"{round}"}}"#);
        let make = async |method: &str, who: (&'static str, &'static str)| {
            let request = format!("{method} /actors?namespace=default");
            server.http(&request, &[who], body.as_bytes()).await
        };
        let puts = join_all((0..4).map(|_| make("PUT", ANN)));
        let posts = join_all((0..4).map(|_| make("POST", ANN)));
        let eves = join_all((0..4).map(|_| make("PUT", EVE)));
        let (puts, posts, eves) = join3(puts, posts, eves).await;
        let by_put = puts.iter().filter(|reply| reply.json()["created"] == true).count();
        let by_post = posts.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(by_put + by_post, 1, "{puts:?} {posts:?}");
        assert!(puts.iter().all(|reply| reply.status == 200));
        let others = posts.iter().filter(|reply| reply.status != 200);
        others.for_each(|reply| assert_eq!(reply.error(), "actor.duplicate_key"));
        assert!(eves.iter().all(|reply| reply.error() == "user.no_entry"), "{eves:?}");
    }
    assert_eq!(keys(&store, "inner").await.len(), 22);
    until(async || store.batches() > 0).await;
}
