//! Servers behind proxies: whose word counts for who asks and for what.

use axum::extract::ConnectInfo;
use callboard::{Limits, server::Origins};
use tracing::Level;

use super::*;

/// Knows where its visitors come from.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Gate {}

#[actor]
impl Gate {
    #[on_before_connect]
    fn admit(&self, ctx: &Ctx<Self>) -> Result<String, Fault> {
        let unknown = || Fault::new("app", "forbidden", "nobody says where it comes from");
        let ConnectInfo(client) = ctx.claims::<ConnectInfo<SocketAddr>>().ok_or_else(unknown)?;
        if client.ip().is_loopback() { Ok("this machine".to_owned()) } else { Ok(client.to_string()) }
    }

    #[action]
    fn whence(&self, ctx: &Ctx<Self>) -> String {
        ctx.conn().map(|conn| conn.state().to_string()).unwrap_or_default()
    }

    #[on_request]
    fn show(&self, request: http::Request<Body>) -> String {
        let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
        client.map(|ConnectInfo(client)| client.to_string()).unwrap_or_default()
    }
}

const XFF: &str = "x-forwarded-for";

fn gate() -> Registry {
    registry().register::<Gate>()
}

/// Behind a proxy on this machine.
fn behind() -> Registry {
    gate().trusted_proxies(["127.0.0.1", "10.0.0.0/8"])
}

#[tokio::test]
async fn claims_raw_handlers_and_the_log_see_the_client_past_the_proxies() {
    let log = log();
    let registry = behind();
    let mut routed = Server::start().await;
    routed.address = nested(&registry).await;
    for server in [Server::host(behind()).await, routed] {
        let ask = format!("POST /gateway/gate/action/whence?{}", desk("seen"));
        let show = format!("GET /gateway/gate/request/?{}", desk("seen"));
        for (headers, client) in [
            (&[(XFF, "198.51.100.1, 203.0.113.9, 10.0.0.2")][..], "203.0.113.9:0"),
            (&[(XFF, "203.0.113.9:4711")], "203.0.113.9:4711"),
            (&[("forwarded", "for=\"[2001:db8::9]:80\";proto=https, for=10.0.0.2")], "[2001:db8::9]:80"),
        ] {
            let reply = server.http(&ask, headers, b"{}").await;
            assert_eq!(reply.json(), json!({ "output": client }));
            assert_eq!(server.http(&show, headers, b"").await.body, client.as_bytes());
            let ray = reply.headers["x-rivet-ray-id"].clone();
            let logged = || {
                log.lines(|line| line.target == "callboard::access" && line.field("request_id") == Some(&ray))
            };
            gateway::until(async || !logged().is_empty()).await;
            assert_eq!(logged()[0].field("peer"), Some(client.trim_end_matches(":0")));
        }
        assert_eq!(server.http(&ask, &[], b"{}").await.json(), json!({ "output": "this machine" }));
    }
    let strange = Server::host(gate().trusted_proxies(["10.0.0.0/8"])).await;
    let ask = format!("POST /gateway/gate/action/whence?{}", desk("seen"));
    for headers in [(XFF, "203.0.113.9"), ("forwarded", "for=203.0.113.9"), ("forwarded", "for=\"")] {
        let reply = strange.http(&ask, &[headers], b"{}").await;
        assert_eq!(reply.json(), json!({ "output": "this machine" }), "{headers:?}");
    }
}

