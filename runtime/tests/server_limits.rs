//! Each limit over a real socket: what is at it passes, what is one past it is refused, and nothing else happens.

mod gateway;

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callboard::{Limits, prelude::*, wire::Encoding};
use futures_util::{SinkExt as _, StreamExt as _, future::select_all};
use gateway::{Desk, Reply, Server, UPGRADE, desk, next, next_close, next_json, until};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_websockets::{Message, WebSocketStream};

type Socket = WebSocketStream<TcpStream>;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Red;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Green;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Blue(String);

/// Publishes more events than one may listen to, and is slow to let anybody in.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lamp;

#[actor(events(Red, Green, Blue))]
impl Lamp {
    #[on_before_connect]
    async fn admit(&self, params: Option<u64>) {
        sleep(Duration::from_millis(params.unwrap_or_default())).await;
    }

    /// Whether it could be sent.
    #[action]
    fn shine(&self, ctx: &Ctx<Self>, length: usize) -> Option<String> {
        ctx.broadcast(&Red);
        ctx.broadcast(&Green);
        ctx.try_broadcast(&Blue("x".repeat(length))).err().map(|error| error.to_string())
    }

    /// Any value at all.
    #[action]
    fn keep(&self, _value: Value) -> bool {
        true
    }
}

async fn lamp(limits: Limits) -> Server {
    Server::host(Registry::new().in_memory().register::<Lamp>().register::<Desk>().limits(limits)).await
}

fn address(actor: &str, rest: &str) -> String {
    format!("/gateway/{actor}{rest}?{}", desk("test"))
}

async fn open(server: &Server, actor: &str) -> Socket {
    server.open(&address(actor, "/connect"), "rivet").await.0
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.expect("it is open");
}

fn call(id: u64, name: &str, args: &Value) -> Value {
    json!({ "body": { "tag": "ActionRequest", "val": { "id": id, "name": name, "args": args } } })
}

fn subscribe(event: &str) -> Value {
    json!({ "body": { "tag": "SubscriptionRequest", "val": { "eventName": event, "subscribe": true } } })
}

/// What of a message is of interest.
async fn hear(socket: &mut Socket) -> Value {
    let message = next_json(socket).await;
    let val = &message["body"]["val"];
    match message["body"]["tag"].as_str().expect("a tag") {
        "Error" => json!([val["actionId"][1], val["code"]]),
        "ActionResponse" => json!([val["id"][1], val["output"]]),
        "Event" => val["name"].clone(),
        other => json!(other),
    }
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.error())
}

#[tokio::test]
async fn an_incoming_message_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().incoming_message(1000)).await;
    let args = |bytes: usize| format!("[\"{}\"]", "x".repeat(bytes - 13));
    assert_eq!(server.call("note", &args(1000)).await.status, 200);
    let reply = server.call("note", &args(1001)).await;
    assert_eq!(refusal(&reply), (400, "message.incoming_too_long".to_owned()));

    let message = |bytes: usize| {
        let empty = call(0, "note", &json!([""])).to_string();
        empty.replace("[\"\"]", &format!("[\"{}\"]", "x".repeat(bytes - empty.len())))
    };
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    socket.send(Message::text(message(1000))).await.expect("it is open");
    assert_eq!(hear(&mut socket).await, json!(["0", 2]));
    socket.send(Message::text(message(1001))).await.expect("it is open");
    assert_eq!(next_close(&mut socket).await, (1011, "message.incoming_too_long".to_owned()));
    assert_eq!(server.call("notes", "[]").await.json()["output"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_answer_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().outgoing_message(1000)).await;
    let whole = server.call("blank", "[900]").await;
    let fits = 900 + 1000 - whole.body.len();
    assert_eq!(server.call("blank", &format!("[{fits}]")).await.status, 200);
    let reply = server.call("blank", &format!("[{}]", fits + 1)).await;
    assert_eq!(refusal(&reply), (400, "message.outgoing_too_long".to_owned()));

    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    say(&mut socket, call(0, "blank", &json!([800]))).await;
    let fits = 800 + 1000 - next(&mut socket).await.as_payload().len();
    say(&mut socket, call(1, "blank", &json!([fits]))).await;
    assert_eq!(hear(&mut socket).await, json!(["1", " ".repeat(fits)]));
    say(&mut socket, call(2, "blank", &json!([fits + 1]))).await;
    assert_eq!(hear(&mut socket).await, json!(["2", "outgoing_too_long"]), "that call alone fails");
    say(&mut socket, call(3, "here", &json!([]))).await;
    assert_eq!(hear(&mut socket).await, json!(["3", 1]));
}

