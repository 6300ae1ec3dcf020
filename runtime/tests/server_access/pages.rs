//! What pages of other sites are answered when they say no origin: pictures, scripts, links.

use callboard::server::Origins;

use super::*;

/// A page that links on other sites may lead to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Page {
    shown: u32,
}

#[actor]
impl Page {
    #[on_request(navigation)]
    fn show(&mut self, request: http::Request<Body>) -> http::Response<String> {
        self.shown += 1;
        http::Response::new(format!("{} {}", request.uri(), self.shown))
    }

    #[action]
    fn shown(&self) -> u32 {
        self.shown
    }
}

const CROSS: (&str, &str) = ("sec-fetch-site", "cross-site");
const LINK: [(&str, &str); 3] = [CROSS, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
const REFUSED: (u16, &str) = (403, "auth.origin_not_allowed");

fn all_origins() -> [Origins; 3] {
    [Origins::same(), Origins::list(["https://app.example"]), Origins::any()]
}

#[tokio::test]
async fn no_route_answers_what_a_page_of_another_site_asks_without_saying_its_origin() {
    for origins in all_origins() {
        let server = Server::host(registry().origins(origins)).await;
        for (request, headers) in requests() {
            if request.starts_with("OPTIONS") {
                // Nobody asks for leave without saying who.
                continue;
            }
            for site in ["cross-site", "same-site"] {
                for more in
                    [&[][..], &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], &LINK[1..]]
                {
                    let asks = [&headers[..], &[("sec-fetch-site", site)], more].concat();
                    let reply = server.http(&request, &asks, b"").await;
                    if request == "GET /own" {
                        assert_eq!(reply.status, 200, "the app's own pages are its own");
                        continue;
                    }
                    assert_eq!(reply.status, 403, "{request}");
                    assert!(!reply.headers.keys().any(|name| name.starts_with("access-control")));
                    if !request.starts_with("HEAD") {
                        assert_eq!(reply.error(), REFUSED.1, "{request}");
                    }
                }
            }
        }
        let list = server.http("GET /actors?name=wall&key=strange", &[], b"").await;
        assert_eq!(list.json()["actors"], json!([]), "a picture has made an actor");
    }
}

#[tokio::test]
async fn who_is_no_page_of_another_site_is_answered_as_ever() {
    let server = Server::host(registry()).await;
    let strange = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "script"), ("sec-fetch-user", "?1")];
    for headers in [
        vec![],
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
        [&[("sec-fetch-site", "same-origin")][..], &strange].concat(),
        // Not a browser's, whatever it is.
        vec![("sec-fetch-site", "x")],
        strange.to_vec(),
    ] {
        for request in [format!("GET /gateway/wall/request/?{}", desk("mine")), "GET /health".to_owned()] {
            assert_eq!(server.http(&request, &headers, b"").await.status, 200, "{request} {headers:?}");
        }
    }
    let two = [("sec-fetch-site", "same-origin"), CROSS];
    assert_eq!(server.http("GET /health", &two, b"").await.status, 403);
}

#[tokio::test]
async fn where_an_origin_is_said_it_decides_alone() {
    let wall = format!("GET /gateway/wall/request/?{}", desk("said"));
    let connect = format!("/gateway/desk/connect?{}", desk("said"));
    let [same, list, any] = all_origins();
    for (origins, origin, may) in [
        (&same, "http://localhost:3000", true),
        (&same, "https://app.example", false),
        (&list, "https://app.example", true),
        (&list, "https://other.example", false),
        (&any, "https://other.example", true),
        (&any, "null", true),
    ] {
        let server = Server::host(registry().origins(origins.clone())).await;
        for site in ["cross-site", "same-site", "same-origin", "none"] {
            let headers = [("origin", origin), ("sec-fetch-site", site)];
            let reply = server.http(&wall, &headers, b"").await;
            assert_eq!(reply.status, if may { 200 } else { 403 }, "{origin} {site}");
            assert_eq!(reply.headers.contains_key("access-control-allow-origin"), may);
            let handshake = format!(
                "GET {connect} HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\nsec-fetch-site: {site}\r\n{UPGRADE}\r\n"
            );
            let expected = if may { "101" } else { "403" };
            assert_eq!(status(server.address, &handshake).await, expected, "{origin} {site}");
        }
        // What follows a link says no origin; a page that does is no exception.
        let linked = server.http(&wall, &[&LINK[..], &[("origin", origin)]].concat(), b"").await;
        assert_eq!(linked.status, if may { 200 } else { 403 }, "{origin}");
    }
}

#[tokio::test]
async fn a_link_leads_to_handlers_that_say_so_and_makes_no_actor() {
    let server = Server::host(registry().register::<Page>()).await;
    let page = |key: &str| format!("GET /gateway/page/request/a?x=1&{}", desk(key));
    let list =
        async || server.http("GET /actors?name=page&key=linked", &[], b"").await.json()["actors"].clone();
    let reply = server.http(&page("linked"), &LINK, b"").await;
    assert_eq!((reply.status, reply.error().as_str()), (404, "actor.not_found"));
    assert_eq!(list().await, json!([]), "a link has made an actor");
    // Typed into the address bar, it is nobody's but the user's.
    let typed = [("sec-fetch-site", "none"), LINK[1], LINK[2]];
    assert_eq!(server.http(&page("linked"), &typed, b"").await.body, b"/a?x=1 1");
    assert_eq!(server.http(&page("linked"), &LINK, b"").await.body, b"/a?x=1 2");
    let same_site = [("sec-fetch-site", "same-site"), LINK[1], LINK[2]];
    let id = list().await[0]["actor_id"].as_str().unwrap().to_owned();
    assert_eq!(server.http(&format!("GET /gateway/{id}/request/b"), &same_site, b"").await.body, b"/b 3");

    let refused = async |request: &str, headers: &[(&str, &str)]| {
        let reply = server.http(request, headers, b"").await;
        assert_eq!((reply.status, reply.error().as_str()), REFUSED, "{request} {headers:?}");
    };
    for other in [
        [CROSS, ("sec-fetch-mode", "no-cors"), LINK[2]],
        [CROSS, ("sec-fetch-mode", "cors"), LINK[2]],
        [CROSS, LINK[1], ("sec-fetch-dest", "iframe")],
        [CROSS, LINK[1], ("sec-fetch-dest", "empty")],
    ] {
        refused(&page("linked"), &other).await;
    }
    refused(&page("linked"), &LINK[..1]).await;
    for request in [
        page("linked").replace("GET", "POST"),
        page("linked").replace("GET", "DELETE"),
        format!("GET /gateway/{id}/health"),
        format!("GET /gateway/{id}"),
        format!("GET /gateway/{id}/action/shown"),
        format!("GET /actors?actor_ids={id}"),
        // No handler of theirs says so, and there is no difference between those that exist and those that do not.
        format!("GET /gateway/wall/request/?{}", desk("linked")),
        "GET /gateway/00000000000000000000000000000000/request/".to_owned(),
        "GET /gateway/nonsense/request/".to_owned(),
        format!("GET /gateway/nobody/request/?{}", desk("linked")),
        format!("GET /gateway/page/websocket/?{}", desk("linked")),
    ] {
        refused(&request, &LINK).await;
    }
    let shown = server.http(&format!("POST /gateway/page/action/shown?{}", desk("linked")), &[], b"{}").await;
    assert_eq!(shown.json(), json!({ "output": 3 }));
}
