//! Who asks for too much.

use super::*;

pub(super) struct Hostile {
    pub(super) server: SocketAddr,
    pub(super) until: Instant,
}

impl Hostile {
    pub(super) async fn flood(&self, flood: &str) -> u64 {
        match flood {
            "message" => self.again(async || self.long_message().await).await,
            "body of a call" => self.long_body_to("action/echo", "args").await,
            "queued message" => self.long_body_to("queue/jobs", "body").await,
            "input" => {
                let input = json!({ "name": "chatRoom", "key": "key", "input": "x".repeat(640 << 10) });
                let (head, body) = (post("", "", ""), input.to_string());
                let head = head.replace(&address("", ""), "/actors");
                let head = head.replace("\r\n\r\n", &format!("\r\ncontent-length: {}\r\n\r\n", body.len()));
                self.again(async || self.request(&head, body.as_bytes()).await).await
            }
            "bodies of calls" => {
                let head = post("key", "action/echo", &format!("content-length: {}\r\n", 64 << 10));
                let unfinished = head + &"x".repeat(60 << 10);
                self.many(20_480, unfinished.as_bytes()).await
            }
            "params" => {
                let params =
                    format!("x-rivet-conn-params: \"{}\"\r\ncontent-length: 2\r\n", "x".repeat(40 << 10));
                self.again(async || self.request(&post("key", "action/echo", &params), b"{}").await).await
            }
            "key" => {
                let long = "k".repeat(1280);
                let many = vec!["k"; 320].join(",");
                let ask = async |key: &str| {
                    self.request(&post(key, "action/echo", "content-length: 2\r\n"), b"{}").await
                };
                self.again(async || ask(&long).await + ask(&many).await).await
            }
            "headers" => {
                let header = format!("x-long: {}\r\n", "x".repeat(320 << 10));
                self.again(async || self.request(&post("key", "action/echo", &header), b"").await).await
            }
            "body, claimed" => {
                let header = format!("content-length: {}\r\n", 200 << 20);
                self.again(async || self.request(&post("key", "request/x", &header), b"").await).await
            }
            "body, chunked" => self.again(async || self.long_body().await).await,
            "connections" => self.many(10_000, handshake("key").as_bytes()).await,
            "time to open" => {
                let unfinished = post("key", "request/x", &format!("x-long: {}", "x".repeat(20 << 10)));
                self.many(20_480, unfinished.trim_end().as_bytes()).await
            }
            "subscriptions" => self.again(async || self.subscriptions().await).await,
            "calls in flight" => self.again(async || self.calls(10).await).await,
            "calls in flight, long" => self.again(async || self.calls(60 << 10).await).await,
            "calls in flight, of many" => self.again(async || self.calls_of_many().await).await,
            "subscriptions that wait" => {
                let message = subscribe("ticked");
                self.again(async || self.crowd(20, 262, &message, "too_many_subscriptions").await).await
            }
            "slow reads of ten" => {
                let message = frame(&call("wait", &json!([20, ""])));
                self.again(async || self.crowd(10, 1030, &message, "too_many_calls").await).await
            }
            "many of one address" => {
                let message = frame(&call("step", &json!([])));
                self.again(async || self.crowd(300, 60, &message, "overloaded").await).await
            }
            "requests per second" => self.requests().await,
            _ => panic!("there is no flood `{flood}`"),
        }
    }

    /// A flood that is asked to be short is refused at least once.
    fn goes_on(&self, refused: u64) -> bool {
        Instant::now() < self.until || refused == 0
    }

    /// Again and again, one at a time.
    async fn again(&self, what: impl AsyncFn() -> u64) -> u64 {
        let mut refused = 0;
        while self.goes_on(refused) {
            refused += timeout(Duration::from_secs(10), what()).await.expect("an answer in time");
        }
        refused
    }