#[tokio::test]
async fn an_answer_on_a_connection_has_a_limit_by_default() {
    let server = Server::start().await;
    let mut socket = server.connect(Encoding::Bare).await;
    next(&mut socket).await;
    let ask = |bytes: u32| {
        // Action 0 `blank`, whose argument is a CBOR integer of four bytes.
        let args = [&[0x81, 0x1a][..], &bytes.to_be_bytes()].concat();
        Message::binary([b"\x04\x00\x00\x00\x05blank\x06", &args[..]].concat())
    };
    // Of 1,048,576 bytes: version, tag, id, length of the output (3), head of the text (5).
    let fits = 1_048_576 - 2 - 1 - 1 - 3 - 5;
    socket.send(ask(fits)).await.expect("it is open");
    let answer = next(&mut socket).await;
    assert_eq!((answer.as_payload()[2], answer.as_payload().len()), (2, 1_048_576));
    socket.send(ask(fits + 1)).await.expect("it is open");
    let answer = next(&mut socket).await;
    assert!(answer.as_payload().starts_with(b"\x04\x00\x01\x07message\x11outgoing_too_long"));
}

#[tokio::test]
async fn an_event_may_be_as_long_as_set_and_no_longer() {
    let server = lamp(Limits::new().outgoing_message(1000)).await;
    let mut socket = open(&server, "lamp").await;
    next_json(&mut socket).await;
    say(&mut socket, subscribe("blue")).await;
    // An array of one text.
    say(&mut socket, call(0, "shine", &json!([996]))).await;
    assert_eq!(hear(&mut socket).await, json!("blue"));
    assert_eq!(hear(&mut socket).await, json!(["0", null]));
    say(&mut socket, call(1, "shine", &json!([997]))).await;
    let error = "the event has 1001 encoded bytes, and a message may have 1000";
    assert_eq!(hear(&mut socket).await, json!(["1", error]), "the actor hears of it, and nobody is closed");
}

#[tokio::test]
async fn an_input_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().input(1000).query_input(500)).await;
    // A CBOR text of so many bytes in all.
    let text = |bytes: usize| {
        let length = u16::try_from(bytes - 3).expect("short").to_be_bytes();
        [&[0x79][..], &length, &vec![b'x'; bytes - 3]].concat()
    };
    let put = async |bytes| {
        let body =
            json!({ "name": "desk", "key": "made", "input": STANDARD.encode(text(bytes)) }).to_string();
        server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await
    };
    assert_eq!(refusal(&put(1001).await), (400, "message.input_too_long".to_owned()));
    assert_eq!(put(1000).await.status, 200);
    let get = async |bytes| {
        let input = STANDARD.encode(text(bytes)).replace('+', "-").replace('/', "_").replace('=', "");
        let request = format!("POST /gateway/desk/action/here?{}&rvt-input={input}", desk("other"));
        server.http(&request, &[], b"{}").await
    };
    assert_eq!(refusal(&get(501).await), (400, "message.input_too_long".to_owned()));
    assert_eq!(get(500).await.status, 200);
}

