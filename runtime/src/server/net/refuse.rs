//! The answer to a socket that is not served at all.

use serde_json::json;
use tokio::net::TcpStream;

use crate::Fault;

/// Answers a socket with a fault, without waiting for anything.
pub(in crate::server) fn refuse(socket: &TcpStream, fault: &Fault) {
    const HEAD: &str =
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let body =
        json!({ "group": fault.group(), "code": fault.code(), "message": fault.message() }).to_string();
    let answer = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len());
    // A new socket has room for this. If not, its client gets no answer.
    let _ = socket.try_write(answer.as_bytes());
}
