//! The access log: a line for each request and each WebSocket.

use super::*;

#[tokio::test]
async fn each_request_is_a_line_of_the_access_log() {
    let server = bell().await;
    let action = format!("POST /gateway/bell/action/ring?{}", query("visited"));
    let reply = server.http(&action, &[("authorization", "Bearer x")], b"{\"args\":[]}").await;
    let line = visit(&reply.headers["x-rivet-ray-id"]).await;
    let out = reply.body.len().to_string();
    let peer = line.field("peer").unwrap().to_owned();
    assert!(peer.starts_with("127.0.0.1:"));
    assert!(line.field("duration_ms").unwrap().parse::<f64>().unwrap() > 0.0);
    let id = reply.headers["x-rivet-actor"].clone();
    let expected: BTreeMap<_, _> = [
        ("request_id", reply.headers["x-rivet-ray-id"].as_str()),
        ("method", "POST"),
        ("path", "/gateway/bell/action/ring"),
        ("status", "200"),
        ("actor", "bell"),
        ("key", "visited"),
        ("actor_id", &id),
        ("duration_ms", line.field("duration_ms").unwrap()),
        ("bytes_in", "11"),
        ("bytes_out", &out),
        ("peer", &peer),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    assert_eq!(line.fields, expected);

    for (request, headers, status, error) in [
        (action.replace("ring", "nope"), vec![], "404", Some("actor.action_not_found")),
        (action.replace("ring", "crack"), vec![], "500", Some("rivetkit.internal_error")),
        ("GET /health".to_owned(), vec![], "200", None),
        ("GET /nowhere?token=x".to_owned(), vec![], "404", Some("api.not_found")),
        ("DELETE /health".to_owned(), vec![], "405", Some("api.method_not_allowed")),
        (
            "GET /health".to_owned(),
            vec![("origin", "http://evil.example")],
            "403",
            Some("auth.origin_not_allowed"),
        ),
        (format!("GET /gateway/{id}@CANARY/request/a/b?c=d"), vec![], "200", None),
    ] {
        let body: &[u8] = if request.starts_with("POST") { b"{\"args\":[]}" } else { b"" };
        let reply = server.http(&request, &headers, body).await;
        let line = visit(&reply.headers["x-rivet-ray-id"]).await;
        assert_eq!((line.field("status"), line.field("error")), (Some(status), error), "{request}");
        assert_eq!(line.field("bytes_out"), Some(reply.body.len().to_string().as_str()), "{request}");
        let (_, path) = request.split_once(' ').unwrap();
        let path = path.split('?').next().unwrap().replace("@CANARY", "@..");
        assert_eq!(line.field("path"), Some(path.as_str()));
    }
    let line = log().line(|line| {
        line.field("path") == Some(&format!("/gateway/{id}@../request/a/b"))
            && line.target == "callboard::access"
    });
    assert_eq!(
        (line.field("actor"), line.field("key"), line.field("actor_id")),
        (Some("bell"), Some("visited"), Some(id.as_str()))
    );
}

#[tokio::test]
async fn each_websocket_is_a_line_of_the_access_log_when_it_has_ended() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("session"));
    let (mut socket, head) = server.open(&path, "rivet, rivet_encoding.json").await;
    let ray = head.split_once("x-rivet-ray-id: ").unwrap().1.lines().next().unwrap().to_owned();
    let init = next(&mut socket).await;
    // A header of two bytes, and of four, and of four more from a client, before what is in a frame.
    let wanted = call(1, "ring", "[]");
    let bytes_in = 6 + wanted.as_payload().len();
    socket.send(wanted).await.unwrap();
    let answer = next(&mut socket).await;
    let bytes_out = framed(&init) + framed(&answer);
    let so_far =
        log().lines(|line| line.target == "callboard::access" && line.field("request_id") == Some(&ray));
    assert!(so_far.is_empty(), "it is still open: {so_far:#?}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    // No goodbye, so that no byte of that is counted.
    drop(socket);
    let line = visit(&ray).await;
    assert_eq!((line.field("status"), line.field("error")), (Some("101"), None));
    assert_eq!(line.field("path"), Some("/gateway/bell/connect"));
    assert_eq!((line.field("actor"), line.field("key")), (Some("bell"), Some("session")));
    assert_eq!(line.field("bytes_in"), Some(bytes_in.to_string().as_str()));
    assert_eq!(line.field("bytes_out"), Some(bytes_out.to_string().as_str()));
    assert!(line.field("duration_ms").unwrap().parse::<f64>().unwrap() >= 20.0, "until its end");

    for (path, params, error) in [
        ("/gateway/bell/connect", "%22broken%22", "rivetkit.internal_error"),
        ("/gateway/bell/websocket", "%22broken%22", "rivetkit.internal_error"),
        ("/gateway/nope/connect", "1", "actor.not_registered"),
        ("/gateway/nope/websocket", "1", "actor.not_registered"),
    ] {
        let protocols = format!("rivet, rivet_encoding.json, rivet_conn_params.{params}");
        let (socket, head) = server.open(&format!("{path}?{}", query("session")), &protocols).await;
        let ray = head.split_once("x-rivet-ray-id: ").unwrap().1.lines().next().unwrap();
        drop(socket);
        let line = visit(ray).await;
        assert_eq!((line.field("status"), line.field("error")), (Some("101"), Some(error)), "{path}");
    }
}