#[tokio::test]
async fn params_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start().await;
    let params = |bytes: usize| format!("{{\"name\":\"{}\"}}", "n".repeat(bytes - 11));
    let who = async |bytes| {
        let request = format!("POST {}", address("desk", "/action/who"));
        server.http(&request, &[("x-rivet-conn-params", &params(bytes))], b"{}").await
    };
    assert_eq!(who(4096).await.json()["output"].as_str().map(str::len), Some(4085));
    assert_eq!(refusal(&who(4097).await), (400, "message.params_too_long".to_owned()));
    let connect = async |bytes| {
        let encoded = params(bytes).replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
        server.open(&address("desk", "/connect"), &format!("rivet, rivet_conn_params.{encoded}")).await.0
    };
    assert_eq!(hear(&mut connect(4096).await).await, json!("Init"));
    let mut refused = connect(4097).await;
    assert_eq!(hear(&mut refused).await, json!([null, "params_too_long"]));
    assert_eq!(next_close(&mut refused).await, (1011, "message.params_too_long".to_owned()));
}

#[tokio::test]
async fn a_key_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().key_parts(3).key_part(5)).await;
    let too_long = (400, "actor.key_too_long".to_owned());
    for (key, fits) in [("a,b,c", true), ("a,b,c,d", false), ("abcde,é", true), ("abcdef", false)] {
        let request = format!("POST /gateway/desk/action/here?{}", desk(key));
        let reply = server.http(&request, &[], b"{}").await;
        if fits {
            assert_eq!(reply.status, 200, "{key}");
        } else {
            assert_eq!(refusal(&reply), too_long, "{key}");
        }
        let slashes = key.replace(',', "/");
        let found = server.http(&format!("GET /actors?name=desk&key={slashes}"), &[], b"").await;
        assert_eq!(found.status == 200, fits, "{key}");
        let body = json!({ "name": "desk", "key": slashes }).to_string();
        let made = server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await;
        assert_eq!(made.status == 200, fits, "{key}");
    }
    let (mut socket, _) = server.open(&format!("/gateway/desk/connect?{}", desk("a,b,c,d")), "rivet").await;
    assert_eq!(hear(&mut socket).await, json!([null, "key_too_long"]));
}

#[tokio::test]
async fn a_head_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().head(20_000)).await;
    let with = async |bytes: usize| {
        // What the test client sends by itself, and the name of this header.
        let rest = "/health".len() + "host: x\r\n".len() + "connection: close\r\n".len();
        let rest = rest + "content-length: 0\r\n".len() + "x-long: \r\n".len();
        server.http("GET /health", &[("x-long", &"x".repeat(bytes - rest))], b"").await
    };
    assert_eq!(with(20_000).await.status, 200);
    assert_eq!(refusal(&with(20_001).await), (431, "api.headers_too_long".to_owned()));
    assert_eq!(with(39_000).await.status, 431);
    // Beyond that nobody reads on.
    assert_eq!(with(60_000).await.status, 431);
}

