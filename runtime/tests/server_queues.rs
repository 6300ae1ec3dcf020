//! Messages to queues over HTTP, in bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unsafe_derive_deserialize, reason = "what `select!` is made of")]

mod gateway;

use callboard::{
    Limits, Registry,
    prelude::*,
    store::MemoryStore,
    wire::{
        Encoding, Format, from_bytes,
        http::{ErrorBody, QueueOutcome, QueueSend, QueueStatus},
        to_bytes,
    },
};
use gateway::{Reply, Server};
use serde_json::{Value, json};

/// What the mill takes, and grinds at once.
#[derive(Debug, Serialize, Deserialize)]
struct Grain {
    kind: String,
}

/// What it keeps for later.
#[derive(Debug, Serialize, Deserialize)]
struct Sack(Value);

/// What it takes without a word.
#[derive(Debug, Serialize, Deserialize)]
struct Dust;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Mill;

#[actor(queues(Grain -> String, Sack -> Value = "sacks of flour", Dust))]
impl Mill {
    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        loop {
            let (grains, dusts) = (ctx.queue::<Grain>(), ctx.queue::<Dust>());
            tokio::select! {
                Some(grain) = grains.next() => {
                    let flour = format!("{} flour", grain.body.kind);
                    grain.complete(flour).await?;
                }
                Some(dust) = dusts.next() => dust.complete(()).await?,
                else => return Ok(()),
            }
        }
    }

    #[action]
    fn take_sack(&mut self, ctx: &Ctx<Self>) -> Option<Value> {
        let sack = ctx.queue::<Sack>().try_next()?;
        let content = sack.body.0.clone();
        sack.complete(json!({ "taken": content.clone() }));
        Some(content)
    }
}

async fn start(limits: Limits) -> Server {
    Server::host(Registry::new().register::<Mill>().store(MemoryStore::new()).limits(limits)).await
}

fn request(method: &str, route: &str) -> String {
    format!(
        "{method} /gateway/mill/{route}?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=a&rvt-crash-policy=sleep"
    )
}

async fn post(server: &Server, queue: &str, body: &str) -> Reply {
    server.http(&request("POST", &format!("queue/{queue}")), &[], body.as_bytes()).await
}

async fn take(server: &Server) -> Value {
    let reply = server.http(&request("POST", "action/takeSack"), &[], b"{\"args\":[]}").await;
    reply.json()["output"].clone()
}