#[tokio::test]
async fn what_many_get_counts_for_each_of_them() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("many"));
    let subscribe =
        callboard::wire::ToServer::SubscriptionRequest { event: "rung".to_owned(), subscribe: true };
    let subscribe = subscribe.encode(Encoding::Json).unwrap();
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let (mut socket, head) = server.open(&path, "rivet, rivet_encoding.json").await;
        let ray = head.split_once("x-rivet-ray-id: ").unwrap().1.lines().next().unwrap().to_owned();
        socket.send(Message::text(subscribe.clone())).await.unwrap();
        socket.send(call(1, "ringForMe", "[]")).await.unwrap();
        // Hello, the event, and the answer.
        let mut bytes = 0;
        for _ in 0..3 {
            bytes += framed(&next(&mut socket).await);
        }
        sockets.push((socket, ray, bytes));
    }
    let ring = format!("POST /gateway/bell/action/ring?{}", query("many"));
    assert_eq!(server.http(&ring, &[], b"{\"args\":[]}").await.status, 200);
    for (mut socket, ray, bytes) in sockets {
        let bytes = bytes + framed(&next(&mut socket).await);
        drop(socket);
        assert_eq!(visit(&ray).await.field("bytes_out"), Some(bytes.to_string().as_str()));
    }
}

/// The bytes of a message from the server.
fn framed(message: &Message) -> usize {
    let length = message.as_payload().len();
    length + if length < 126 { 2 } else { 4 }
}

#[tokio::test]
async fn a_request_whose_client_goes_away_is_a_line_without_a_status() {
    use tokio::io::AsyncWriteExt as _;
    let server = bell().await;
    let mut socket = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let peer = socket.local_addr().unwrap().to_string();
    let request =
        format!("POST /gateway/bell/action/burstLater?{} HTTP/1.1\r\nhost: localhost\r\n", query("left"));
    socket
        .write_all(format!("{request}content-length: 20\r\n\r\n{{\"args\":[500]}}      ").as_bytes())
        .await
        .unwrap();
    let has_begun = |line: &Line| line.target == "callboard::access" && line.field("peer") == Some(&peer);
    let is_called = |line: &Line| line.of_span("action", "key") == Some("left");
    until(async || !log().lines(is_called).is_empty()).await;
    drop(socket);
    until(async || !log().lines(has_begun).is_empty()).await;
    let line = log().line(has_begun);
    assert_eq!(
        (line.field("status"), line.field("bytes_in"), line.field("bytes_out")),
        (None, Some("20"), Some("0"))
    );
}

/// The line of the access log about this request.
async fn visit(ray: &str) -> Line {
    let is_it = |line: &Line| line.target == "callboard::access" && line.field("request_id") == Some(ray);
    // The client may have the last byte before the server is done with it.
    until(async || !log().lines(is_it).is_empty()).await;
    let line = log().line(is_it);
    assert!(line.spans.is_empty(), "it stands alone: {line:#?}");
    assert_eq!(line.level, Level::INFO);
    line
}