#[tokio::test]
async fn lengths_that_are_only_claimed_cost_nothing() {
    let server = lamp(Limits::new()).await;
    let request = |headers: &str| {
        format!(
            "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n\r\n",
            address("desk", "/action/note")
        )
    };
    let ask = async |request: &[u8]| {
        let mut socket = TcpStream::connect(server.address).await.expect("it listens");
        socket.write_all(request).await.expect("it reads");
        let mut answer = Vec::new();
        let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut answer)).await;
        read.expect("it does not wait for the rest").expect("it answers");
        String::from_utf8_lossy(&answer).into_owned()
    };
    for length in ["9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        let answer = ask(request(&format!("content-length: {length}")).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{length}: {answer}");
    }
    let answer = ask(request("content-length: 9223372036854775807").as_bytes()).await;
    assert!(answer.contains("message") && answer.contains("incoming_too_long"), "{answer}");
    let chunked = request("transfer-encoding: chunked") + "fffffffffffffffff\r\nx";
    assert!(ask(chunked.as_bytes()).await.starts_with("HTTP/1.1 400 "));

    // A frame of 2^63 - 1 bytes; the highest bit must not be set.
    for (length, reason) in
        [(u64::MAX >> 1, "message.incoming_too_long"), (1 << 63, ""), (65_537, "message.incoming_too_long")]
    {
        let mut socket = raw(&server).await;
        let frame = [&[0x82, 0xff][..], &length.to_be_bytes(), &[0; 4]].concat();
        socket.write_all(&frame).await.expect("it is open");
        let said = rest_of(socket).await;
        assert!(String::from_utf8_lossy(&said).contains(reason), "{length}: {said:?}");
    }
    // Values inside of small messages: byte strings, texts, arrays and maps of 2^63 in CBOR.
    for head in [0x5b, 0x7b, 0x9b, 0xbb, 0xdb] {
        for length in [1_u64 << 63, u64::MAX, 1 << 40] {
            let value = [&[head][..], &length.to_be_bytes(), b"x"].concat();
            let args = [&[0x81][..], &value].concat();
            let body = [b"\xa1\x64args", &args[..]].concat();
            let request = format!("POST {}", address("lamp", "/action/keep"));
            let reply = server.http(&request, &[("x-rivet-encoding", "cbor")], &body).await;
            assert_eq!(reply.status, 400, "{head:x}");
            let body = [b"\x04\x00", &[u8::try_from(args.len()).expect("short")][..], &args].concat();
            let reply = server.http(&request, &[("x-rivet-encoding", "bare")], &body).await;
            assert!(reply.status >= 400, "{head:x}");
        }
    }
    // A text of 2^63 bytes in BARE.
    let name = [b"\x04\x00\x00\x00", &[0x80; 9][..], &[1], b"x"].concat();
    let mut socket = server.connect(Encoding::Bare).await;
    next(&mut socket).await;
    socket.send(Message::binary(name)).await.expect("it is open");
    assert_eq!(next_close(&mut socket).await, (1011, "actor.invalid_request".to_owned()));
}

#[tokio::test]
async fn values_may_not_be_nested_without_end() {
    let server = lamp(Limits::new()).await;
    let request = format!("POST {}", address("lamp", "/action/keep"));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        let body = |depth| format!("{{\"args\":[{}]}}", nested(depth));
        assert_eq!(server.http(&request, &[], body(50).as_bytes()).await.status, 200);
        let reply = server.http(&request, &[], body(10_000).as_bytes()).await;
        assert_eq!(reply.error(), "actor.invalid_arguments");
        let mut socket = open_lamp(&server).await;
        let message = call(7, "keep", &json!(["HERE"])).to_string().replace("\"HERE\"", &nested(8000));
        socket.send(Message::text(message)).await.expect("it is open");
        next(&mut socket).await;
        // Params, which are JSON always.
        let params = nested(500);
        let reply = server.http(&request, &[("x-rivet-conn-params", &params)], b"{\"args\":[1]}").await;
        assert_eq!((reply.status, reply.error().as_str()), (500, "actor.invalid_params"));
    }
    for bomb in [vec![0x81; 60_000], vec![0x9f; 60_000], [0xa1, 0x01].repeat(30_000), vec![0xc1; 60_000]] {
        for body in [[b"\xa1\x64args\x81", &bomb[..]].concat(), bomb.clone()] {
            let reply = server.http(&request, &[("x-rivet-encoding", "cbor")], &body).await;
            assert_eq!(reply.status, 400);
        }
        let input = json!({ "name": "lamp", "key": "x", "input": STANDARD.encode(&bomb) }).to_string();
        server.http("PUT /actors?namespace=default", &[], input.as_bytes()).await;
        for encoding in [Encoding::Cbor, Encoding::Bare] {
            let mut socket = server.connect(encoding).await;
            next(&mut socket).await;
            socket.send(Message::binary(bomb.clone())).await.expect("it is open");
            assert_eq!(next_close(&mut socket).await.1, "actor.invalid_request");
        }
    }
    assert_eq!(server.call("here", "[]").await.status, 200, "nothing broke");
}

