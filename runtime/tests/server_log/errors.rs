//! What goes wrong is in the log, by the id that the client got.

use super::*;

/// Serde writes a huge one, and cannot read it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Hung {
    Huge { weight: u128 },
}

macro_rules! belfry {
    ($name:ident, #[actor($($options:tt)*)]) => {
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            bells: Vec<Hung>,
        }

        #[actor($($options)*)]
        impl $name {
            #[action]
            fn hang(&mut self, weight: u64) {
                self.bells.push(Hung::Huge { weight: weight.into() });
            }
        }
    };
}

belfry!(Belfry, #[actor()]);
belfry!(LooseBelfry, #[actor(durability = "relaxed", save_interval = "10ms")]);

#[tokio::test]
async fn an_error_of_a_call_over_http_is_in_the_log_by_its_id_with_the_request_and_the_actor() {
    let server = bell().await;
    for (action, args, error) in [
        ("crack", "[]", "a crack"),
        ("burst", "[]", "the actor panicked: a burst"),
        ("burstLater", "[1]", "the actor panicked: a late burst"),
        ("crackLater", "[1]", "a late crack"),
    ] {
        let request = format!("POST /gateway/bell/action/{action}?{}", query("http"));
        let reply = server.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await;
        assert_eq!((reply.status, reply.error().as_str()), (500, "rivetkit.internal_error"));
        let line = log().error(error_id(&reply.json()));
        assert_eq!(line.field("error"), Some(error));
        assert_is_about(&line, "http", action);
        assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
        assert_eq!(line.of_span("request", "method"), Some("POST"));
        assert_eq!(line.of_span("request", "path"), Some(format!("/gateway/bell/action/{action}").as_str()));
        assert_eq!(line.of_span("request", "actor"), Some("bell"));
        assert!(line.of_span("request", "peer").is_some_and(|peer| peer.starts_with("127.0.0.1:")));
    }
}

#[tokio::test]
async fn an_error_of_a_call_on_a_connection_is_in_the_log_with_the_connection_and_the_call() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("socket"));
    let (mut socket, head) = server.open(&path, "rivet, rivet_encoding.json").await;
    let init = next_json(&mut socket).await;
    let conn = init["body"]["val"]["connectionId"].as_str().unwrap_or_else(|| panic!("{init}")).to_owned();
    let (_, ray) = head.split_once("x-rivet-ray-id: ").unwrap();
    let ray = ray.lines().next().unwrap();
    for (id, action, args) in
        [(1, "crack", "[]"), (2, "burst", "[]"), (3, "burstLater", "[1]"), (4, "crackLater", "[1]")]
    {
        socket.send(call(id, action, args)).await.unwrap();
        let answer = next_json(&mut socket).await;
        let line = log().error(error_id(&answer["body"]["val"]));
        assert_is_about(&line, "socket", action);
        assert_eq!(line.of_span("action", "conn"), Some(conn.as_str()));
        assert_eq!(line.of_span("call", "call"), Some(id.to_string().as_str()));
        assert_eq!(line.of_span("call", "conn"), Some(conn.as_str()));
        assert_eq!(line.of_span("request", "request_id"), Some(ray));
        assert_eq!(line.of_span("request", "conn"), Some(conn.as_str()));
    }
}

/// Whoever waits in the mailbox is run by the actor's own task, which knows nothing of the caller.
#[tokio::test]
async fn a_call_that_waits_for_its_turn_keeps_the_span_of_its_caller() {
    let server = bell().await;
    let ask = async |action: &str, args: &str| {
        let request = format!("POST /gateway/bell/action/{action}?{}", query("busy"));
        server.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await
    };
    let (first, second, third) =
        tokio::join!(ask("burstLater", "[50]"), ask("burst", "[]"), ask("crackLater", "[1]"));
    for (reply, action) in [(first, "burstLater"), (second, "burst"), (third, "crackLater")] {
        let line = log().error(error_id(&reply.json()));
        assert_is_about(&line, "busy", action);
        assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
        assert_eq!(line.spans.len(), 2, "it is in no other's: {line:#?}");
    }
}

#[tokio::test]
async fn a_call_in_this_process_is_in_the_span_of_its_caller() {
    use tracing::Instrument as _;
    log();
    let bell = Registry::new().in_memory().register::<Bell>().client().get_or_create::<Bell>("here");
    bell.ring().await.unwrap();
    let error = bell.burst().instrument(tracing::info_span!("mine", secret = 7)).await.unwrap_err();
    let line = log().error(error.fault().unwrap().error_id().unwrap());
    assert_is_about(&line, "here", "burst");
    assert_eq!(line.of_span("mine", "secret"), Some("7"));
    assert_eq!(line.of_span("action", "conn"), None);

    let conn = bell.connect(None);
    let error = conn.burst_later(1).await.unwrap_err();
    let line = log().error(error.fault().unwrap().error_id().unwrap());
    assert!(line.of_span("action", "conn").is_some_and(|conn| conn.parse::<callboard::ConnId>().is_ok()));
}

