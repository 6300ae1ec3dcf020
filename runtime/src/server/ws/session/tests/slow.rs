//! Peers that are silent, or slow, or not there.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_pinged_and_stays() {
    let (scene, mut client) = Scene::with_client(Encoding::Json);
    let began = Instant::now();
    for nth in 1..=3 {
        assert!(client.next().await.expect("a message").expect("no error").is_ping());
        assert_eq!(began.elapsed().as_secs(), nth * 30);
        // The client answers when it is polled next.
        client.flush().await.expect("open");
    }
    client.close().await.expect("the close is answered");
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_peer_is_dropped() {
    let began = Instant::now();
    let (scene, pipe) = Scene::start(Encoding::Json, 1024);
    assert_eq!(scene.end().await, ["hang up"]);
    assert_eq!(began.elapsed().as_secs(), 60);
    drop(pipe);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_sends_but_never_reads_is_dropped() {
    let began = Instant::now();
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    scene.outbox.send(message(vec![b' '; 10_000]));
    let talk = async {
        // A pong that nobody asked for, every second.
        while pipe.write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    };
    let ((), notes) = tokio::join!(talk, scene.end());
    assert_eq!(notes, ["hang up"]);
    assert!((30..=61).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn pings_that_nobody_reads_the_answers_of_are_not_read_for_ever() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    let ping = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[0; 125]].concat();
    let mut sent = 0;
    while timeout(Duration::from_secs(1), pipe.write_all(&ping)).await.is_ok() {
        sent += 1;
        assert!(sent < 1000, "the session reads on");
    }
    // It goes on as soon as the answers are read.
    let mut answers = vec![0; 10 * 127];
    pipe.read_exact(&mut answers).await.expect("the session is there");
    assert_eq!(answers[..2], [0x8a, 125]);
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_outbox_ends_the_connection() {
    let (scene, mut client) = Scene::with_client(Encoding::Json);
    while scene.outbox.send(message(vec![b' '; 1000])) {}
    let mut last = client.next().await;
    while matches!(&last, Some(Ok(message)) if message.is_text()) {
        last = client.next().await;
    }
    assert_eq!(closed_with(last), (1011, "message.outgoing_queue_full".to_owned()));
    drop(client);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_peer_whose_queue_is_full_is_dropped_within_10_s() {
    for stalled_before in [0, 4, 9] {
        let (scene, pipe) = Scene::start(Encoding::Json, 1024);
        // Being written, so that the next ones wait.
        scene.outbox.send(message(vec![b' '; 10_000]));
        sleep(Duration::from_secs(stalled_before)).await;
        while scene.outbox.send(message(vec![b' '; 1000])) {}
        let full = Instant::now();
        assert_eq!(scene.end().await, ["hang up"]);
        // The rest is for what a socket takes after its peer has stopped reading.
        assert!(full.elapsed() <= Duration::from_secs(7), "{:?}", full.elapsed());
        drop(pipe);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_peer_with_room_in_its_queue_is_waited_for() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    scene.outbox.send(message(vec![b' '; 10_000]));
    sleep(Duration::from_secs(25)).await;
    let mut read = vec![0; 10_004];
    pipe.read_exact(&mut read).await.expect("the session is there");
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

/// A text as one frame of a client.
fn frame(text: &[u8]) -> Vec<u8> {
    let head = match text.len() {
        length @ ..=125 => vec![0x81, 0x80 | u8::try_from(length).expect("it is short")],
        length => [&[0x81, 0xfe][..], &u16::try_from(length).expect("it is short").to_be_bytes()].concat(),
    };
    [&head[..], &[0; 4], text].concat()
}

/// Says these bytes in pieces, one each second.
async fn trickle(pipe: &mut DuplexStream, bytes: &[u8], piece: usize) {
    for piece in bytes.chunks(piece) {
        pipe.write_all(piece).await.expect("the session is there");
        sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_slowly_is_no_silence() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    let args = format!("[\"{}\"]", "x".repeat(60_000)).into();
    let call = ToServer::ActionRequest { id: 7, name: "act".to_owned(), args };
    let call = frame(&call.encode(Encoding::Json).expect("it can be encoded"));
    let began = Instant::now();
    trickle(&mut pipe, &call, 800).await;
    assert!(began.elapsed().as_secs() > 60, "longer than a dead peer is waited for");
    drop(pipe);
    let notes = scene.end().await;
    assert!(notes.len() == 2 && notes[0].starts_with("call 7 act [\"xxx"), "{}", notes.len());
}

#[tokio::test(start_paused = true)]
async fn messages_that_come_slowly_one_after_the_other_have_their_time_each() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    let call = frame(call(1).as_payload());
    // Pieces that end one message and begin the next.
    trickle(&mut pipe, &call.repeat(200), call.len() + 1).await;
    drop(pipe);
    assert_eq!(scene.end().await.len(), 201);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_does_not_end_is_not_waited_for() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    let began = Instant::now();
    sleep(Duration::from_secs(7)).await;
    let bytes = frame(&vec![b' '; 60_000]);
    let mut said = Vec::<u8>::new();
    for byte in &bytes[..] {
        if pipe.write_all(&[*byte]).await.is_err() {
            break;
        }
        let mut piece = [0; 64];
        if let Ok(read) = timeout(Duration::from_secs(5), pipe.read(&mut piece)).await {
            said.extend(&piece[..read.expect("the session closes")]);
            break;
        }
    }
    assert_eq!(began.elapsed().as_secs(), 7 + 120);
    assert_eq!(said[4..], *b"message.incoming_timed_out");
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_its_messages_slowly_is_no_dead_one() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    scene.outbox.send(message(vec![b' '; 100_000]));
    let mut piece = vec![0; 1000];
    for _ in 0..100 {
        pipe.read_exact(&mut piece).await.expect("the session is there");
        sleep(Duration::from_secs(1)).await;
    }
    pipe.write_all(&frame(call(1).as_payload())).await.expect("the session is there");
    drop(pipe);
    assert_eq!(scene.end().await, ["call 1 act [1]", "hang up"]);
}