async fn open_lamp(server: &Server) -> Socket {
    let mut socket = open(server, "lamp").await;
    assert_eq!(hear(&mut socket).await, json!("Init"));
    socket
}

/// A connection to the desk whose frames are written by hand; its first frame is read.
async fn raw(server: &Server) -> TcpStream {
    let mut socket = TcpStream::connect(server.address).await.expect("it listens");
    let head = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\n{UPGRADE}sec-websocket-protocol: rivet, rivet_encoding.bare\r\n\r\n",
        address("desk", "/connect")
    );
    socket.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.expect("it answers"));
    }
    socket.read_u8().await.expect("a frame");
    let length = socket.read_u8().await.expect("its length");
    socket.read_exact(&mut vec![0; usize::from(length)]).await.expect("its payload");
    socket
}

/// What else it says before it ends.
async fn rest_of(mut socket: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    // A reset is an end too.
    let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut said)).await.expect("it ends");
    drop(read);
    said
}

#[tokio::test]
async fn so_many_connections_may_be_open_and_no_more() {
    for limits in [Limits::new().connections(2), Limits::new().connections_per_address(2)] {
        let server = Server::start_with(limits).await;
        let (mut one, mut two) = (server.connect(Encoding::Json).await, server.connect(Encoding::Json).await);
        assert_eq!(hear(&mut one).await, json!("Init"));
        assert_eq!(hear(&mut two).await, json!("Init"));
        let mut three = server.connect(Encoding::Json).await;
        assert_eq!(next_close(&mut three).await, (1013, "guard.too_many_connections".to_owned()));
        assert_eq!(server.call("here", "[]").await.json(), json!({ "output": 2 }), "calls go on");
        drop(one);
        until(async || server.call("here", "[]").await.json() == json!({ "output": 1 })).await;
        let come_back =
            async || hear_or_close(&mut server.connect(Encoding::Json).await).await == json!("Init");
        until(come_back).await;
    }
}

async fn hear_or_close(socket: &mut Socket) -> Value {
    let message = next(socket).await;
    if message.is_close() { Value::Null } else { json!("Init") }
}

#[tokio::test]
async fn so_many_sockets_may_be_open_and_no_more() {
    for limits in [Limits::new().sockets(3), Limits::new().sockets_per_address(3)] {
        let server = Server::start_with(limits).await;
        // One is a connection: an upgraded socket is still one.
        let mut connection = server.connect(Encoding::Json).await;
        next_json(&mut connection).await;
        let idle = [TcpStream::connect(server.address).await, TcpStream::connect(server.address).await];
        let refused = TcpStream::connect(server.address).await.expect("it is accepted");
        let said = String::from_utf8(rest_of(refused).await).expect("it is text");
        assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("too_many_connections"), "{said}");
        drop(idle);
        until(async || {
            let mut socket = TcpStream::connect(server.address).await.expect("it is accepted");
            let asked =
                socket.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
            asked.is_ok() && rest_of(socket).await.starts_with(b"HTTP/1.1 200 ")
        })
        .await;
    }
}

#[tokio::test]
async fn a_connection_may_subscribe_to_so_many_events_and_no_more() {
    let server = lamp(Limits::new().subscriptions(2)).await;
    let mut socket = open_lamp(&server).await;
    for event in ["red", "green", "green", "blue"] {
        say(&mut socket, subscribe(event)).await;
    }
    say(&mut socket, call(0, "shine", &json!([1]))).await;
    let mut heard = Vec::new();
    while heard.last() != Some(&json!(["0", null])) {
        heard.push(hear(&mut socket).await);
    }
    let refused = json!("callboard.subscription_refused");
    assert_eq!(heard, [refused, json!("red"), json!("green"), json!(["0", null])]);
}

