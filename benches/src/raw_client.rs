//! A client that does as little as one can, so that the server is what is measured: bytes on a tokio socket.

use std::io;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, tcp::OwnedReadHalf},
};

/// Opens a WebSocket at this path. Returns what the server has said on it already, which may end in the middle of a
/// frame.
pub async fn open(stream: &mut TcpStream, path: &str, protocols: &str) -> Vec<u8> {
    let protocols =
        if protocols.is_empty() { String::new() } else { format!("sec-websocket-protocol: {protocols}\r\n") };
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocols}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let head = loop {
        if let Some(head) = head_of(&said) {
            break head;
        }
        let read = stream.read_buf(&mut said).await.unwrap();
        assert!(read > 0, "refused: {}", String::from_utf8_lossy(&said));
    };
    assert!(said.starts_with(b"HTTP/1.1 101"), "refused: {}", String::from_utf8_lossy(&said));
    said.split_off(head)
}

/// Gives the payloads of the frames that are read together, until the server closes.
pub async fn read_frames(
    mut reader: OwnedReadHalf,
    mut buffer: Vec<u8>,
    mut read: impl FnMut(&mut dyn Iterator<Item = &[u8]>),
) {
    buffer.reserve(8 * 1024);
    loop {
        let mut frames = Frames(&buffer);
        read(&mut frames);
        let done = buffer.len() - frames.0.len();
        buffer.drain(..done);
        if !reader.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
            return;
        }
    }
}

/// The payloads of whole frames, and what follows them. A server does not mask.
struct Frames<'a>(&'a [u8]);

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (&[_, length], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match length {
            126 => rest
                .split_first_chunk()
                .map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))?,
            127 => rest
                .split_first_chunk()
                .map(|(length, rest)| (u64::from_be_bytes(*length).try_into().unwrap(), rest))?,
            length => (usize::from(length), rest),
        };
        let (payload, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(payload)
    }
}

/// A text frame of a client, masked with zeros.
pub fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(length @ ..=125), _) => frame.push(0x80 | length),
        (_, Ok(length)) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

/// Asks, and reads the whole response, whose body is returned. `buffer` has what is left of the connection.
pub async fn ask<'a>(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &'a mut Vec<u8>,
) -> io::Result<&'a [u8]> {
    buffer.clear();
    stream.write_all(request).await?;
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = head_of(buffer) else { continue };
        if buffer.len() >= head + content_length(&buffer[..head]) {
            assert!(buffer.starts_with(b"HTTP/1.1 200"), "refused: {}", String::from_utf8_lossy(buffer));
            return Ok(&buffer[head..]);
        }
    }
}

/// The bytes of the head, if all of it is there.
fn head_of(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|end| end == b"\r\n\r\n").map(|head| head + 4)
}

fn content_length(head: &[u8]) -> usize {
    let head = str::from_utf8(head).expect("heads are ASCII");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.expect("the server says how long its answer is").parse().unwrap()
}
