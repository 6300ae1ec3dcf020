//! The answer to a socket that is not served at all.

use serde_json::json;
use tokio::net::TcpStream;

use crate::Fault;

/// Says why a socket is not served, without waiting for anything.
pub(in crate::server) fn refuse(socket: &TcpStream, fault: &Fault) {
    const HEAD: &str =
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let body =
        json!({ "group": fault.group(), "code": fault.code(), "message": fault.message() }).to_string();
    let answer = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len());
    // A new socket has room for this; if not, it hears nothing.
    let _ = socket.try_write(answer.as_bytes());
}