#[tokio::test]
async fn each_client_behind_a_proxy_has_limits_of_its_own() {
    let limits = || Limits::new().connections_per_address(2).sockets_per_address(3).requests_per_second(5);
    let connect = async |server: &Server, client: &str| {
        let path = format!("/gateway/desk/connect?{}", desk("many"));
        let headers = format!("host: localhost\r\nx-forwarded-for: {client}\r\n");
        let mut socket = open(server.address, &path, &headers).await;
        let first = next(&mut socket).await;
        (first.as_close().is_none(), socket)
    };
    let server = Server::host(behind().limits(limits())).await;
    let mut open = Vec::new();
    for client in ["203.0.113.1", "203.0.113.2", "203.0.113.3", "2001:db8::1"] {
        for _ in 0..2 {
            let (is_in, socket) = connect(&server, client).await;
            assert!(is_in, "{client}: eight sockets of the proxy, and two connections of each client");
            open.push(socket);
        }
        assert!(!connect(&server, client).await.0, "{client}");
        // What the client writes in front of it makes nobody else of it.
        assert!(!connect(&server, &format!("198.51.100.7, {client}")).await.0, "{client}");
    }
    assert!(!connect(&server, "2001:db8::2").await.0, "one customer of IPv6 is one client");
    let get = async |client: &str| server.http("GET /health", &[(XFF, client)], b"").await.status;
    for _ in 0..5 {
        assert_eq!(get("203.0.113.50").await, 200);
    }
    assert_eq!(get("203.0.113.50").await, 429);
    assert_eq!(get("198.51.100.7, 203.0.113.50").await, 429);
    assert_eq!(get("203.0.113.51").await, 200);

    // Nobody said that this machine is a proxy: it is one client.
    let server = Server::host(gate().limits(limits())).await;
    let (first, second) = (connect(&server, "203.0.113.1").await, connect(&server, "203.0.113.2").await);
    assert!(first.0 && second.0 && !connect(&server, "203.0.113.3").await.0);
}

#[tokio::test]
async fn until_proxies_are_named_the_log_tells_once_which_limit_was_met_and_the_way_out() {
    let log = log();
    let hints = |limit: &str| {
        let lines = log.lines(|line| line.field("limit") == Some(limit));
        lines.into_iter().map(|line| line.field("message").unwrap().to_owned()).collect::<Vec<_>>()
    };
    let limits = || Limits::new().requests_per_second(2);
    let named = Server::host(behind().limits(limits())).await;
    for _ in 0..10 {
        named.http("GET /health", &[(XFF, "203.0.113.9")], b"").await;
    }
    let before = hints("requests_per_second").len();
    let server = Server::host(gate().limits(limits())).await;
    for _ in 0..10 {
        server.http("GET /health", &[], b"").await;
    }
    let told = hints("requests_per_second");
    assert!(told.len() <= before + 1 && !told.is_empty(), "{told:?}");
    for way_out in ["`Limits::requests_per_second`", "`Registry::trusted_proxies`"] {
        assert!(told[0].contains(way_out), "{}", told[0]);
    }
}

#[tokio::test]
async fn the_host_and_scheme_of_a_proxy_count_for_origins_and_for_hosts() {
    let server = Server::host(behind().hosts(["app.example"])).await;
    let stranger = Server::host(gate().hosts(["app.example"])).await;
    let get = async |server: &Server, headers: &[(&str, &str)]| {
        let reply = server.http("GET /health", headers, b"").await;
        (reply.status, if reply.status == 200 { String::new() } else { reply.error() })
    };
    let ok = (200, String::new());
    let refused = |code: &str| (403, format!("auth.{code}_not_allowed"));
    // A proxy that has its own name for the server, and says what the client asked for.
    let site = |host, proto| [("x-forwarded-host", host), ("x-forwarded-proto", proto)];
    assert_eq!(get(&server, &site("app.example", "https")).await, ok);
    assert_eq!(get(&server, &site("rebind.evil", "https")).await, refused("host"));
    assert_eq!(get(&server, &site("localhost, rebind.evil", "https")).await, refused("host"));
    assert_eq!(get(&server, &[("host", "rebind.evil")]).await, refused("host"));
    assert_eq!(get(&server, &[("forwarded", "for=203.0.113.9;host=rebind.evil")]).await, refused("host"));
    // Nobody else is believed.
    let forged = [&[("host", "rebind.evil")], &site("app.example", "https")[..]].concat();
    assert_eq!(get(&stranger, &forged).await, refused("host"));
    // Nor is a page on this machine, whose sockets are like the proxy's.
    assert_eq!(get(&server, &forged).await, refused("host"));
    let own = [&[("host", "127.0.0.1:6420")], &site("app.example", "https")[..]].concat();
    assert_eq!(get(&server, &own).await, ok, "the proxy's own name for the server is not the client's");

    let page = |origin, site: [(&'static str, &'static str); 2]| [&site[..], &[("origin", origin)]].concat();
    let app = site("app.example", "https");
    assert_eq!(get(&server, &page("https://app.example", app)).await, ok);
    assert_eq!(get(&server, &page("http://app.example", app)).await, refused("origin"));
    assert_eq!(get(&server, &page("http://app.example", site("app.example", "http"))).await, ok);
    assert_eq!(get(&server, &page("https://other.example", app)).await, refused("origin"));
    // This machine is the proxy, and not who asks.
    assert_eq!(get(&server, &page("http://localhost:3000", app)).await, refused("origin"));
    let elements =
        [("forwarded", "for=203.0.113.9;host=app.example;proto=https"), ("origin", "https://app.example")];
    assert_eq!(get(&server, &elements).await, ok);
    assert_eq!(get(&stranger, &page("https://app.example", app)).await, refused("origin"));
    let any = Server::host(behind().hosts(["app.example"]).origins(Origins::any())).await;
    assert_eq!(get(&any, &page("https://other.example", app)).await, ok);
}

