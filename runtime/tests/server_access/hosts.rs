//! The names that a server answers to: a page may give its own name the server's address.

use tower_service::Service as _;

use super::*;

/// A page's own name, which now has the address of the server, and its page.
const REBOUND: [(&str, &str); 2] = [("host", "rebind.evil:6420"), ("origin", "http://rebind.evil:6420")];

#[tokio::test]
async fn no_route_of_a_loopback_address_answers_to_the_name_of_a_stranger() {
    #[cfg(feature = "prometheus")]
    let server = Server::host(registry().prometheus()).await;
    #[cfg(not(feature = "prometheus"))]
    let server = Server::host(registry()).await;
    for (request, headers) in requests() {
        let here = server.http(&request, &[&headers[..], &[("host", "localhost:6420")]].concat(), b"").await;
        assert!(here.status != 403 || here.error() == "auth.control_disabled", "{request}: {here:?}");
        for page in [&REBOUND[..1], &REBOUND[..]] {
            let reply = server.http(&request, &[&headers[..], page].concat(), b"").await;
            assert_eq!(reply.status, 403, "{request}");
            assert!(!reply.headers.keys().any(|name| name.starts_with("access-control")), "{request}");
            if !request.starts_with("HEAD") {
                assert_eq!(reply.error(), "auth.host_not_allowed", "{request}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_made_and_nothing_runs_for_the_name_of_a_stranger() {
    let server = Server::host(registry()).await;
    let note = format!("POST /gateway/desk/action/note?{}", desk("quiet"));
    let body = br#"{"args":["a"]}"#;
    assert_eq!(server.http(&note, &REBOUND, body).await.status, 403);
    let ask = format!("GET /gateway/wall/request/?{}", desk("quiet"));
    assert_eq!(server.http(&ask, &REBOUND, b"").await.status, 403);
    for path in ["/gateway/desk/connect", "/gateway/wall/websocket/"] {
        let path = format!("{path}?{}", desk("quiet"));
        let mut socket = open(server.address, &path, "host: rebind.evil:6420\r\n").await;
        while next(&mut socket).await.as_close().is_none() {}
    }
    for actor in ["desk", "wall"] {
        let list = server.http(&format!("GET /actors?name={actor}&key=quiet"), &[], b"").await;
        assert_eq!(list.json()["actors"], json!([]), "{actor}");
    }
    assert_eq!(server.http(&note, &[], body).await.json(), json!({ "output": 1 }));
}

#[tokio::test]
async fn a_websocket_is_opened_and_told_that_its_host_is_none() {
    let server = Server::host(registry()).await;
    let id = "x-rivet-target: actor\r\nx-rivet-actor: 00000000000000000000000000000000\r\n";
    for (path, headers) in [
        (format!("/gateway/desk/connect?{}", desk("told")), ""),
        (format!("/gateway/wall/websocket/x?{}", desk("told")), ""),
        (format!("/gateway/nobody/connect?{}", desk("told")), ""),
        ("/connect".to_owned(), id),
        ("/websocket/x".to_owned(), id),
    ] {
        let headers = format!("host: rebind.evil\r\norigin: http://rebind.evil\r\n{headers}");
        let mut socket = open(server.address, &path, &headers).await;
        if path.contains("connect") {
            let told = next_json(&mut socket).await;
            assert_eq!(told["body"]["val"]["code"], "host_not_allowed", "{told}");
        }
        assert_eq!(next_close(&mut socket).await, (1011, "auth.host_not_allowed".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn the_names_of_this_machine_and_those_listed_are_answered() {
    let (own, listed) = (Server::host(registry()).await, registry().hosts(["app.example", "bücher.example"]));
    let listed = Server::host(listed).await;
    let port = own.address.port();
    for host in ["localhost", "LOCALHOST.", "app.localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            for server in [&own, &listed] {
                assert_eq!(server.http("GET /health", &[("host", &host)], b"").await.status, 200, "{host}");
            }
        }
    }
    for host in ["app.example", "App.Example.:80", "xn--bcher-kva.example"] {
        for (server, status) in [(&own, 403), (&listed, 200)] {
            assert_eq!(server.http("GET /own", &[("host", host)], b"").await.status, status, "{host}");
        }
    }
    for host in
        ["", "localhost.evil", "app.example.evil", "0.0.0.0", "10.0.0.1", "user@localhost", "bücher.example"]
    {
        for server in [&own, &listed] {
            assert_eq!(server.http("GET /health", &[("host", host)], b"").await.status, 403, "{host}");
        }
    }
}

#[tokio::test]
async fn a_server_that_others_reach_answers_to_any_name_until_some_are_listed() {
    let everywhere = async |registry: Registry| {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
        tokio::spawn(registry.serve_listener(listener, std::future::pending()));
        address
    };
    let listed = || registry().hosts(["app.example"]);
    let (open, closed) = (registry(), listed());
    for (address, has_list, is_own) in [
        (everywhere(registry()).await, false, true),
        (everywhere(listed()).await, true, true),
        (nested(&open).await, false, false),
        (nested(&closed).await, true, false),
    ] {
        let get = async |head: &str| status(address, &format!("GET /health {head}\r\n\r\n")).await;
        let unlisted = if has_list { "403" } else { "200" };
        assert_eq!(get("HTTP/1.1\r\nhost: rebind.evil").await, unlisted);
        assert_eq!(get("HTTP/1.0\r\nhost: rebind.evil").await, unlisted);
        assert_eq!(get("HTTP/1.1\r\nhost: app.example:8443").await, "200");
        assert_eq!(get("HTTP/1.1\r\nhost: localhost").await, "200");
        // Balancers ask for health so.
        assert_eq!(get("HTTP/1.0").await, unlisted, "{has_list}");
        assert_eq!(get("HTTP/1.1").await, if is_own { "400" } else { unlisted });
    }
}

#[tokio::test]
async fn a_request_has_one_host_everywhere() {
    let own = Server::host(registry()).await;
    let router = registry();
    for address in [own.address, nested(&router).await] {
        let get = async |head: &str| status(address, &format!("GET {head}\r\n\r\n")).await;
        assert_eq!(get("/health HTTP/1.1\r\nhost: localhost\r\nhost: localhost").await, "400");
        assert_eq!(get("/health HTTP/1.0\r\nhost: localhost\r\nhost: rebind.evil").await, "400");
        assert_eq!(get("http://rebind.evil/health HTTP/1.1\r\nhost: localhost").await, "400");
        assert_eq!(get("http://localhost/health HTTP/1.1\r\nhost: rebind.evil").await, "400");
        assert_eq!(get("http://localhost:80/health HTTP/1.1\r\nhost: LOCALHOST").await, "200");
    }
    let get = async |head: &str| status(own.address, &format!("GET {head}\r\n\r\n")).await;
    assert_eq!(get("http://rebind.evil/health HTTP/1.1\r\nhost: rebind.evil").await, "403");
    assert_eq!(get("/health HTTP/1.0").await, "403", "where hosts are looked at, there has to be one");
    let path =
        format!("/gateway/desk/connect?{} HTTP/1.1\r\nhost: localhost\r\nhost: localhost", desk("two"));
    assert_eq!(get(&format!("{path}\r\n{}", UPGRADE.trim_end())).await, "400");
}

#[tokio::test]
async fn the_log_names_the_host_and_the_way_out_and_is_not_flooded() {
    let log = log();
    let server = Server::host(registry()).await;
    let long = format!("{}.logged.evil", "x".repeat(4000));
    let warnings = || {
        log.lines(|line| {
            line.level == tracing::Level::WARN
                && line.field("message").is_some_and(|text| text.contains("`Registry::hosts`"))
                && line.field("host").is_some_and(|host| host.contains("xxxx"))
        })
    };
    for _ in 0..100 {
        assert_eq!(server.http("GET /health", &[("host", &long)], b"").await.status, 403);
    }
    let warned = warnings();
    assert!(matches!(warned.len(), 1..=10), "{}", warned.len());
    assert_eq!(warned[0].field("host").map(str::len), Some(1024 + "...".len()), "it is cut");
    let other = Server::host(registry()).await;
    let strange = "xxxx\u{1b}[31m";
    let request = format!("GET /health HTTP/1.1\r\nhost: {strange}\r\n\r\n");
    let answered = status(other.address, &request).await;
    assert!(matches!(answered.as_str(), "400" | "403"), "{answered}");
    assert!(warnings().iter().all(|line| !line.field("host").unwrap().contains('\u{1b}')));
}

#[tokio::test]
async fn the_authority_of_http_2_is_the_host_and_who_calls_a_router_needs_none() {
    let (open, closed) = (registry(), registry().hosts(["app.example"]));
    let ask = async |registry: &Registry, uri: &str, host: Option<&str>| {
        let mut request = http::Request::builder().uri(uri).version(http::Version::HTTP_2);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(Body::empty()).unwrap();
        registry.router().call(request).await.unwrap().status().as_u16()
    };
    assert_eq!(ask(&closed, "https://app.example/health", None).await, 200);
    assert_eq!(ask(&closed, "https://app.example/health", Some("app.example:443")).await, 200);
    assert_eq!(ask(&closed, "https://app.example/health", Some("rebind.evil")).await, 400);
    assert_eq!(ask(&closed, "https://rebind.evil/health", None).await, 403);
    assert_eq!(ask(&closed, "/health", None).await, 403);
    assert_eq!(ask(&open, "https://rebind.evil/health", None).await, 200);
    assert_eq!(ask(&open, "/health", None).await, 200);
}

#[tokio::test]
async fn clients_are_served_by_each_name_of_this_machine() {
    let registry = registry();
    let inside = registry.client();
    let server = Server::host(registry).await;
    let port = server.address.port();
    inside.get_or_create::<Desk>("named").note("inside".into()).await.unwrap();
    for (already, host) in (1..).zip(["127.0.0.1", "localhost"]) {
        let client = Client::new(&format!("http://{host}:{port}")).unwrap();
        let handle = client.get_or_create::<Desk>("named");
        assert_eq!(handle.notes().await.unwrap().len(), already, "{host}");
        assert_eq!(handle.connect(None).note(host.into()).await.unwrap(), already + 1, "{host}");
    }
}
