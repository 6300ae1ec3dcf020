//! The gateway over HTTP: addresses, calls, the control API, errors, in bytes.

mod gateway;

use axum::{Router, routing::get};
use callboard::{
    Registry,
    prelude::*,
    server::Origins,
    wire::{Encoding, http::ErrorBody},
};
use gateway::{Desk, Server, begun, desk, until};
use serde_json::json;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

#[tokio::test]
async fn what_is_here_is_told() {
    let server = Server::start().await;
    let metadata = server.http("GET /metadata", &[], b"").await;
    assert_eq!((metadata.status, &metadata.json()["runtime"]), (200, &json!("callboard")));
    assert_eq!(metadata.json().get("clientEndpoint"), None);
    let health = server.http("GET /health", &[], b"").await;
    assert_eq!((health.status, &health.json()["status"]), (200, &json!("ok")));
}

#[tokio::test]
async fn a_call_in_json() {
    let server = Server::start().await;
    let reply = server.call("note", r#"["a"]"#).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "output": 1 })));
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["x-rivet-actor"].len(), 32);
    assert_eq!(reply.headers["x-rivet-actor-generation"], "1");
    assert_eq!(reply.headers["x-rivet-actor-key"], "test");
    assert!(!reply.headers.contains_key("access-control-allow-origin"), "no page asked");
    let again = server.call("notes", "[]").await;
    assert_eq!(again.json(), json!({ "output": ["a"] }));
    assert_ne!(again.headers["x-rivet-ray-id"], reply.headers["x-rivet-ray-id"]);
}

#[tokio::test]
async fn a_call_in_cbor_and_in_bare() {
    let server = Server::start().await;
    let request = format!("POST /gateway/desk/action/note?{}", desk("test"));
    // {args: ["a"]} as cbor-x writes it, with a map of a 16-bit length.
    let cbor = b"\xb9\x00\x01\x64args\x81\x61a";
    let reply = server.http(&request, &[("x-rivet-encoding", "cbor")], cbor).await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"\xa1\x66output\x01"[..]));
    assert_eq!(reply.headers["content-type"], "application/octet-stream");
    let reply = server.http(&request, &[("x-rivet-encoding", "bare")], b"\x04\x00\x03\x81\x61a").await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"\x04\x00\x01\x02"[..]));
    let reply = server.http(&request, &[("x-rivet-encoding", "bare")], b"\x03\x00\x03\x81\x61a").await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"\x03\x00\x01\x03"[..]), "in the caller's version");
}

#[tokio::test]
async fn a_body_may_come_in_chunks() {
    let server = Server::start().await;
    let request = format!("POST /gateway/desk/action/note?{}", desk("test"));
    let chunks = b"8\r\n{\"args\":\r\n6\r\n[\"a\"]}\r\n0\r\n\r\n";
    let reply = server.http(&request, &[("transfer-encoding", "chunked")], chunks).await;
    assert_eq!(reply.json(), json!({ "output": 1 }));
}