/// A page whose name has the address of this machine talks to the port as the proxy does, and may write all headers but
/// `Host`.
#[tokio::test]
async fn a_page_on_this_machine_is_not_taken_for_the_proxy_on_it() {
    let rebound = [("host", "rebind.evil:6420"), ("sec-fetch-site", "same-origin")];
    let claims = [
        &[("x-forwarded-host", "app.example")][..],
        &[("x-forwarded-host", "localhost"), (XFF, "127.0.0.1"), ("x-forwarded-proto", "http")],
        &[("forwarded", "for=127.0.0.1;host=localhost")],
        &[("forwarded", "host=app.example, for=10.0.0.2")],
        // The page's own name, as a proxy says it that keeps it.
        &[("x-forwarded-host", "rebind.evil:6420")],
    ];
    let listed = behind().hosts(["app.example"]);
    let mut routed = Server::start().await;
    routed.address = nested(&listed).await;
    let own = behind();
    let servers = [Server::host(own).await, Server::host(behind().hosts(["app.example"])).await, routed];
    for server in &servers {
        for (request, headers) in requests() {
            for claim in claims {
                let headers = [&headers[..], &rebound, claim].concat();
                let (status, _) = refusal(server, &request, &headers).await;
                // A router has no routes of the app's own.
                let is_elsewhere = status == 404 && request.ends_with("/own");
                assert!(status == 403 || is_elsewhere, "{request} {claim:?}: {status}");
            }
        }
        let note = format!("POST /gateway/desk/action/note?{}", desk("rebound"));
        let headers = [("host", "rebind.evil"), ("origin", "http://rebind.evil"), claims[1][0]];
        let refused = refusal(server, &note, &headers).await;
        assert_eq!(refused, (403, "auth.host_not_allowed".to_owned()));
        let headers = "host: rebind.evil\r\nx-forwarded-host: localhost\r\n";
        let path = format!("/gateway/desk/connect?{}", desk("rebound"));
        let mut socket = open(server.address, &path, headers).await;
        let told = next_json(&mut socket).await;
        assert_eq!(told["body"]["val"]["code"], "host_not_allowed", "{told}");
        let list = server.http("GET /actors?name=desk&key=rebound", &[], b"").await;
        assert_eq!(list.json()["actors"], json!([]));
    }
}

/// The status and the error's code of a request that is refused.
async fn refusal(server: &Server, request: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let reply = server.http(request, headers, b"").await;
    let has_error = reply.status >= 400 && !request.starts_with("HEAD") && !reply.body.is_empty();
    (reply.status, if has_error { reply.error() } else { String::new() })
}