#[tokio::test]
async fn a_connection_may_have_so_many_calls_under_way_and_no_more() {
    let server = Server::start_with(Limits::new().calls_in_flight(3)).await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    let mut other = server.connect(Encoding::Json).await;
    next_json(&mut other).await;
    for round in 0..3 {
        for id in 0..3 {
            say(&mut socket, call(id, "noteSlowly", &json!([100, "slow"]))).await;
        }
        say(&mut socket, call(3, "note", &json!(["refused"]))).await;
        assert_eq!(hear(&mut socket).await, json!(["3", "too_many_calls"]));
        say(&mut other, call(9, "who", &json!([]))).await;
        assert_eq!(hear(&mut other).await, json!(["9", "nobody"]), "another has calls of its own");
        for id in 0..3 {
            assert_eq!(hear(&mut socket).await, json!([id.to_string(), round * 3 + id + 1]));
        }
    }
    // A call that is refused or cannot be read ends too.
    for id in 0..20 {
        say(&mut socket, call(id, "note", &json!([1]))).await;
        assert_eq!(hear(&mut socket).await, json!([id.to_string(), "invalid_arguments"]));
        say(&mut socket, call(id, "fail", &json!([]))).await;
        assert_eq!(hear(&mut socket).await, json!([id.to_string(), "internal_error"]));
    }
}

#[tokio::test]
async fn calls_under_way_may_have_so_many_bytes_and_no_more() {
    let server = Server::start_with(Limits::new().bytes_in_flight(1000)).await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    // With arguments of so many bytes.
    let slow = |id, bytes: usize| call(id, "noteSlowly", &json!([100, "x".repeat(bytes - 8)]));
    for round in 0..3 {
        for message in [slow(0, 600), slow(1, 400), slow(2, 9)] {
            say(&mut socket, message).await;
        }
        assert_eq!(hear(&mut socket).await, json!(["2", "too_many_calls"]));
        assert_eq!(hear(&mut socket).await, json!(["0", round * 3 + 1]));
        assert_eq!(hear(&mut socket).await, json!(["1", round * 3 + 2]));
        say(&mut socket, slow(3, 5000)).await;
        assert_eq!(hear(&mut socket).await, json!(["3", round * 3 + 3]), "a single one passes");
    }
    for id in 0..5 {
        say(&mut socket, call(id, "note", &json!([[" ".repeat(600)]]))).await;
        assert_eq!(
            hear(&mut socket).await,
            json!([id.to_string(), "invalid_arguments"]),
            "it counts no more"
        );
    }
}

/// Of one address, and of all.
fn buffered(bytes: usize) -> [(Limits, [u8; 3]); 2] {
    [(Limits::new().buffered_per_address(bytes), [1, 1, 1]), (Limits::new().buffered(bytes), [1, 2, 3])]
}

/// From one of the addresses that this machine has for itself, having sent this.
async fn connect_from(address: u8, server: &Server, begin: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, address], 0).into()).expect("an address of this machine");
    let mut socket = socket.connect(server.address).await.expect("it listens");
    socket.write_all(begin.as_bytes()).await.expect("it reads");
    socket
}

/// The one of these that has an answer, which is that there is no room, and the others, which have none.
async fn the_refused(sockets: Vec<TcpStream>) -> Vec<TcpStream> {
    let readable = sockets.iter().map(|socket| Box::pin(socket.readable()));
    let (_, refused, _) = timeout(Duration::from_secs(10), select_all(readable)).await.expect("an answer");
    let mut others = sockets;
    let said = rest_of(others.remove(refused)).await;
    let said = String::from_utf8_lossy(&said);
    assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("\"overloaded\""), "{said}");
    for other in &others {
        let said = other.try_read(&mut [0]).expect_err("it is not answered");
        assert_eq!(said.kind(), ErrorKind::WouldBlock);
    }
    others
}