#[tokio::test]
async fn params_make_a_connection_of_the_moment() {
    let server = Server::start().await;
    let request = format!("POST /gateway/desk/action/who?{}", desk("test"));
    let with = async |params: &str| server.http(&request, &[("x-rivet-conn-params", params)], b"{}").await;
    assert_eq!(with(r#"{"name":"alice"}"#).await.json(), json!({ "output": "alice" }));
    assert_eq!(with(r#"{"name":"banned"}"#).await.error(), "user.banned");
    assert_eq!(with("no JSON").await.error(), "actor.invalid_params");
    assert_eq!(server.call("here", "[]").await.json(), json!({ "output": 0 }));
}

#[tokio::test]
async fn errors_speak_the_callers_encoding() {
    let server = Server::start().await;
    let reply = server.call("page", "[7]").await;
    assert_eq!(reply.status, 400);
    let id = reply.headers["x-rivet-actor"].clone();
    assert_eq!(
        reply.json(),
        json!({
            "group": "user", "code": "page_missing", "message": "page 7 is missing", "metadata": { "page": 7 },
            "actor": { "actorId": id, "generation": 1, "key": "test" },
        })
    );
    let request = format!("POST /gateway/desk/action/page?{}", desk("test"));
    for (encoding, body) in
        [(Encoding::Cbor, &b"\xa1\x64args\x81\x07"[..]), (Encoding::Bare, b"\x04\x00\x02\x81\x07")]
    {
        let reply = server.http(&request, &[("x-rivet-encoding", encoding.name())], body).await;
        assert_eq!((reply.status, reply.headers["content-type"].as_str()), (400, "application/octet-stream"));
        let error = ErrorBody::decode(encoding, &reply.body).expect("it is an error");
        assert!(error.fault.is("user", "page_missing"));
        assert_eq!(error.actor.expect("it names the actor").actor_id, id);
        let json = [("x-rivet-encoding", encoding.name()), ("content-type", "application/json")];
        assert_eq!(server.http(&request, &json, body).await.error(), "user.page_missing");
    }
}

#[tokio::test]
async fn nothing_internal_leaks() {
    let server = Server::start().await;
    let reply = server.call("fail", "[]").await;
    assert_eq!((reply.status, reply.error().as_str()), (500, "rivetkit.internal_error"));
    assert_eq!(reply.json()["message"], "An internal error occurred");
    assert!(!String::from_utf8_lossy(&reply.body).contains("swordfish"));
}

#[tokio::test]
async fn bad_calls_are_refused() {
    let server = Server::start().await;
    assert_eq!(server.call("nope", "[]").await.error(), "actor.action_not_found");
    assert_eq!(server.call("note", "[1]").await.error(), "actor.invalid_arguments");
    assert_eq!(server.call("note", "[]").await.error(), "actor.invalid_arguments");
    let reply = server.call("note", "[").await;
    assert_eq!((reply.status, reply.error().as_str()), (400, "actor.invalid_request"));

    let address = desk("test");
    let get = server.http(&format!("GET /gateway/desk/action/note?{address}"), &[], b"").await;
    assert_eq!((get.status, get.error().as_str()), (405, "actor.method_not_allowed"));
    assert_eq!(get.json()["metadata"], json!({ "method": "GET", "path": "/action/note" }));
    let nope = server.http(&format!("GET /gateway/desk/nope?{address}"), &[], b"").await;
    assert_eq!((nope.status, nope.error().as_str()), (404, "actor.not_found"));
    assert_eq!(nope.json()["metadata"], json!({ "resource": "route", "id": "/nope" }));
    let queue = server.http(&format!("POST /gateway/desk/queue/jobs?{address}"), &[], b"{}").await;
    assert_eq!((queue.status, queue.error().as_str()), (400, "queue.not_configured"));
    let raw = server.http(&format!("GET /gateway/desk/request/x?a=1&{address}"), &[], b"").await;
    assert_eq!((raw.status, raw.error().as_str()), (404, "actor.request_handler_not_found"));
    assert_eq!(server.http("GET /nope", &[], b"").await.error(), "api.not_found");
    assert_eq!(server.http("PATCH /actors", &[], b"").await.error(), "api.method_not_allowed");
}

#[tokio::test]
async fn bad_addresses_are_refused() {
    let server = Server::start().await;
    // Always in JSON: no actor was reached, whatever its caller speaks.
    let post = async |address: &str| {
        let reply =
            server.http(&format!("POST /gateway/{address}"), &[("x-rivet-encoding", "bare")], b"").await;
        (reply.status, reply.error())
    };
    let not_found = (404, "actor.not_found".to_owned());
    let body = b"\x04\x00\x01\x80";
    for address in [
        "desk/action/notes?rvt-namespace=default&rvt-method=get&rvt-key=missing",
        "l7nyzzzzjiyuwsvjoveoa6qv2tbl00/action/notes",
        "019aa1b2c3d4e5f60718293a4b5c6d7e/action/notes",
        "desk/action/notes",
    ] {
        let reply =
            server.http(&format!("POST /gateway/{address}"), &[("x-rivet-encoding", "bare")], body).await;
        assert_eq!((reply.status, reply.error()), not_found, "{address}");
        assert_eq!(reply.headers["content-type"], "application/json");
    }
    let invalid = (400, "guard.query_invalid_params".to_owned());
    assert_eq!(post("desk/action/notes?rvt-method=get").await, invalid);
    assert_eq!(post("desk/action/notes?rvt-namespace=default").await, invalid);
    assert_eq!(post(&format!("desk/action/notes?{}&rvt-colour=red", desk("a"))).await, invalid);
    let unknown = format!("POST /gateway/secretActor/action/notes?{}", desk("a"));
    let reply = server.http(&unknown, &[], b"{}").await;
    assert_eq!((reply.status, reply.error().as_str()), (404, "actor.not_registered"));
    assert!(!String::from_utf8_lossy(&reply.body).contains("desk"), "other actors are nobody's business");
}

#[tokio::test]
async fn what_is_too_long_is_read_and_refused() {
    let server = Server::start().await;
    let text = |bytes| format!("[\"{}\"]", "x".repeat(bytes));
    assert_eq!(server.call("note", &text(65_536 - 13)).await.status, 200);
    for bytes in [65_536 - 12, 5_000_000, 20_000_000] {
        let reply = server.call("note", &text(bytes)).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "message.incoming_too_long"), "{bytes}");
    }
    let reply = server.call("blank", "[1048576]").await;
    assert_eq!((reply.status, reply.error().as_str()), (400, "message.outgoing_too_long"));
    assert_eq!(server.call("blank", "[1000000]").await.status, 200);
}

#[tokio::test]
async fn actors_are_made_and_found() {
    let server = Server::start().await;
    let key = r"a\/b/c d\\e/\0";
    // With what the Rust client sends, and what nobody sends.
    let body = json!({ "name": "desk", "key": key, "pool": "default", "crash_policy": "destroy", "new": 1 })
        .to_string();
    let put = server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await;
    assert_eq!((put.status, &put.json()["created"]), (200, &json!(true)));
    let id = put.json()["actor"]["actor_id"].as_str().expect("it has an id").to_owned();
    assert_eq!(put.json()["actor"]["key"], key);
    assert_eq!(put.json()["actor"]["name"], "desk");
    let again = server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await;
    assert_eq!((&again.json()["created"], &again.json()["actor"]), (&json!(false), &put.json()["actor"]));

    let post = server.http("POST /actors?namespace=default", &[], body.as_bytes()).await;
    assert_eq!((post.status, post.error().as_str()), (400, "actor.duplicate_key"));
    assert_eq!(post.json()["metadata"], json!({ "existing_actor_id": id, "key": key }));
    let other = json!({ "name": "desk", "key": "other" }).to_string();
    let post = server.http("POST /actors?namespace=default", &[], other.as_bytes()).await;
    assert_eq!((post.status, &post.json()["actor"]["key"]), (200, &json!("other")));

    let find = async |query: &str| {
        let reply = server.http(&format!("GET /actors?namespace=default&{query}"), &[], b"").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json()["pagination"], json!({ "cursor": null }));
        let body = reply.json();
        let actors = body["actors"].as_array().expect("a list").iter();
        actors.map(|actor| actor["actor_id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(find("name=desk&key=a%5C%2Fb%2Fc+d%5C%5Ce%2F%5C0").await, [id.as_str()]);
    assert_eq!(find("name=desk&key=missing").await, [""; 0]);
    assert_eq!(find(&format!("actor_ids={id},0,{}", "a".repeat(32))).await, [id.as_str()]);
    assert_eq!(find(&format!("actor_ids={id}&name=other")).await, [""; 0]);

    // The same actor at the gateway, whose form of keys is another.
    let query = "rvt-namespace=default&rvt-method=get&rvt-key=a/b%2Cc%20d%5C%5Ce%2C%5C0";
    let reply = server.http(&format!("POST /gateway/desk/action/notes?{query}"), &[], b"{}").await;
    assert_eq!(reply.headers["x-rivet-actor"], id);
    let reply = server.http(&format!("GET /gateway/{id}@token/health"), &[], b"").await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"ok"[..]));
    assert_eq!(reply.headers["x-rivet-actor-key"], key);
}

const CONTROL: (&str, &str) = ("x-rivet-token", "0123456789abcdef");

/// A server whose control API is switched on.
async fn controlled() -> Server {
    Server::host(Registry::new().in_memory().register::<Desk>().control(CONTROL.1)).await
}

/// One that no store has.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Visitor;

#[actor(ephemeral, sleep_timeout = "1h")]
impl Visitor {
    #[action]
    fn leave(&mut self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let registry = Registry::new().in_memory().register::<Desk>().register::<Visitor>().control(CONTROL.1);
    let server = Server::nested(&registry).await;
    for name in ["desk", "visitor"] {
        let mut made = Vec::new();
        for number in 0..7 {
            let body = json!({ "name": name, "key": format!("{number}") }).to_string();
            let post = server.http("POST /actors?namespace=default", &[], body.as_bytes()).await;
            made.push(post.json()["actor"]["actor_id"].as_str().expect("an id").to_owned());
        }
        assert_eq!(pages_of_three(&server, name).await, (made.clone(), vec![3, 3, 1]));
        let gone = server.http(&format!("DELETE /actors/{}", made.remove(2)), &[CONTROL], b"").await;
        assert_eq!(gone.status, 200);
        assert_eq!(pages_of_three(&server, name).await, (made, vec![3, 3]), "no page is empty");
        for bad in ["limit=0", "limit=x", "cursor=x"] {
            let reply = server.http(&format!("GET /actors?name={name}&{bad}"), &[CONTROL], b"").await;
            assert_eq!((reply.status, reply.error().as_str()), (400, "api.bad_request"), "{bad}");
        }
    }
}

/// The ids on all pages, and how many each page has.
async fn pages_of_three(server: &Server, name: &str) -> (Vec<String>, Vec<usize>) {
    let (mut seen, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let list =
            server.http(&format!("GET /actors?name={name}&limit=3{cursor}"), &[CONTROL], b"").await.json();
        let page = list["actors"].as_array().expect("a list");
        seen.extend(page.iter().map(|actor| actor["actor_id"].as_str().expect("an id").to_owned()));
        sizes.push(page.len());
        let Some(next) = list["pagination"]["cursor"].as_str() else { return (seen, sizes) };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn an_actor_is_destroyed_with_its_state_and_its_connections() {
    let server = controlled().await;
    let id = server.call("note", r#"["a"]"#).await.headers["x-rivet-actor"].clone();
    let mut conn = server.connect(Encoding::Json).await;
    assert_eq!(gateway::next_json(&mut conn).await["body"]["tag"], "Init");
    let delete = async |id: &str| {
        server.http(&format!("DELETE /actors/{id}?namespace=default"), &[CONTROL], b"").await
    };
    let deleted = delete(&id).await;
    assert_eq!((deleted.status, deleted.json()), (200, json!({})));
    assert_eq!(gateway::next_close(&mut conn).await, (1000, String::new()));
    let list = server.http("GET /actors?name=desk", &[CONTROL], b"").await;
    assert_eq!(list.json()["actors"], json!([]), "it is gone when that is answered");
    for id in [id.as_str(), "0", "%ff"] {
        let again = delete(id).await;
        assert_eq!((again.status, again.error().as_str()), (404, "actor.not_found"), "{id}");
    }
    let anew = server.call("notes", "[]").await;
    assert_eq!(anew.json(), json!({ "output": [] }), "its key is free for another one");
    assert_ne!(anew.headers["x-rivet-actor"], id);
    let other = server.http("DELETE /actors/0?namespace=other", &[CONTROL], b"").await;
    assert_eq!(other.error(), "namespace.not_found");
}

#[tokio::test]
async fn bad_requests_for_actors_are_refused() {
    let server = controlled().await;
    let unknown = json!({ "name": "nope", "key": "a" }).to_string();
    let put = async |body: &str| server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await;
    assert_eq!(put(&unknown).await.error(), "actor.not_registered");
    for body in ["", "{", "[]", "{}", r#"{"name":1}"#, r#"{"name":"desk","key":"a","input":"$"}"#] {
        let reply = put(body).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "api.bad_request"), "{body}");
    }
    assert_eq!(server.http("PUT /actors?namespace=other", &[], b"{}").await.error(), "namespace.not_found");
    assert_eq!(
        server.http("GET /actors?namespace=default", &[CONTROL], b"").await.error(),
        "api.bad_request"
    );
    assert_eq!(server.http("GET /actors?name=%ff", &[], b"").await.error(), "api.bad_request");
    let ids = "0,".repeat(200);
    assert_eq!(
        server.http(&format!("GET /actors?actor_ids={ids}"), &[], b"").await.error(),
        "api.bad_request"
    );
}

#[tokio::test]
async fn pages_of_this_machine_are_let_in() {
    let server = Server::start().await;
    let asks = [
        ("host", "localhost:6420"),
        ("origin", "http://127.0.0.1:3000"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-rivet-encoding,content-type"),
    ];
    for path in ["/actors?namespace=default", "/gateway/x/action/y", "/gateway/x/request/y"] {
        let reply = server.http(&format!("OPTIONS {path}"), &asks, b"").await;
        assert_eq!(reply.status, 204);
        assert_eq!(reply.headers["access-control-allow-origin"], "http://127.0.0.1:3000");
        assert_eq!(reply.headers["access-control-allow-headers"], "x-rivet-encoding,content-type");
        assert_eq!(reply.headers["access-control-allow-methods"], "GET, POST, PUT, DELETE, OPTIONS, PATCH");
        assert_eq!(reply.headers["vary"], "Origin");
    }
    let reply = server.http("GET /nope", &asks[..2], b"").await;
    assert_eq!(reply.headers["access-control-allow-origin"], "http://127.0.0.1:3000");
    assert_eq!(reply.headers["access-control-allow-credentials"], "true");
    assert_eq!(reply.headers["access-control-expose-headers"], "*");
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_before_anything_runs() {
    let server = Server::start().await;
    let page = ("origin", "https://evil.example");
    let asks = [page, ("access-control-request-method", "POST")];
    let note = format!("POST /gateway/desk/action/note?{}", desk("test"));
    for reply in [
        server.http("OPTIONS /gateway/x/action/y", &asks, b"").await,
        // What a browser sends without asking before.
        server.http(&note, &[page, ("content-type", "text/plain")], br#"{"args":["a"]}"#).await,
        server.http("GET /metadata", &[page], b"").await,
        server.http("PUT /actors", &[page], br#"{"name":"desk"}"#).await,
        server.http("GET /metadata", &[("origin", "null")], b"").await,
    ] {
        assert_eq!((reply.status, reply.error().as_str()), (403, "auth.origin_not_allowed"));
        assert!(!reply.headers.keys().any(|name| name.starts_with("access-control")), "{reply:?}");
        assert_eq!(reply.headers["vary"], "Origin");
    }
    let connect = format!("GET /gateway/desk/connect?{}", desk("test"));
    let handshake = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for path in ["connect", "websocket/x"] {
        let request = connect.replace("connect", path);
        let reply = server.http(&request, &[&handshake[..], &[page]].concat(), b"").await;
        assert_eq!((reply.status, reply.error().as_str()), (403, "auth.origin_not_allowed"), "{path}");
    }
    assert_eq!(server.call("notes", "[]").await.json(), json!({ "output": [] }));
    let registry = Registry::new().in_memory().register::<Desk>();
    let server = Server::host(registry.origins(Origins::list(["https://app.example"]))).await;
    let reply = server.http(&note, &[("origin", "https://app.example")], br#"{"args":["a"]}"#).await;
    assert_eq!(reply.headers["access-control-allow-origin"], "https://app.example");
    assert_eq!(server.http(&note, &[page], b"{}").await.status, 403);
}

#[tokio::test]
async fn a_call_outlives_its_caller() {
    let server = Server::start().await;
    let body = br#"{"args":[200,"to nobody"]}"#;
    let head = format!(
        "POST /gateway/desk/action/noteSlowly?{} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        desk("test"),
        body.len()
    );
    let mut socket = TcpStream::connect(server.address).await.expect("it listens");
    socket.write_all(&[head.as_bytes(), body].concat()).await.expect("it reads");
    begun("to nobody").await;
    drop(socket);
    until(async || server.call("notes", "[]").await.json() == json!({ "output": ["to nobody"] })).await;
}

#[tokio::test]
async fn an_actor_can_be_named_in_headers() {
    let server = Server::start().await;
    let id = server.call("note", r#"["a"]"#).await.headers["x-rivet-actor"].clone();
    let named =
        [("x-rivet-target", "actor"), ("x-rivet-actor", id.as_str()), ("x-rivet-skip-ready-wait", "1")];
    assert_eq!(server.http("GET /request/x", &named, b"").await.error(), "actor.request_handler_not_found");
    assert_eq!(server.http("GET /request/x", &[], b"").await.error(), "api.not_found");
}

#[tokio::test]
async fn the_routes_can_be_nested() {
    let registry = Registry::new().in_memory().register::<Desk>();
    let app = Router::new().route("/", get(async || "the app")).nest("/rt", registry.router());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async { axum::serve(listener, app).await });
    let mut server = Server::start().await;
    server.address = address;
    assert_eq!(server.http("GET /", &[], b"").await.body, b"the app");
    assert_eq!(server.http("GET /rt/metadata", &[], b"").await.status, 200);
    assert_eq!(server.http("GET /rt/nope", &[], b"").await.error(), "api.not_found");
    let request = format!("POST /rt/gateway/desk/action/note?{}", desk("test"));
    let reply = server.http(&request, &[], br#"{"args":["a"]}"#).await;
    assert_eq!(reply.json(), json!({ "output": 1 }));
    let (mut socket, head) =
        server.open(&format!("/rt/gateway/desk/connect?{}", desk("test")), "rivet").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert_eq!(gateway::next_json(&mut socket).await["body"]["tag"], "Init");
}

#[tokio::test]
async fn a_compressed_body_is_refused_as_such() {
    let server = Server::start().await;
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03";
    for request in [
        format!("POST /gateway/desk/action/notes?{}", desk("test")),
        format!("POST /gateway/desk/queue/none?{}", desk("test")),
        "PUT /actors".to_owned(),
    ] {
        for coding in ["gzip", "br", "identity, gzip", "GZIP"] {
            let reply = server.http(&request, &[("content-encoding", coding)], gzip).await;
            let error = (415, "api.unsupported_content_encoding".to_owned());
            assert_eq!((reply.status, reply.error()), error, "{request} {coding}");
        }
    }
    let request = format!("POST /gateway/desk/action/notes?{}", desk("test"));
    assert_eq!(server.http(&request, &[("content-encoding", "Identity")], b"{}").await.status, 200);
}
