//! What an anonymous peer may do: every route of the server is a row of a table here.

mod gateway;

use std::collections::{BTreeMap, BTreeSet};

use callboard::{Body, RawSocket, prelude::*};
use gateway::{Reply, Server, desk};
use serde_json::json;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    item: String,
}

/// Has every route that an actor can have.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stall {
    sold: u32,
}

#[actor(queues(Order))]
impl Stall {
    #[action]
    fn sell(&mut self) -> u32 {
        self.sold += 1;
        self.sold
    }

    #[on_request]
    fn answer(&self, request: http::Request<Body>) -> String {
        request.uri().to_string()
    }

    #[on_websocket]
    async fn chat(_ctx: Ctx<Self>, mut socket: RawSocket) {
        while socket.recv().await.is_some() {}
    }
}

/// Refuses everybody.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Vault {
    opened: u32,
}

#[actor]
impl Vault {
    #[on_before_connect]
    fn admit(&self) -> Result<(), Fault> {
        Err(Fault::new("app", "forbidden", "Nobody comes in."))
    }

    #[action]
    fn open(&mut self) -> u32 {
        self.opened += 1;
        self.opened
    }
}

const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];

/// A status, and the error if it is one.
type May = (u16, &'static str);

const YES: May = (200, "");
const NO_METHOD: May = (405, "api.method_not_allowed");
const NO_ACTOR_METHOD: May = (405, "actor.method_not_allowed");
const NO_UPGRADE: May = (426, "api.upgrade_required");
const NO_CONTROL: May = (403, "auth.control_disabled");

/// One route, where it is reached, what is sent there, and what each of [`METHODS`] is answered with. `{id}` is an actor,
/// `{method}` the method.
struct Row {
    path: &'static str,
    url: &'static str,
    body: &'static str,
    may: [May; 7],
}

const ROWS: &[Row] = &[
    Row {
        path: "/health",
        url: "/health",
        body: "",
        may: [YES, YES, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    Row {
        path: "/metadata",
        url: "/metadata",
        body: "",
        may: [YES, YES, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    // Only where `Registry::prometheus` asks for it, which this server does not: then everybody may read it.
    Row { path: "/metrics", url: "/metrics", body: "", may: [(404, "api.not_found"); 7] },
    Row {
        path: "/actors",
        url: "/actors?namespace=default&name=stall",
        body: r#"{"name":"stall","key":"{method}"}"#,
        may: [NO_CONTROL, NO_CONTROL, YES, YES, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    Row {
        path: "/actors/{id}",
        url: "/actors/{id}?namespace=default",
        body: "",
        may: [NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_CONTROL, NO_METHOD, NO_METHOD],
    },
    Row { path: "/gateway/{actor}/", url: "/gateway/{id}/", body: "", may: [YES; 7] },
    Row { path: "/gateway/{actor}/health", url: "/gateway/{id}/health", body: "", may: [YES; 7] },
    Row { path: "/gateway/{actor}/metadata", url: "/gateway/{id}/metadata", body: "", may: [YES; 7] },
    Row {
        path: "/gateway/{actor}/action/{name}",
        url: "/gateway/{id}/action/sell",
        body: r#"{"args":[]}"#,
        may: [
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
            YES,
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
        ],
    },
    Row {
        path: "/gateway/{actor}/queue/{name}",
        url: "/gateway/{id}/queue/order",
        body: r#"{"body":{"item":"pear"}}"#,
        may: [
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
            YES,
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
            NO_ACTOR_METHOD,
        ],
    },
    Row { path: "/gateway/{actor}/request/{*path}", url: "/gateway/{id}/request/a", body: "", may: [YES; 7] },
    // Connections come by an upgrade, which is asked for with `GET`.
    Row {
        path: "/gateway/{actor}/connect",
        url: "/gateway/{id}/connect",
        body: "",
        may: [NO_UPGRADE, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    Row {
        path: "/gateway/{actor}/websocket/{*path}",
        url: "/gateway/{id}/websocket/a",
        body: "",
        may: [NO_UPGRADE, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    // The same, with the actor in headers.
    Row {
        path: "/connect",
        url: "/connect",
        body: "",
        may: [NO_UPGRADE, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    Row { path: "/request", url: "/request", body: "", may: [YES; 7] },
    Row { path: "/request/{*path}", url: "/request/a", body: "", may: [YES; 7] },
    Row {
        path: "/websocket",
        url: "/websocket",
        body: "",
        may: [NO_UPGRADE, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
    Row {
        path: "/websocket/{*path}",
        url: "/websocket/a",
        body: "",
        may: [NO_UPGRADE, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD, NO_METHOD],
    },
];

#[test]
fn every_route_of_the_server_has_a_row() {
    let mut served: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (method, path) in callboard::__private::routes() {
        served.entry(path).or_default().insert(method);
    }
    let rows: BTreeSet<_> = ROWS.iter().map(|row| row.path.to_owned()).collect();
    assert_eq!(rows.len(), ROWS.len(), "a row stands there twice");
    let mut routes: BTreeSet<_> = served.keys().cloned().collect();
    // A build without that feature has no such route.
    routes.insert("/metrics".to_owned());
    assert_eq!(routes, rows, "left: what is served, right: what has a row");

    for row in ROWS.iter().filter(|row| row.path != "/metrics") {
        let by = &served[row.path];
        for (method, may) in METHODS.iter().zip(row.may) {
            let is_get = by.contains("GET") && *method == "HEAD";
            let is_served = by.contains("ANY") || by.contains(method) || is_get;
            assert!(is_served || may == NO_METHOD, "{method} {} is not served", row.path);
        }
    }
}

#[tokio::test]
async fn an_anonymous_peer_may_do_what_the_table_says() {
    let server = Server::host(Registry::new().in_memory().register::<Stall>()).await;
    let put = server.http("PUT /actors", &[], br#"{"name":"stall","key":"test"}"#).await;
    let id = put.json()["actor"]["actor_id"].as_str().expect("it has an id").to_owned();
    for row in ROWS {
        for (method, may) in METHODS.iter().zip(row.may) {
            let url = row.url.replace("{id}", &id);
            let body = row.body.replace("{method}", method);
            let headers = [("x-rivet-target", "actor"), ("x-rivet-actor", id.as_str())];
            let reply = server.http(&format!("{method} {url}"), &headers, body.as_bytes()).await;
            // A `HEAD` is answered without the body that names the error.
            let error = if reply.status == 200 || *method == "HEAD" { String::new() } else { reply.error() };
            let expected = if *method == "HEAD" { "" } else { may.1 };
            assert_eq!((reply.status, error.as_str()), (may.0, expected), "{method} {}", row.path);
        }
    }
    let sold = server.http(&format!("POST /gateway/{id}/action/sell"), &[], b"{\"args\":[]}").await;
    assert_eq!(sold.json(), json!({ "output": 2 }), "nothing has destroyed it");
}

#[tokio::test]
async fn an_anonymous_peer_finds_the_actors_whose_keys_and_ids_it_knows() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let body = json!({ "name": "desk", "key": number.to_string() }).to_string();
        let post = server.http("POST /actors", &[], body.as_bytes()).await;
        ids.push(post.json()["actor"]["actor_id"].as_str().expect("it has an id").to_owned());
    }
    let find = async |query: &str| server.http(&format!("GET /actors?{query}"), &[], b"").await;
    let found = async |query: &str| {
        let reply = find(query).await;
        assert_eq!(reply.status, 200, "{query}: {reply:?}");
        let body = reply.json();
        let actors = body["actors"].as_array().expect("a list").iter();
        actors.map(|actor| actor["actor_id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("name=desk&key=1&namespace=default").await, ids[1..2]);
    assert_eq!(found("name=desk&key=9").await, [""; 0]);
    assert_eq!(found(&format!("actor_ids={}", ids.join(","))).await, ids);
    assert_eq!(found(&format!("actor_ids={}&name=desk", ids[2])).await, ids[2..]);
    assert_eq!(found(&format!("actor_ids={}&name=other", ids[2])).await, [""; 0]);
    for unknown in ["", "0", "%00", "a", &"a".repeat(32), "l7nyzzzzjiyuwsvjoveoa6qv2tbl00"] {
        assert_eq!(found(&format!("actor_ids={unknown}")).await, [""; 0], "{unknown}");
    }
    let many = |count: usize| vec![ids[0].as_str(); count].join(",");
    assert_eq!(found(&format!("actor_ids={}", many(32))).await.len(), 32);
    assert_eq!(find(&format!("actor_ids={}", many(33))).await.error(), "api.bad_request");
    for all in ["", "name=desk", "name=desk&limit=1", "name=other", "namespace=default"] {
        assert_eq!(find(all).await.error(), "auth.control_disabled", "{all}");
    }
}

#[tokio::test]
async fn who_may_not_destroy_does_not_learn_which_actors_there_are() {
    for registry in [Registry::new(), Registry::new().control(TOKEN)] {
        let registry = registry.in_memory().register::<Vault>();
        let inside = registry.client().create::<Vault>("test").await.expect("who is inside is trusted");
        let id = inside.resolve().await.expect("it is there").to_string();
        let server = Server::host(registry).await;
        let shown = |reply: Reply| (reply.status, reply.body);
        let missing = "a".repeat(32);
        for headers in
            [&[][..], &[("x-rivet-token", "default")], &[("authorization", "Bearer 0123456789abcdef")]]
        {
            let delete = async |id: &str| server.http(&format!("DELETE /actors/{id}"), headers, b"").await;
            let first = shown(delete(&id).await);
            assert!(first.0 == 403 || first.0 == 401, "{first:?}");
            for other in [missing.as_str(), "0", "%ff", "x?namespace=other", "x?name=%ff"] {
                assert_eq!(shown(delete(other).await), first, "{other}");
            }
            let list =
                async |name: &str| server.http(&format!("GET /actors?name={name}"), headers, b"").await;
            assert_eq!(shown(list("vault").await), first);
            assert_eq!(shown(list("nothing").await), first);
        }
        let found = server.http(&format!("GET /actors?actor_ids={id}"), &[], b"").await;
        assert_eq!(found.json()["actors"][0]["actor_id"], id, "it is still there");
    }
}

#[tokio::test]
async fn the_control_token_lists_and_destroys() {
    let server = Server::host(Registry::new().in_memory().register::<Stall>().control(TOKEN)).await;
    let make = async || {
        let put = server.http("PUT /actors", &[("x-rivet-token", "default")], br#"{"name":"stall"}"#).await;
        assert_eq!(put.status, 200, "a token that nobody asks for is not looked at: {put:?}");
        put.json()["actor"]["actor_id"].as_str().expect("it has an id").to_owned()
    };
    let bearer = format!("Bearer {TOKEN}");
    for right in [("authorization", bearer.as_str()), ("x-rivet-token", TOKEN)] {
        let id = make().await;
        let list = server.http("GET /actors?name=stall", &[right], b"").await;
        assert_eq!((list.status, &list.json()["actors"][0]["actor_id"]), (200, &json!(id)));
        let delete = async || server.http(&format!("DELETE /actors/{id}"), &[right], b"").await;
        assert_eq!(delete().await.json(), json!({}));
        assert_eq!(delete().await.error(), "actor.not_found");
        let list = server.http("GET /actors?name=stall", &[right], b"").await;
        assert_eq!(list.json()["actors"], json!([]));
    }
    let id = make().await;
    let refused = server.http(&format!("DELETE /actors/{id}"), &[("x-rivet-token", "default")], b"").await;
    assert_eq!((refused.status, refused.error().as_str()), (401, "auth.control_unauthorized"));
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    let find = async |query: &str| {
        server.http(&format!("GET /actors?{query}"), &[("x-rivet-token", "default")], b"").await
    };
    assert_eq!(find(&format!("actor_ids={id}")).await.status, 200);
    assert_eq!(find("name=stall&key=/").await.json()["actors"][0]["actor_id"], id);
}

#[tokio::test]
async fn the_control_router_is_open_to_whom_the_layers_of_its_app_let_through() {
    let registry = Registry::new().in_memory().register::<Stall>();
    let app =
        axum::Router::new().nest("/admin", registry.control_router()).nest("/actors-api", registry.router());
    let server = Server::behind(app).await;
    let call = async |id: &str| {
        let sell = format!("POST /actors-api/gateway/{id}/action/sell");
        server.http(&sell, &[], b"{\"args\":[]}").await
    };
    let put = server.http("PUT /admin/actors", &[], br#"{"name":"stall","key":"a"}"#).await;
    let id = put.json()["actor"]["actor_id"].as_str().expect("it has an id").to_owned();
    assert_eq!(call(&id).await.json(), json!({ "output": 1 }));
    let list = async |prefix: &str| server.http(&format!("GET {prefix}/actors?name=stall"), &[], b"").await;
    assert_eq!(list("/admin").await.json()["actors"][0]["actor_id"], id);
    assert_eq!(list("/actors-api").await.error(), "auth.control_disabled");
    let delete = async |prefix: &str| server.http(&format!("DELETE {prefix}/actors/{id}"), &[], b"").await;
    assert_eq!(delete("/actors-api").await.error(), "auth.control_disabled");
    assert_eq!(call(&id).await.json(), json!({ "output": 2 }));
    assert_eq!(server.http("GET /admin/health", &[], b"").await.status, 200);
    assert_eq!(server.http("GET /admin/metadata", &[], b"").await.status, 200);
    let gateway =
        server.http(&format!("POST /admin/gateway/stall/action/sell?{}", desk("a")), &[], b"{}").await;
    assert_eq!(gateway.error(), "api.not_found", "it has no actors' own routes");
    assert_eq!(delete("/admin").await.json(), json!({}));
    assert_eq!(call(&id).await.error(), "actor.not_found");
}

#[tokio::test]
async fn a_server_does_not_start_with_a_token_that_is_as_good_as_none() {
    for (token, text) in
        [("", "is empty"), ("default", "has 7 characters"), (" 0123456789abcdef", "no header can carry")]
    {
        let serving = Registry::new().in_memory().register::<Stall>().control(token).serve("127.0.0.1:0");
        let error = serving.await.expect_err("it does not serve").to_string();
        assert!(error.contains("the control token") && error.contains(text), "{error}");
    }
}

#[tokio::test]
#[should_panic(expected = "the control token is empty")]
async fn a_router_is_not_made_with_a_token_that_is_as_good_as_none() {
    let _ = Registry::new().in_memory().register::<Stall>().control("").router();
}