/// Sends three of these at once, of which two have room, and then what completes them; three times.
async fn two_of_three_are_held((limits, addresses): (Limits, [u8; 3]), begin: &str, end: &str) {
    let server = Server::start_with(limits).await;
    for _ in 0..3 {
        let mut sockets = Vec::new();
        for address in addresses {
            sockets.push(connect_from(address, &server, begin).await);
        }
        for mut held in the_refused(sockets).await {
            assert_eq!(server.call("here", "[]").await.status, 200, "who asks for little is served");
            held.write_all(end.as_bytes()).await.expect("it reads");
            let said = rest_of(held).await;
            let said = String::from_utf8_lossy(&said);
            assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
        }
    }
}

#[tokio::test]
async fn heads_that_are_half_read_may_have_so_many_bytes_and_no_more() {
    let head =
        format!("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: {}", "x".repeat(14_000));
    for limits in buffered(42_000) {
        two_of_three_are_held(limits, &head, "\r\n\r\n").await;
    }
}

#[tokio::test]
async fn bodies_that_are_half_read_may_have_so_many_bytes_and_no_more() {
    let args = json!({ "args": ["x".repeat(20_000)] }).to_string();
    let (most, rest) = args.split_at(args.len() - 2);
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        address("desk", "/action/note"),
        args.len()
    );
    for limits in buffered(25_000) {
        two_of_three_are_held(limits, &format!("{head}{most}"), rest).await;
    }
}

#[tokio::test]
async fn a_request_that_was_answered_is_not_counted_any_more() {
    let server = Server::start_with(Limits::new().buffered_per_address(25_000)).await;
    let mut socket = TcpStream::connect(server.address).await.expect("it listens");
    let long = "x".repeat(14_000);
    for _ in 0..10 {
        let head = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut answer = vec![0; 4096];
        let length = socket.read(&mut answer).await.expect("it answers");
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
    }
    // Nor is what follows an upgrade.
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    for id in 0..10 {
        say(&mut socket, call(id, "note", &json!(["x".repeat(30_000)]))).await;
        assert_eq!(hear(&mut socket).await, json!([id.to_string(), id + 1]));
    }
}