#[tokio::test]
async fn an_error_of_a_hook_or_a_handler_is_in_the_log_with_its_request() {
    let server = bell().await;
    let request = format!("POST /gateway/bell/action/ring?{}", query("hook"));
    let refused = server.http(&request, &[("x-rivet-conn-params", "\"broken\"")], b"{\"args\":[]}").await;
    let request = format!("GET /gateway/bell/request/broken?{}", query("hook"));
    let broken = server.http(&request, &[], b"").await;
    for (reply, hook) in [(refused, "on_before_connect"), (broken, "on_request")] {
        let line = log().error(error_id(&reply.json()));
        assert_eq!(line.of_span("hook", "hook"), Some(hook));
        assert_eq!(line.of_span("hook", "actor"), Some("bell"));
        assert_eq!(line.of_span("hook", "key"), Some("hook"));
        assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
    }

    let (mut socket, _) = server.open(&format!("/gateway/bell/websocket/x?{}", query("hook")), "rivet").await;
    socket.send(Message::text("go")).await.unwrap();
    assert_eq!(next_close(&mut socket).await, (1011, "rivetkit.internal_error".to_owned()));
    let line = log().line(|line| line.field("error") == Some("no rope"));
    assert_eq!(line.of_span("hook", "hook"), Some("on_websocket"));
    assert_eq!(line.of_span("request", "path"), Some("/gateway/bell/websocket/x"));
}

#[tokio::test]
async fn a_save_that_fails_is_in_the_log_with_its_actor() {
    log();
    let store = FaultyStore::new(MemoryStore::new());
    let registry = Registry::new().store(store.clone()).register::<Bell>();
    let server = Server::host(registry).await;
    let request = format!("POST /gateway/bell/action/ring?{}", query("unsaved"));
    assert_eq!(server.http(&request, &[], b"{\"args\":[]}").await.status, 200);
    store.fail_batches(1);
    let reply = server.http(&request, &[], b"{\"args\":[]}").await;
    assert_eq!(reply.status, 500);
    let line = log().error(error_id(&reply.json()));
    assert_eq!(line.of_span("save", "actor"), Some("bell"));
    assert_eq!(line.of_span("save", "key"), Some("unsaved"));
    assert_eq!(line.of_span("save", "actor_id"), Some(reply.headers["x-rivet-actor"].as_str()));
}

/// The save is not made by the turn of the call, so no action is named.
#[tokio::test]
async fn a_state_that_cannot_be_saved_is_in_the_log_with_its_actor_its_type_and_the_field() {
    log();
    let registry = Registry::new().in_memory().register::<Belfry>().register::<LooseBelfry>();
    let belfry = registry.client().get_or_create::<Belfry>("unreadable");
    let error = belfry.hang(5).await.unwrap_err();
    let line = log().error(error.fault().unwrap().error_id().unwrap());
    assert_names_the_weight(&line, "belfry", "Belfry");

    let loose = registry.client().get_or_create::<LooseBelfry>("unreadable");
    loose.hang(5).await.unwrap();
    let is_it = |line: &Line| line.of_span("save", "actor") == Some("looseBelfry");
    until(async || !log().lines(is_it).is_empty()).await;
    assert_names_the_weight(&log().line(is_it), "looseBelfry", "LooseBelfry");
}

fn assert_names_the_weight(line: &Line, actor: &str, state: &str) {
    let error = line.field("error").unwrap();
    for part in ["could not be read back", state, "`bells[].weight`", "u128"] {
        assert!(error.contains(part), "{part} in {error}");
    }
    assert_eq!((line.level, line.of_span("save", "key")), (Level::ERROR, Some("unreadable")));
    assert_eq!(line.of_span("save", "actor"), Some(actor));
    assert!(line.of_span("save", "actor_id").is_some_and(|id| id.parse::<callboard::ActorId>().is_ok()));
}

#[tokio::test]
async fn a_schedule_that_fails_is_in_the_log_with_its_action_and_its_id() {
    log();
    let bell = Registry::new().in_memory().register::<Bell>().client().get_or_create::<Bell>("scheduled");
    bell.crack_at_once_by_schedule().await.unwrap();
    let is_it =
        |line: &Line| line.field("error_id").is_some() && line.of_span("action", "key") == Some("scheduled");
    until(async || !log().lines(is_it).is_empty()).await;
    let line = log().line(is_it);
    assert_is_about(&line, "scheduled", "burst");
    assert!(line.of_span("action", "schedule").is_some());
}

