//! What a message may have: bytes, and what they claim to have.

use super::*;

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
    assert_eq!(hear(&mut socket).await, json!(["0", "incoming_too_long"]), "that call alone fails");
    say(&mut socket, call(1, "here", &json!([]))).await;
    assert_eq!(hear(&mut socket).await, json!(["1", 1]));
    socket.send(Message::text("x".repeat(1001))).await.expect("it is open");
    assert_eq!(next_close(&mut socket).await, (1011, "message.incoming_too_long".to_owned()), "it is none");
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
async fn lengths_that_are_only_claimed_cost_nothing() {
    let server = lamp(Limits::new()).await;
    let request = |headers: &str| {
        format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n\r\n",
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

    // Frames of more bytes than are passed over.
    for (length, reason) in
        [(u64::MAX >> 1, "message.incoming_too_long"), ((20 << 20) + 1, "message.incoming_too_long")]
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