#[tokio::test]
async fn calls_under_way_of_all_connections_may_have_so_many_bytes_and_no_more() {
    for (limits, _) in buffered(25_000) {
        let server = Server::start_with(limits).await;
        let mut sockets = Vec::new();
        for _ in 0..3 {
            let mut socket = server.connect(Encoding::Json).await;
            next_json(&mut socket).await;
            sockets.push(socket);
        }
        let slow = |id| call(id, "noteSlowly", &json!([300, "x".repeat(20_000)]));
        for round in 0..3 {
            let mut heard = Vec::new();
            for socket in &mut sockets {
                say(socket, slow(round)).await;
            }
            for socket in &mut sockets {
                heard.push(hear(socket).await);
            }
            let is_refused = |heard: &&Value| **heard == json!([round.to_string(), "too_many_calls"]);
            assert_eq!(heard.iter().filter(is_refused).count(), 1, "{heard:?}");
            assert!(heard.contains(&json!([round.to_string(), 2 * (round + 1)])), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn calls_under_way_over_http_may_have_so_many_bytes_and_no_more() {
    for (limits, _) in buffered(25_000) {
        let server = Server::start_with(limits).await;
        let args = json!([300, "x".repeat(20_000)]).to_string();
        let call = async || server.call("noteSlowly", &args).await.status;
        for _ in 0..3 {
            let (one, two, three) = tokio::join!(call(), call(), call());
            let mut statuses = [one, two, three];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 503]);
        }
    }
}

#[tokio::test]
async fn what_is_held_for_one_address_is_not_charged_to_another() {
    let server = Server::start_with(Limits::new().buffered_per_address(25_000)).await;
    let head = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-long: {}", "x".repeat(14_000));
    let mut held = Vec::new();
    for address in [2, 3, 4] {
        held.push(connect_from(address, &server, &head).await);
    }
    for mut socket in held {
        socket.write_all(b"\r\n\r\n").await.expect("it reads");
        let mut answer = vec![0; 4096];
        let length = socket.read(&mut answer).await.expect("it answers");
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
    }
}

#[tokio::test]
async fn an_address_may_make_so_many_requests_in_a_second_and_no_more() {
    let server = Server::start_with(Limits::new().requests_per_second(5)).await;
    let began = Instant::now();
    let mut refused = None;
    for nth in 0..50 {
        let reply = server.http("GET /metadata", &[], b"").await;
        if reply.status != 200 {
            refused = Some((nth, reply));
            break;
        }
    }
    let (nth, reply) = refused.expect("fifty are too many");
    assert_eq!(refusal(&reply), (429, "guard.too_many_requests".to_owned()));
    assert_eq!(reply.headers["retry-after"], "1");
    // Each fifth of a second gives one back.
    let given = 5 + began.elapsed().as_millis() / 200 + 1;
    assert!((5..=given).contains(&nth), "{nth} of {given}");
}

#[tokio::test]
async fn a_request_that_comes_slowly_is_not_waited_for() {
    let limits =
        Limits::new().head_timeout(Duration::from_millis(300)).body_timeout(Duration::from_millis(300));
    let server = Server::start_with(limits).await;
    let head =
        format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n", address("desk", "/action/note"));
    for (at_once, answer) in
        [("GET /hea", ""), (head.as_str(), ""), (&(head.clone() + "\r\n"), "body_timed_out")]
    {
        let mut socket = TcpStream::connect(server.address).await.expect("it listens");
        socket.write_all(at_once.as_bytes()).await.expect("it reads");
        let (mut reading, mut writing) = socket.into_split();
        let trickle = tokio::spawn(async move {
            while writing.write_all(b"x").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        });
        let (mut said, began) = (vec![0; 4096], Instant::now());
        let length = timeout(Duration::from_secs(10), reading.read(&mut said)).await.expect("it ends");
        let said = String::from_utf8_lossy(&said[..length.unwrap_or_default()]).into_owned();
        assert!(said.contains(answer), "{said}");
        assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
        trickle.abort();
    }
    assert_eq!(server.call("here", "[]").await.status, 200);
}

#[tokio::test]
async fn a_connection_that_does_not_open_in_time_is_told_to_come_back() {
    let server = lamp(Limits::new().open_timeout(Duration::from_millis(300))).await;
    let connect = async |ms: u64| {
        server.open(&address("lamp", "/connect"), &format!("rivet, rivet_conn_params.{ms}")).await.0
    };
    assert_eq!(hear(&mut connect(1).await).await, json!("Init"));
    let (code, reason) = next_close(&mut connect(3000).await).await;
    assert!(code == 1011 && reason.starts_with("guard.actor_ready_timeout#"), "{reason}");
}

#[tokio::test]
async fn a_connection_that_is_silent_is_pinged_and_then_dropped() {
    let server = Server::start_with(Limits::new().ping_interval(Duration::from_millis(200))).await;
    let mut alive = server.connect(Encoding::Json).await;
    next_json(&mut alive).await;
    let dead = raw(&server).await;
    let dropped = tokio::spawn(rest_of(dead));
    let mut pings = 0;
    while !dropped.is_finished() {
        let message = timeout(Duration::from_secs(10), alive.next()).await.expect("a ping in time");
        assert!(message.expect("it is open").expect("no error").is_ping());
        pings += 1;
    }
    assert_eq!(dropped.await.expect("no panic"), [0x89, 0], "it was pinged once");
    assert!(pings >= 1);
    say(&mut alive, call(0, "here", &json!([]))).await;
    assert_eq!(hear(&mut alive).await, json!(["0", 1]), "who answers stays");
}