#[tokio::test]
async fn a_message_that_is_not_kept_is_in_the_log_with_its_queue_and_its_request() {
    log();
    let store = FaultyStore::new(MemoryStore::new());
    let server = Server::host(Registry::new().store(store.clone()).register::<Bell>()).await;
    let request = format!("POST /gateway/bell/queue/job?{}", query("unkept"));
    let send = async || server.http(&request, &[], br#"{"body":{"name":"polish"}}"#).await;
    assert_eq!(send().await.status, 200);
    store.fail_batches(1);
    let reply = send().await;
    let line = log().error(error_id(&reply.json()));
    assert_eq!(line.of_span("send", "queue"), Some("job"));
    assert_eq!((line.of_span("send", "actor"), line.of_span("send", "key")), (Some("bell"), Some("unkept")));
    assert_eq!(line.of_span("request", "request_id"), Some(reply.headers["x-rivet-ray-id"].as_str()));
}

fn error_id(body: &serde_json::Value) -> &str {
    body["metadata"]["errorId"].as_str().unwrap_or_else(|| panic!("there is no id in {body}"))
}

/// What the line about an error of an actor has around it.
fn assert_is_about(line: &Line, key: &str, action: &str) {
    assert_eq!((line.level, line.of_span("action", "action")), (Level::ERROR, Some(action)), "{line:#?}");
    assert_eq!(line.of_span("action", "actor"), Some("bell"));
    assert_eq!(line.of_span("action", "key"), Some(key));
    assert!(line.of_span("action", "actor_id").is_some_and(|id| id.parse::<callboard::ActorId>().is_ok()));
}

/// What else waits for that thread waits as long; the log says which actor and action it was.
#[tokio::test]
async fn code_that_holds_its_thread_for_a_second_is_in_the_log() {
    let server = bell().await;
    let toll = async |key: &str, action: &str, ms: u64| {
        let request = format!("POST /gateway/bell/action/{action}?{}", query(key));
        let reply = server.http(&request, &[], format!("{{\"args\":[{ms}]}}").as_bytes()).await;
        assert_eq!(reply.status, 200);
    };
    let warnings = |key: &str| {
        log().lines(|line| {
            line.level == Level::WARN
                && line.field("held_ms").is_some()
                && line.of_span("action", "key") == Some(key)
        })
    };
    for action in ["toll", "tollLater"] {
        let (long, short) = (format!("long-{action}"), format!("short-{action}"));
        toll(&long, action, 1_000).await;
        toll(&short, action, 10).await;
        let [warning] = &warnings(&long)[..] else { panic!("{:?}", warnings(&long)) };
        assert!(warning.field("held_ms").unwrap().parse::<u64>().unwrap() >= 1_000);
        assert_eq!(warning.of_span("action", "action"), Some(action));
        assert_eq!(warning.of_span("action", "actor"), Some("bell"));
        assert!(warnings(&short).is_empty());
    }
}

/// Never answers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mute;

#[actor(action_timeout = "20ms")]
impl Mute {
    #[on_request]
    async fn answer(&self, _request: http::Request<Body>) -> String {
        std::future::pending().await
    }

    #[action]
    async fn wait(&self) {
        std::future::pending::<()>().await;
    }
}

/// Whoever comes can have it do so: the log has the first, not each.
#[tokio::test]
async fn a_hook_that_does_not_end_in_time_is_in_the_log_and_an_action_is_its_caller_s() {
    log();
    let server = Server::host(Registry::new().in_memory().register::<Mute>()).await;
    let request = format!("POST /gateway/mute/action/wait?{}", query("x"));
    let late = server.http(&request, &[], b"{\"args\":[]}").await;
    assert_eq!(late.json()["message"], "The action did not end within 20ms.");
    for _ in 0..3 {
        let late = server.http(&format!("GET /gateway/mute/request/x?{}", query("x")), &[], b"").await;
        assert_eq!(late.error(), "actor.action_timed_out");
        assert_eq!(late.json()["message"], "The hook `on_request` did not end within 20ms.");
    }
    let warnings =
        log().lines(|line| line.field("actor") == Some("mute") && line.field("limit_ms").is_some());
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert_eq!(warning.level, Level::WARN);
    assert_eq!((warning.field("hook"), warning.field("limit_ms")), (Some("on_request"), Some("20")));
    assert_eq!(warning.of_span("hook", "key"), Some("x"));
}
