//! How often, and how slowly.

use super::*;

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
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n",
        address("desk", "/action/note")
    );
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