#[tokio::test]
async fn a_proxy_on_this_machine_may_name_the_server_by_its_address_or_keep_the_name() {
    let server = Server::host(behind().hosts(["app.example"])).await;
    let at = format!("127.0.0.1:{}", server.address.port());
    for host in [&at, "localhost", "app.example", "[::1]:6420"] {
        for claim in [("x-forwarded-host", "app.example"), ("forwarded", "for=203.0.113.9;host=app.example")]
        {
            let reply = server.http("GET /health", &[("host", host), claim], b"").await;
            assert_eq!(reply.status, 200, "{host} {claim:?}");
        }
    }
    // Where names are not looked at, none is.
    let open = behind();
    let routed = nested(&open).await;
    let head = "GET /health HTTP/1.1\r\nhost: backend\r\nx-forwarded-host: app.example";
    assert_eq!(status(routed, &format!("{head}\r\n\r\n")).await, "200");
}

#[tokio::test]
async fn a_router_that_is_told_no_addresses_warns_once_of_limits_and_proxies_that_have_no_effect() {
    let log = log();
    let warned = |path: &str| {
        let path = format!("/{path}");
        let lines =
            log.lines(|line| line.level == Level::WARN && line.of_span("request", "path") == Some(&path));
        lines.into_iter().map(|line| line.field("message").unwrap().to_owned()).collect::<Vec<_>>()
    };
    let none = || {
        let limits = Limits::new().connections_per_address(usize::MAX).buffered_per_address(usize::MAX);
        limits.reads_in_flight_per_address(usize::MAX).actors_made_per_second_per_address(0)
    };
    for (path, registry, warns) in [
        ("unaddressed-default", gate(), true),
        ("unaddressed-proxies", behind().limits(none()), true),
        ("unaddressed-rate", gate().limits(none().requests_per_second(1)), true),
        ("unaddressed-none", gate().limits(none()), false),
    ] {
        let app = axum::Router::new().nest("/api", registry.router());
        let server =
            Server::behind(app.merge(axum::Router::new().nest("/admin", registry.control_router()))).await;
        for at in ["api", "admin", "api"] {
            assert_eq!(server.http(&format!("GET /{at}/{path}"), &[], b"").await.status, 404, "{at} {path}");
        }
        let told = warned(path);
        assert_eq!(told.len(), usize::from(warns), "{path}: {told:?}");
        for call in
            ["`app.into_make_service_with_connect_info::<SocketAddr>()`", "`Registry::trusted_proxies`"]
        {
            assert!(told.iter().all(|told| told.contains(call)), "{told:?}");
        }
    }
    let registry = behind();
    let addressed = nested(&registry).await;
    let head = "GET /addressed-default HTTP/1.1\r\nhost: localhost";
    assert_eq!(status(addressed, &format!("{head}\r\n\r\n")).await, "404");
    assert_eq!(warned("addressed-default"), [""; 0]);
}

#[tokio::test]
async fn headers_that_contradict_each_other_are_refused_and_the_log_says_why() {
    let log = log();
    let server = Server::host(behind()).await;
    for headers in [
        [(XFF, "203.0.113.9"), ("forwarded", "for=127.0.0.1")],
        [(XFF, "203.0.113.9"), ("forwarded", "for=203.0.113.9;host=localhost")],
        [("x-forwarded-host", "localhost"), ("forwarded", "for=203.0.113.9")],
        [("x-other", ""), ("forwarded", "for=\"203.0.113.9")],
    ] {
        for request in ["GET /health", "GET /own"] {
            let reply = server.http(request, &headers, b"").await;
            assert_eq!(
                (reply.status, reply.error().as_str()),
                (400, "api.bad_request"),
                "{request} {headers:?}"
            );
        }
    }
    let same = [(XFF, "203.0.113.9"), ("forwarded", "for=203.0.113.9")];
    assert_eq!(server.http("GET /own", &same, b"").await.status, 200);
    let warned = log.lines(|line| line.field("proxy") == Some("127.0.0.1"));
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].field("message").unwrap().contains("do not say the same"));
}
