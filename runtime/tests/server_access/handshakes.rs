//! Handshakes with a body: what follows the head is either that or frames, by how it happens to arrive.

use super::*;

fn handshake(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{UPGRADE}{more}\r\n")
}

#[tokio::test]
async fn a_handshake_with_a_body_is_refused_however_it_is_split() {
    let server = Server::host(registry()).await;
    let paths = ["/gateway/desk/connect", "/gateway/wall/websocket/x"]
        .map(|path| format!("{path}?{}", desk("split")));
    // A ping, masked: a frame as good as any.
    let frame = b"\x89\x80\0\0\0\0";
    let bodies: [(&str, &[u8]); 6] = [
        ("content-length: 6\r\n", frame),
        ("content-length: 1\r\n", b"x"),
        ("content-length: 1000000\r\n", b""),
        ("transfer-encoding: chunked\r\n", b"6\r\n\x89\x80\0\0\0\0\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", b"0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", b""),
    ];
    for path in &paths {
        for (header, body) in bodies {
            let bytes = [handshake(path, header).as_bytes(), body].concat();
            let head = bytes.len() - body.len();
            // At once, behind the head, within the head, and before the last byte.
            for split in [bytes.len(), head, head - 3, bytes.len() - 1] {
                let mut socket = TcpStream::connect(server.address).await.unwrap();
                socket.set_nodelay(true).unwrap();
                let (first, second) = bytes.split_at(split);
                socket.write_all(first).await.unwrap();
                // So that the server has read the first half, if it is to be read alone.
                tokio::task::yield_now().await;
                // It may have answered and closed by now.
                let _ = socket.write_all(second).await;
                let mut status = [0; 12];
                socket.read_exact(&mut status).await.unwrap();
                assert_eq!(&status, b"HTTP/1.1 400", "{path} {header:?} {split}");
            }
        }
    }
    for actor in ["desk", "wall"] {
        let list = server.http(&format!("GET /actors?name={actor}&key=split"), &[], b"").await;
        assert_eq!(list.json()["actors"], json!([]), "{actor}");
    }
}

#[tokio::test]
async fn what_is_in_such_a_body_is_no_request() {
    let server = Server::host(registry()).await;
    let hidden = "GET /own HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let path = format!("/gateway/desk/connect?{}", desk("hidden"));
    let last = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let bytes = handshake(&path, &format!("content-length: {}\r\n", hidden.len())) + hidden + last;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    socket.write_all(bytes.as_bytes()).await.unwrap();
    let mut answers = Vec::new();
    socket.read_to_end(&mut answers).await.unwrap();
    let answers = String::from_utf8(answers).unwrap();
    assert!(answers.starts_with("HTTP/1.1 400 "), "{answers}");
    assert!(!answers.contains("the app's own"), "{answers}");
}

#[tokio::test]
async fn a_handshake_without_one_may_say_so() {
    let server = Server::host(registry()).await;
    let path = format!("/gateway/desk/connect?{}", desk("none"));
    for header in ["", "content-length: 0\r\n", "content-length: 00\r\n"] {
        assert_eq!(status(server.address, &handshake(&path, header)).await, "101", "{header:?}");
    }
}
