use std::future::poll_fn;

use tokio::io::duplex;

use super::*;

/// Reads what is there; the texts of the messages.
async fn read(socket: &mut Socket<tokio::io::DuplexStream>) -> Vec<String> {
    let mut texts = Vec::new();
    loop {
        match poll_fn(|cx| Poll::Ready(socket.poll_step(cx))).await {
            Poll::Ready(Ok(Some(Received::Message(message)))) => {
                texts.extend(message.as_text().map(str::to_owned));
            }
            Poll::Ready(Ok(Some(Received::TooLong { .. }))) => texts.push("too long".to_owned()),
            Poll::Ready(Ok(None)) => {}
            Poll::Ready(Err(end)) => panic!("{end:?}"),
            Poll::Pending => return texts,
        }
    }
}

fn is_idle<S>(socket: &Socket<S>) -> bool {
    matches!(socket.state, State::Idle(_))
}

#[tokio::test]
async fn a_socket_has_buffers_only_while_a_message_is_half_read_or_half_written() {
    let (ours, mut theirs) = duplex(256);
    let mut socket = Socket::new(Transport::new(ours), 1024);
    let hello = [&[0x81, 0x85, 0, 0, 0, 0][..], b"hello"].concat();
    for cut in 1..hello.len() {
        assert!(read(&mut socket).await.is_empty() && is_idle(&socket));
        theirs.write_all(&hello[..cut]).await.unwrap();
        assert!(read(&mut socket).await.is_empty());
        assert_eq!(is_idle(&socket), cut < 6, "a head is not passed on before it is whole");
        theirs.write_all(&hello[cut..]).await.unwrap();
        assert_eq!(read(&mut socket).await, ["hello"]);
    }
    // A message in two frames, with a ping between them, which is answered.
    theirs.write_all(&[0x01, 0x81, 0, 0, 0, 0, b'a', 0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
    assert!(read(&mut socket).await.is_empty() && !is_idle(&socket));
    theirs.write_all(&[0x80, 0x81, 0, 0, 0, 0, b'b']).await.unwrap();
    assert_eq!(read(&mut socket).await, ["ab"]);
    assert!(is_idle(&socket));
    // More than there is room for, with a ping behind it.
    socket.write(Bytes::from(vec![0; 1000]));
    theirs.write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
    assert!(read(&mut socket).await.is_empty() && !is_idle(&socket));
    let mut written = vec![1; 1000 + 2 + 2];
    for part in written.chunks_mut(100) {
        theirs.read_exact(part).await.unwrap();
        read(&mut socket).await;
    }
    assert_eq!(written[..2], [0x8a, 0], "the answer to the first ping");
    assert!(written[2..1002].iter().all(|byte| *byte == 0), "nothing comes between");
    assert_eq!(written[1002..], [0x8a, 0]);
    assert!(is_idle(&socket) && !socket.is_writing());
}

#[tokio::test]
async fn a_socket_has_no_buffers_while_a_message_that_is_too_long_is_passed_over() {
    let (ours, mut theirs) = duplex(8192);
    let mut socket = Socket::new(Transport::new(ours).skipping_messages(1024, 1 << 20), 1024);
    let length = u16::try_from(20_000).expect("it is short").to_be_bytes();
    theirs.write_all(&[&[0x81, 0xfe][..], &length, &[0; 4]].concat()).await.unwrap();
    for nth in 0..20 {
        theirs.write_all(&[b'x'; 1000]).await.unwrap();
        // It is told as soon as its beginning is there.
        assert_eq!(read(&mut socket).await, vec!["too long"; usize::from(nth == 4)]);
        assert!(is_idle(&socket));
    }
    theirs.write_all(&[0x81, 0x81, 0, 0, 0, 0, b'a']).await.unwrap();
    assert_eq!(read(&mut socket).await, ["a"]);
}

#[tokio::test]
async fn what_was_read_with_the_handshake_is_not_lost_wherever_it_ends() {
    let hello = [&[0x81, 0x85, 0, 0, 0, 0][..], b"hello"].concat();
    let long = [&[0x81, 0xfe, 0x07, 0xd0, 0, 0, 0, 0][..], &[b'x'; 2000]].concat();
    let all = [&hello[..], &long, &hello].concat();
    for cut in 0..=all.len() {
        let (ours, mut theirs) = duplex(8192);
        let transport = Transport::new(ours).with_input(&all[..cut]).skipping_messages(1024, 1 << 20);
        let mut socket = Socket::new(transport, 1024);
        theirs.write_all(&all[cut..]).await.unwrap();
        let mut texts = read(&mut socket).await;
        texts.sort();
        assert_eq!(texts, ["hello", "hello", "too long"], "{cut}");
    }
}
