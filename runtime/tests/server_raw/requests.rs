//! Raw requests: who answers them, from which turn, and how their bodies stream.

use super::*;

#[tokio::test]
async fn a_raw_request_is_answered_by_its_handler_and_names_the_actor() {
    let server = serve_gate().await;
    let reply = get(&server, "/count").await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"1"[..]));
    assert_eq!(reply.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(reply.headers["content-length"], "1", "a body of known length stays one");
    assert_eq!(reply.headers["x-rivet-actor-key"], "test");
    assert_eq!(reply.headers["x-rivet-actor"].len(), 32);
    assert_eq!(get(&server, "/count").await.body, b"2", "what it changes stays");
}

#[tokio::test]
async fn a_raw_request_is_judged_by_on_before_connect_with_its_params_or_without_any() {
    let server = serve_gate().await;
    let who = async |params: &[(&str, &str)]| {
        server.http(&format!("GET {}", at("gate", "request/who")), params, b"").await
    };
    assert_eq!(who(&[("x-rivet-conn-params", r#"{"name":"ann"}"#)]).await.body, b"ann");
    assert_eq!(who(&[]).await.body, b"nobody");
    let banned = who(&[("x-rivet-conn-params", r#"{"name":"banned"}"#)]).await;
    assert_eq!((banned.status, banned.error().as_str()), (400, "user.banned"));
    assert_eq!(call(&server, "numbers", "[]").await, json!([2, 0, 0]), "the handler never saw the third");
}

#[tokio::test]
async fn a_raw_request_that_fails_says_so_in_json_and_leaks_nothing() {
    let server = serve_gate().await;
    let failed = get(&server, "/x%20y").await;
    assert_eq!((failed.status, failed.error().as_str()), (400, "user.no_page"));
    assert_eq!(failed.json()["metadata"], json!({ "page": "/x%20y" }));
    assert_eq!(failed.json()["actor"]["key"], "test");
    let panicked = get(&server, "/boom").await;
    assert_eq!((panicked.status, panicked.error().as_str()), (500, "rivetkit.internal_error"));
    assert!(!String::from_utf8_lossy(&panicked.body).contains("swordfish"));
    assert_eq!(call(&server, "numbers", "[]").await, json!([1, 0, 0]), "what a panic changed is taken back");
}

#[tokio::test]
async fn the_body_of_a_response_streams_after_the_turn_has_ended() {
    let server = serve_gate().await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        at("gate", "request/slow-body")
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut read_to = async |end: &str| {
        while !read.contains(end) {
            read.push(char::from(socket.read_u8().await.unwrap()));
        }
    };
    read_to("\r\n\r\n").await;
    BODY_MAY_GO_ON.add_permits(1);
    read_to("0;").await;
    assert_eq!(get(&server, "/count").await.body, b"2", "another turn while the body is half written");
    call(&server, "nap", "[]").await;
    assert_eq!(call(&server, "numbers", "[]").await[1], 0, "and it keeps the actor awake");
    BODY_MAY_GO_ON.add_permits(2);
    read_to("2;").await;
    until(async || call(&server, "numbers", "[]").await[1] == 1).await;
}

#[tokio::test]
async fn the_body_of_a_request_streams_into_the_handler() {
    let server = serve_gate().await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        at("gate", "request/echo")
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut read = String::new();
    for chunk in ["one", "two"] {
        socket.write_all(format!("3\r\n{chunk}\r\n").as_bytes()).await.unwrap();
        while !read.contains(chunk) {
            read.push(char::from(socket.read_u8().await.unwrap()));
        }
    }
    socket.write_all(b"0\r\n\r\n").await.unwrap();
    socket.read_to_string(&mut read).await.unwrap();
    assert!(read.ends_with("0\r\n\r\n"), "{read}");
}

#[tokio::test]
async fn a_body_may_have_20_mib_and_not_one_byte_more() {
    const LIMIT: usize = 20 * 1024 * 1024;
    let server = serve_gate().await;
    let request = format!("POST {}", at("gate", "request/length"));
    let body = vec![b'x'; LIMIT + 1];
    let fits = server.http(&request, &[], &body[..LIMIT]).await;
    assert_eq!((fits.status, fits.json()), (200, json!(LIMIT)));
    // Refused for what it says of itself, before any of it is read.
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        LIMIT + 1
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut refused = String::new();
    socket.read_to_string(&mut refused).await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains("incoming_too_long"), "{refused}");
    let chunks = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let chunked = server.http(&request, &[("transfer-encoding", "chunked")], &chunks).await;
    assert_eq!((chunked.status, chunked.error().as_str()), (400, "message.incoming_too_long"));
}

/// Answers beside each other, and beside turns.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Readers {
    written: bool,
}

#[actor]
impl Readers {
    #[on_request]
    async fn serve(&self, _request: Request<Body>) -> impl IntoResponse {
        READING.wait().await;
        (StatusCode::ACCEPTED, [("x-read", "1")], self.written.to_string())
    }
}

static READING: LazyLock<tokio::sync::Barrier> = LazyLock::new(|| tokio::sync::Barrier::new(2));

#[tokio::test]
async fn reading_handlers_run_side_by_side() {
    let server = Server::host(Registry::new().in_memory().register::<Readers>()).await;
    let request = format!("GET {}", at("readers", "request/"));
    // Each waits for the other.
    let (one, other) = tokio::join!(server.http(&request, &[], b""), server.http(&request, &[], b""));
    for reply in [one, other] {
        assert_eq!((reply.status, &reply.body[..]), (202, &b"false"[..]));
        assert_eq!(reply.headers["x-read"], "1");
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Uploads {
    bytes: usize,
}

#[actor(action_timeout = "300ms")]
impl Uploads {
    /// Without `self`: reading a body that takes its time holds no turn.
    #[on_request]
    async fn take(ctx: Ctx<Self>, request: Request<Body>) -> Result<http::Response<String>, Fault> {
        let bytes = to_bytes(request.into_body(), usize::MAX).await.map_or(0, |bytes| bytes.len());
        let sum = ctx
            .turn(move |this| {
                this.bytes += bytes;
                this.bytes
            })
            .await?;
        Ok(http::Response::new(sum.to_string()))
    }

    #[action]
    fn bytes(&self) -> usize {
        self.bytes
    }
}

#[tokio::test]
async fn a_handler_without_self_holds_no_turn_and_is_held_to_the_action_timeout() {
    let server = Server::host(Registry::new().in_memory().register::<Uploads>()).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf",
        at("uploads", "request/")
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let put = async |body: &[u8]| server.http(&format!("PUT {}", at("uploads", "request/")), &[], body).await;
    assert_eq!(put(b"all of it").await.body, b"9");
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_response_leaves_after_its_change_is_saved() {
    let store = FaultyStore::new(MemoryStore::new());
    let server = Server::host(Registry::new().store(store.clone()).register::<Gate>()).await;
    assert_eq!(get(&server, "/count").await.body, b"1");
    let (hold, batches) = (store.hold_batches(), store.batches());
    let mut answer = Box::pin(get(&server, "/count"));
    tokio::select! {
        early = &mut answer => panic!("{early:?} before it is saved"),
        () = store.batches_reach(batches + 1) => {}
    }
    let early = tokio::time::timeout(Duration::from_millis(100), &mut answer).await;
    assert!(early.is_err(), "{early:?} before it is saved");
    drop(hold);
    assert_eq!(answer.await.body, b"2");
    store.fail_batches(1);
    let failed = get(&server, "/count").await;
    assert_eq!((failed.status, failed.error().as_str()), (500, "rivetkit.internal_error"));
    assert_eq!(get(&server, "/count").await.body, b"3", "what was not saved is taken back");
}
