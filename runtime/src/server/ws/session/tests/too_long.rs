//! Messages that are too long, and what becomes of those around them.

use super::*;

fn long_call(encoding: Encoding, id: u64, length: usize) -> Vec<u8> {
    let args = match encoding {
        Encoding::Json => format!("[\"{}\"]", "é".repeat(length / 2)).into_bytes(),
        _ => [&[0x81, 0x7a][..], &u32::try_from(length).expect("short").to_be_bytes(), &vec![b'x'; length]]
            .concat(),
    };
    let call = ToServer::ActionRequest { id, name: "act".to_owned(), args: args.into() };
    call.encode(encoding).expect("it can be encoded").to_vec()
}

fn say(encoding: Encoding, payload: Vec<u8>) -> Message {
    if encoding.is_text() {
        Message::text(String::from_utf8(payload).expect("it is text"))
    } else {
        Message::binary(payload)
    }
}

fn refused(encoding: Encoding, message: &Message) -> u64 {
    match ToClient::decode(encoding, message.as_payload()).expect("it can be decoded") {
        ToClient::Error { action_id: Some(id), fault, .. } if fault.is("message", "incoming_too_long") => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_too_long_is_answered_and_those_around_it_run() {
    for encoding in Encoding::ALL {
        let (scene, mut client) = Scene::with_client(encoding);
        client.send(say(encoding, long_call(encoding, 1, 100))).await.expect("open");
        for (id, length) in [(2, 70_000), (u64::from(u32::MAX) + 9, 1 << 20), (4, (20 << 20) - 100)] {
            client.send(say(encoding, long_call(encoding, id, length))).await.expect("open");
            let answer = client.next().await.expect("a message").expect("no error");
            assert_eq!(refused(encoding, &answer), id, "{encoding:?}");
        }
        client.send(say(encoding, long_call(encoding, 5, 65_000))).await.expect("open");
        client.close().await.expect("the close is answered");
        let notes = scene.end().await;
        let begun: Vec<_> = notes.iter().map(|note| note.chars().take(10).collect::<String>()).collect();
        assert_eq!(begun, ["call 1 act", "call 5 act", "hang up"], "{encoding:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_in_fragments_is_too_long_all_together_and_pings_within_it_are_answered() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1 << 20);
    let call = long_call(Encoding::Json, 7, 100_000);
    let mut frames = Vec::new();
    for (nth, part) in call.chunks(9_999).enumerate() {
        frames.extend([u8::from(nth == 0), 0xfe]);
        frames.extend(u16::try_from(part.len()).expect("short").to_be_bytes());
        frames.extend([0; 4]);
        frames.extend(part);
        frames.extend([0x89, 0x81, 0, 0, 0, 0, b'p']);
    }
    frames.extend([0x80, 0x80, 0, 0, 0, 0]);
    pipe.write_all(&frames).await.expect("open");
    let mut client = ClientBuilder::new().take_over(pipe);
    client.send(super::call(8)).await.expect("open");
    let (mut pongs, mut refusals) = (0, 0);
    while pongs < 11 || refusals < 1 {
        let message = client.next().await.expect("a message").expect("no error");
        if message.is_pong() {
            pongs += 1;
        } else {
            refusals += 1;
            assert_eq!(refused(Encoding::Json, &message), 7);
        }
    }
    client.close().await.expect("the close is answered");
    assert_eq!(scene.end().await, ["call 8 act [1]", "hang up"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_long_and_no_call_or_longer_than_is_passed_over_closes_the_connection() {
    let id_behind = format!(
        r#"{{"body":{{"tag":"ActionRequest","val":{{"name":"act","args":["{}"],"id":1}}}}}}"#,
        "x".repeat(70_000)
    );
    for (encoding, message) in [
        (Encoding::Json, Message::text(" ".repeat(70_000))),
        (Encoding::Json, Message::text(id_behind)),
        (Encoding::Json, Message::binary(long_call(Encoding::Json, 1, 70_000))),
        (Encoding::Cbor, Message::binary(vec![0xa1; 70_000])),
        (Encoding::Bare, Message::binary(vec![0; 70_000])),
        (Encoding::Bare, say(Encoding::Bare, long_call(Encoding::Bare, 1, 20 << 20))),
    ] {
        let (scene, mut client) = Scene::with_client(encoding);
        // It may be gone before it has taken all of it.
        let _ = timeout(Duration::from_secs(1), client.send(message)).await;
        let mut said = client.next().await;
        if let Some(Ok(message)) = said.as_ref().filter(|_| encoding == Encoding::Bare)
            && message.is_binary()
        {
            // It comes in several frames, and the first of them do not tell how long it is.
            assert_eq!(refused(encoding, message), 1);
            said = client.next().await;
        }
        assert_eq!(closed_with(said), (1011, "message.incoming_too_long".to_owned()));
        drop(client);
        assert_eq!(scene.end().await, ["hang up"]);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_too_long_one_after_the_other_leave_turns_to_others_and_are_heard_less() {
    let (scene, mut client) = Scene::with_client(Encoding::Json);
    let began = Instant::now();
    for id in 0..20 {
        client.send(say(Encoding::Json, long_call(Encoding::Json, id, 70_000))).await.expect("open");
        let answer = client.next().await.expect("a message").expect("no error");
        assert_eq!(refused(Encoding::Json, &answer), id);
    }
    assert!(began.elapsed() > Duration::from_millis(500), "{:?}", began.elapsed());
    drop(client);
    assert_eq!(scene.end().await, ["hang up"]);
}