    /// From an address that behaves in no other way.
    async fn connect(&self) -> Socket {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).expect("a free port");
        let socket = socket.connect(self.server).await.expect("it listens");
        socket.set_nodelay(true).expect("it is open");
        // Closed with a reset: otherwise the ports would be used up.
        socket.set_zero_linger().expect("it is open");
        socket
    }

    /// Sends a request, and reads until there is an end.
    async fn request(&self, head: &str, body: &[u8]) -> u64 {
        let mut socket = self.connect().await;
        // The answer may be there before all is sent.
        let _ = socket.write_all(&[head.as_bytes(), body].concat()).await;
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        u64::from(!answer.starts_with(b"HTTP/1.1 2"))
    }

    /// A body that does not say how long it is.
    async fn long_body(&self) -> u64 {
        let mut socket = self.connect().await;
        // To an actor that does not keep it.
        let head = post("key", "request/x", "transfer-encoding: chunked\r\n").replace("chatRoom", "slowpoke");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let chunk = [&b"10000\r\n"[..], &vec![b'x'; 0x10000], b"\r\n"].concat();
        for _ in 0..(200 << 20) / 0x10000 {
            if socket.write_all(&chunk).await.is_err() {
                return 1;
            }
        }
        0
    }

    async fn long_body_to(&self, path: &str, field: &str) -> u64 {
        let body = json!({ field: ["x".repeat(640 << 10)] }).to_string();
        let head = post("key", path, &format!("content-length: {}\r\n", body.len()));
        self.again(async || self.request(&head, body.as_bytes()).await).await
    }

    async fn open(&self, actor: &str) -> Socket {
        let mut socket = self.connect().await;
        let handshake = handshake("key").replace("chatRoom", actor);
        socket.write_all(handshake.as_bytes()).await.expect("it reads");
        until(&mut socket, "\"Init\"").await;
        until(&mut socket, "}}}").await;
        socket
    }

    async fn long_message(&self) -> u64 {
        let mut socket = self.open("chatRoom").await;
        let message = frame(&call("echo", &json!(["x".repeat(640 << 10)])));
        // It is refused by its length, which is read first.
        let _ = socket.write_all(&message).await;
        let mut said = Vec::new();
        let _ = socket.read_to_end(&mut said).await;
        1
    }

    async fn subscriptions(&self) -> u64 {
        let mut socket = self.open("chatRoom").await;
        let asked: Vec<u8> = (0..2560).flat_map(|nth| subscribe(&format!("event {nth}"))).collect();
        socket.write_all(&asked).await.expect("it reads");
        for _ in 0..2560 {
            until(&mut socket, "subscription_refused").await;
        }
        2560
    }

    /// Ten times as many calls as may be under way, each of an action that takes its time.
    async fn calls(&self, length: usize) -> u64 {
        let mut socket = self.open("slowpoke").await;
        // Not all of them end at once.
        let calls = [280, 290, 300, 310, 320, 330, 340];
        let calls = calls.map(|ms| frame(&call("wait", &json!([ms, "x".repeat(length)]))));
        let (reader, mut writer) = socket.split();
        let mut reader = tokio::io::BufReader::new(reader);
        let asking = async {
            for nth in 0..10_240 {
                writer.write_all(&calls[nth % calls.len()]).await.expect("it reads");
            }
        };
        let hearing = async {
            let (mut answered, mut refused) = (0, 0);
            while answered + refused < 10_240 && self.goes_on(refused) {
                let mut said = Vec::new();
                reader.read_until(b'}', &mut said).await.expect("it answers");
                let said = String::from_utf8_lossy(&said);
                refused += u64::from(said.contains("\"too_many_calls\""));
                answered += u64::from(said.contains("\"ActionResponse\""));
            }
            refused
        };
        tokio::select! {
            refused = hearing => refused,
            () = async { asking.await; std::future::pending().await } => unreachable!(),
        }
    }

    /// From two hundred connections as many bytes as each may have under way.
    async fn calls_of_many(&self) -> u64 {
        let call = frame(&call("wait", &json!([300, "x".repeat(60 << 10)])));
        let (calls, mut refused) = (call.repeat(17), 0);
        let mut sockets = Vec::new();
        for _ in 0..200 {
            sockets.push(self.open("slowpoke").await);
        }
        for socket in &mut sockets {
            socket.write_all(&calls).await.expect("it reads");
        }
        for socket in sockets {
            let (mut socket, mut answers) = (tokio::io::BufReader::new(socket), 0);
            while answers < 17 {
                let mut said = Vec::new();
                socket.read_until(b'}', &mut said).await.expect("it answers");
                let said = String::from_utf8_lossy(&said);
                let is_refused = said.contains("\"too_many_calls\"");
                refused += u64::from(is_refused);
                answers += usize::from(is_refused || said.contains("\"ActionResponse\""));
            }
        }
        refused
    }

    /// From so many connections the same message this often, while their actor is at work. Gives how often it was refused like
    /// this.
    async fn crowd(&self, connections: usize, times: usize, message: &[u8], how: &str) -> u64 {
        let mut sockets = Vec::new();
        for _ in 0..connections {
            sockets.push(self.open("slowpoke").await);
        }
        let work = frame(&call("work", &json!([100])));
        sockets[0].write_all(&work).await.expect("it reads");
        // What there is not is refused at once, as one too many or as unknown, and after all that was said before.
        let last =
            json!({ "body": { "tag": "ActionRequest", "val": { "id": 8, "name": "none", "args": [] } } });
        let said = [message.repeat(times), frame(&last)].concat();
        for socket in &mut sockets {
            socket.write_all(&said).await.expect("it reads");
        }
        let mut refused = 0;
        for socket in sockets {
            let mut socket = tokio::io::BufReader::new(socket);
            loop {
                let mut said = Vec::new();
                socket.read_until(b'}', &mut said).await.expect("it answers");
                let said = String::from_utf8_lossy(&said);
                refused += u64::from(said.contains(how));
                if said.contains("[\"$BigInt\",\"8\"]") {
                    break;
                }
            }
        }
        refused
    }

    /// Opens so many, and keeps those that it gets until the end.
    async fn many(&self, wanted: usize, said: &[u8]) -> u64 {
        let (mut held, mut refused) = (Vec::new(), 0);
        for nth in 0..wanted {
            if !self.goes_on(refused as u64) {
                break;
            }
            let mut socket = self.connect().await;
            // It may be closed already.
            let _ = socket.write_all(said).await;
            held.push(socket);
            if nth % 64 == 63 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                let before = held.len();
                held.retain(is_kept);
                refused += before - held.len();
            }
        }
        tokio::time::sleep_until(self.until.into()).await;
        held.retain(|socket| {
            refused += usize::from(!is_kept(socket));
            false
        });
        refused as u64
    }

    /// Ten times as many as are answered, evenly.
    async fn requests(&self) -> u64 {
        let mut socket = self.connect().await;
        let request = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / (10 * REQUESTS_PER_SECOND));
        let mut refused = 0;
        while self.goes_on(refused) {
            ticks.tick().await;
            socket.write_all(request.as_bytes()).await.expect("it reads");
            let mut answer = vec![0; 4096];
            let length = socket.read(&mut answer).await.expect("it answers");
            refused += u64::from(answer[..length].starts_with(b"HTTP/1.1 429 "));
        }
        refused
    }
}

/// A frame that asks for an event.
fn subscribe(event: &str) -> Vec<u8> {
    let val = json!({ "eventName": event, "subscribe": true });
    frame(&json!({ "body": { "tag": "SubscriptionRequest", "val": val } }))
}

/// Whether the server has not said that it is one too many.
fn is_kept(socket: &Socket) -> bool {
    let mut said = [0; 4096];
    match socket.try_read(&mut said) {
        Ok(0) => false,
        Ok(length) => {
            let said = String::from_utf8_lossy(&said[..length]);
            !said.contains("too_many_connections") && !said.contains("overloaded")
        }
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

async fn until(socket: &mut Socket, end: &str) {
    let mut said = Vec::new();
    while !said.ends_with(end.as_bytes()) {
        said.push(socket.read_u8().await.expect("it answers"));
    }
}
