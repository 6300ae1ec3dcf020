//! What pages of other sites get from a server, in a real browser: headless Chromium, in which `browser/cross_site.mjs`
//! opens pages that try.
//!
//! It needs Chromium, Node.js and npm, and says so if one of them is missing.

mod chromium;

use std::{future::pending, net::SocketAddr, time::Duration};

use axum::{Router, response::Html, routing::get};
use callboard::{Body, prelude::*, server::Origins};
use serde_json::{Value, json};
use tokio::{net::TcpListener, process::Command, time::timeout};

const PATIENCE: Duration = Duration::from_mins(2);

/// Has a picture and a secret.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Gallery {
    asked: u32,
}

#[actor]
impl Gallery {
    #[on_request]
    fn serve(&mut self, request: http::Request<Body>) -> http::Response<String> {
        self.asked += 1;
        let (kind, body) = if request.uri().path() == "/script.js" {
            ("text/javascript", "window.stolen = 'a secret';")
        } else {
            ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>")
        };
        http::Response::builder().header("content-type", kind).body(body.to_owned()).expect("a response")
    }

    #[action]
    fn asked(&self) -> u32 {
        self.asked
    }
}

/// Links on other sites may lead to it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Page {}

#[actor]
impl Page {
    #[on_request(navigation)]
    fn show(&self, request: http::Request<Body>) -> String {
        format!("a page at {}", request.uri().path())
    }

    #[action]
    fn is_there(&self) -> bool {
        true
    }
}

/// A server with actors, and the client that looks into it from inside.
async fn server(origins: Origins) -> (u16, Client) {
    let registry = Registry::new().in_memory().register::<Gallery>().register::<Page>().origins(origins);
    let (client, (listener, port)) = (registry.client(), listen().await);
    tokio::spawn(registry.serve_listener(listener, pending()));
    (port, client)
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().map(|address: SocketAddr| address.port()).expect("it is bound");
    (listener, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_get_what_their_origin_may_have_and_nothing_without_one() {
    let (chromium, node) = (chromium::chromium(), chromium::node());
    let driver = chromium::driver("cross_site.mjs").await;
    let (listener, pages) = listen().await;
    let app = Router::new().route("/", get(async || Html("<!doctype html><title>a page</title><body>")));
    tokio::spawn(async { axum::serve(listener, app).await });
    let (same, inside) = server(Origins::same()).await;
    let (listed, inside_listed) = server(Origins::list([format!("http://site.test:{pages}")])).await;
    let (any, inside_any) = server(Origins::any()).await;
    let there = inside.get_or_create::<Page>("there").is_there().await;
    assert!(there.expect("it is made"));

    let ports = [pages, same, listed, any].map(|port| port.to_string());
    let driving = Command::new(node).arg(driver).arg(chromium).args(ports).kill_on_drop(true).output();
    let output = timeout(PATIENCE, driving).await.expect("the browser is done in time").expect("node starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    let seen: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));

    // Only what says an origin gets anything, and that if the origin may.
    let gets = |may: bool| {
        let status = if may { json!(200) } else { Value::Null };
        json!({ "img": false, "script": false, "crossorigin": may, "fetch": status, "socket": may })
    };
    for (page, server, may) in [
        ("local", "same", true),
        ("local", "listed", true),
        ("local", "any", true),
        ("site", "same", false),
        ("site", "listed", true),
        ("site", "any", true),
    ] {
        assert_eq!(seen[format!("{page} {server}")], gets(may), "{page} {server}");
        let inside = match server {
            "same" => &inside,
            "listed" => &inside_listed,
            _ => &inside_any,
        };
        for (way, ran) in
            [("img", false), ("script", false), ("blind", false), ("crossorigin", may), ("fetch", may)]
        {
            let asked = inside.get::<Gallery>(format!("{page}-{server}-{way}")).asked().await;
            assert_eq!(asked.ok(), ran.then_some(1), "{page} {server} {way}");
        }
    }
    assert_eq!(seen["link_to_gallery"]["status"], 403);
    assert_eq!(seen["link_to_page"], json!({ "status": 200, "text": "a page at /x" }));
    assert_eq!(seen["link_to_nobody"]["status"], 404);
    assert!(inside.get::<Page>("nobody").is_there().await.is_err(), "a link has made an actor");
    assert_eq!(seen["typed"], 200);
    let closed = json!([1011, "auth.host_not_allowed"]);
    assert_eq!(seen["rebound"], json!({ "status": 403, "code": "host_not_allowed", "closed": closed }));
    assert!(
        inside.get::<Gallery>("rebound").asked().await.is_err(),
        "a page with another name has made an actor"
    );
}
