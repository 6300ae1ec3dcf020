//! The least that a server can do: frames made in advance, and one write per connection and burst.

use std::{cell::RefCell, rc::Rc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

type Connections = Rc<RefCell<Vec<OwnedWriteHalf>>>;

pub async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let connections = Connections::default();
    let local = tokio::task::LocalSet::new();
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::task::spawn_local(take(stream, Rc::clone(&connections)));
        }
    };
    local.run_until(accept).await;
}

/// Whatever comes first is a handshake. Each byte after it asks for a burst of so many.
async fn take(mut stream: TcpStream, connections: Connections) {
    let mut buffer = [0; 1024];
    let length = stream.read(&mut buffer).await.unwrap();
    assert!(length > 0, "the load sends a handshake");
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").await.unwrap();
    let (reader, writer) = stream.into_split();
    connections.borrow_mut().push(writer);
    obey(reader, connections).await;
}

async fn obey(mut reader: OwnedReadHalf, connections: Connections) {
    let frame = frame();
    while let Ok(burst) = reader.read_u8().await {
        let bytes = frame.repeat(usize::from(burst));
        for connection in &*connections.borrow() {
            let written = connection.try_write(&bytes).expect("the load reads");
            assert_eq!(written, bytes.len(), "the load reads all of it");
        }
    }
}

/// What callboard sends, byte for byte.
fn frame() -> Vec<u8> {
    let text = super::load::TEXT;
    let message = format!(
        r#"{{"body":{{"tag":"Event","val":{{"name":"tick","args":[{{"number":1000000,"text":"{text}"}}]}}}}}}"#
    );
    let mut frame = vec![0x81, u8::try_from(message.len()).unwrap()];
    assert!(message.len() < 126, "a short frame: {}", message.len());
    frame.extend(message.as_bytes());
    frame
}