#[tokio::test]
async fn a_message_in_json() {
    let server = start(Limits::new()).await;
    let reply =
        post(&server, "grain", r#"{"body":{"kind":"rye"},"name":"grain","wait":true,"timeout":5000}"#).await;
    assert_eq!(
        (reply.status, reply.json()),
        (200, json!({ "status": "completed", "response": "rye flour" }))
    );
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["x-rivet-actor-key"], "a");
    let reply = post(&server, "grain", r#"{"body":{"kind":"rye"}}"#).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "status": "completed" })), "nobody waits");
    let reply = post(&server, "dust", r#"{"body":null,"wait":true}"#).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "status": "completed" })), "nothing to say");
}

#[tokio::test]
async fn a_message_in_cbor_and_in_bare() {
    let server = start(Limits::new()).await;
    // {body: {kind: "rye"}, wait: true} as cbor-x writes it, with maps of a 16-bit length.
    let cbor = b"\xb9\x00\x02\x64body\xb9\x00\x01\x64kind\x63rye\x64wait\xf5";
    let send = request("POST", "queue/grain");
    let reply = server.http(&send, &[("x-rivet-encoding", "cbor")], cbor).await;
    assert_eq!(
        (reply.status, &reply.body[..]),
        (200, &b"\xa2\x66status\x69completed\x68response\x69rye flour"[..])
    );
    assert_eq!(reply.headers["content-type"], "application/octet-stream");
    for version in [3, 4] {
        // data {kind: "rye"}, no name, wait, 1000 ms
        let bare =
            [&[version, 0, 10][..], b"\xa1\x64kind\x63rye", b"\x00\x01\x01\x01\xe8\x03\0\0\0\0\0\0"].concat();
        let reply = server.http(&send, &[("x-rivet-encoding", "bare")], &bare).await;
        let expected = [&[version, 0, 9][..], b"completed\x01\x0a\x69rye flour"].concat();
        assert_eq!((reply.status, &reply.body[..]), (200, &expected[..]), "in the caller's version");
    }
}

#[tokio::test]
async fn what_is_not_handled_in_time_has_timed_out_and_stays() {
    let server = start(Limits::new()).await;
    for encoding in [Encoding::Json, Encoding::Cbor, Encoding::Bare] {
        let body = to_bytes(encoding.format(), &json!({ "n": 2_u64.pow(60) })).unwrap();
        let send = QueueSend { body, name: None, wait: true, timeout_ms: Some(20) };
        let request = request("POST", "queue/sacks%20of%20flour");
        let headers = [("x-rivet-encoding", encoding.name())];
        let reply = server.http(&request, &headers, &send.encode(encoding).unwrap()).await;
        let outcome = QueueOutcome::decode(encoding, &reply.body).unwrap();
        assert_eq!((reply.status, outcome.status, outcome.response), (200, QueueStatus::TimedOut, None));
        // What JavaScript cannot read as a number comes as it does there.
        assert_eq!(take(&server).await, json!({ "n": ["$BigInt", "1152921504606846976"] }));
    }
    assert_eq!(take(&server).await, Value::Null);
}

#[tokio::test]
async fn a_response_is_written_as_its_sender_reads() {
    let server = start(Limits::new()).await;
    for encoding in [Encoding::Json, Encoding::Cbor, Encoding::Bare] {
        let body = to_bytes(encoding.format(), &json!(["$x", 1])).unwrap();
        let send = QueueSend { body, name: None, wait: true, timeout_ms: None }.encode(encoding).unwrap();
        let request = request("POST", "queue/sacks%20of%20flour");
        let headers = [("x-rivet-encoding", encoding.name())];
        let (reply, ()) = tokio::join!(server.http(&request, &headers, &send), async {
            while take(&server).await.is_null() {}
        });
        let outcome = QueueOutcome::decode(encoding, &reply.body).unwrap();
        let response: Value = from_bytes(encoding.format(), &outcome.response.unwrap()).unwrap();
        assert_eq!(response, json!({ "taken": ["$x", 1] }));
    }
}

#[tokio::test]
async fn what_is_no_message_of_a_queue_is_refused_and_says_why() {
    let server = start(Limits::new()).await;
    for (queue, body, status, error) in [
        ("nope", r#"{"body":1}"#, 400, "queue.not_configured"),
        ("grain", r#"{"body":1}"#, 400, "queue.invalid_payload"),
        ("grain", r#"{"body":{"kind":[]}}"#, 400, "queue.invalid_payload"),
        ("grain", "{}", 400, "queue.invalid_payload"),
        ("grain", "no JSON", 400, "actor.invalid_request"),
        ("grain", r#"{"body":{"kind":"rye"},"wait":"yes"}"#, 400, "actor.invalid_request"),
        ("grain", r#"{"body":{"kind":"rye"},"timeout":-1}"#, 400, "actor.invalid_request"),
        ("grain", "", 400, "actor.invalid_request"),
    ] {
        let reply = post(&server, queue, body).await;
        assert_eq!((reply.status, reply.error().as_str()), (status, error), "{queue} {body}");
    }
    let reply = server.http(&request("GET", "queue/grain"), &[], b"").await;
    assert_eq!((reply.status, reply.error().as_str()), (405, "actor.method_not_allowed"));
    for encoding in [Encoding::Cbor, Encoding::Bare] {
        let body = to_bytes(Format::Cbor, &1).unwrap();
        let send = QueueSend { body, name: None, wait: false, timeout_ms: None }.encode(encoding).unwrap();
        let headers = [("x-rivet-encoding", encoding.name())];
        let reply = server.http(&request("POST", "queue/grain"), &headers, &send).await;
        let error = ErrorBody::decode(encoding, &reply.body).unwrap();
        assert_eq!((reply.status, error.fault.code()), (400, "invalid_payload"));
        assert!(error.fault.message().contains("Grain"), "{}", error.fault);
        assert!(error.actor.is_some());
    }
}

#[tokio::test]
async fn a_queue_and_its_messages_have_limits() {
    let server = start(Limits::new().queue_depth(2).queued_message_bytes(200)).await;
    let sack = |text: usize| format!(r#"{{"body":"{}","wait":false}}"#, "x".repeat(text));
    // Two quotes are part of it.
    let reply = post(&server, "sacks%20of%20flour", &sack(198)).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "status": "completed" })));
    for text in [199, 1_000, 5_000, 1_000_000] {
        let reply = post(&server, "sacks%20of%20flour", &sack(text)).await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "queue.message_too_large"), "{text}");
        assert_eq!(reply.json()["metadata"], json!({ "limit": 200 }));
    }
    assert_eq!(post(&server, "sacks%20of%20flour", &sack(1)).await.status, 200);
    let reply = post(&server, "sacks%20of%20flour", &sack(1)).await;
    assert_eq!((reply.status, reply.error().as_str()), (400, "queue.full"));
    assert_eq!(reply.json()["metadata"], json!({ "limit": 2 }));
    assert_eq!(take(&server).await, json!("x".repeat(198)));
    assert_eq!(post(&server, "sacks%20of%20flour", &sack(1)).await.status, 200);
}

#[tokio::test]
async fn the_limits_are_as_documented() {
    let server = start(Limits::new()).await;
    let sack = |text: usize| format!(r#"{{"body":"{}"}}"#, "x".repeat(text));
    assert_eq!(
        post(&server, "sacks%20of%20flour", &sack((64 << 10) - 2)).await.status,
        400,
        "in CBOR it is longer"
    );
    assert_eq!(post(&server, "sacks%20of%20flour", &sack((64 << 10) - 3)).await.status, 200);
    assert_eq!(
        post(&server, "sacks%20of%20flour", &sack((64 << 10) - 1)).await.error(),
        "queue.message_too_large"
    );
    for n in 1..1000 {
        assert_eq!(post(&server, "sacks%20of%20flour", &sack(1)).await.status, 200, "{n}");
    }
    assert_eq!(post(&server, "sacks%20of%20flour", &sack(1)).await.error(), "queue.full");
}
