//! A session over a real socket, whose writer it lends.

use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::{
    delivery::outbox::WriteBy,
    limits::limit_warnings::LimitWarnings,
    server::net::{
        counting_stream::{CountingStream, HeadBudget},
        permits::{Address, Permits, Resource},
        tcp::ServerTcp,
    },
};

/// A connection that is kept after its end keeps its outbox.
#[tokio::test]
async fn a_session_that_is_aborted_while_its_writer_is_lent_closes_its_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (mut client, (socket, peer)) = (client.expect("it listens"), accepted.expect("a client"));
    let permits = Permits::new(Arc::default(), LimitWarnings::default());
    let permit = permits.acquire(Resource::Socket, Some(Address::new(peer.ip()))).expect("there is room");
    let tcp = ServerTcp::new(CountingStream::new(socket, HeadBudget::new(permit)), None);
    let outbox = Arc::new(Outbox::new(Encoding::Json, PROTOCOL_VERSION, Arc::default()));
    let session = Session::new(
        Transport::new(tcp),
        Arc::clone(&outbox),
        None,
        Box::new(()),
        &Limits::new(),
        &Arc::default(),
    );
    let session = tokio::spawn(session.run(std::future::pending(), || false));

    let mut first = [0; 5];
    assert!(outbox.send(message("one")));
    client.read_exact(&mut first).await.expect("it is written by the session, which then rests");
    assert!(outbox.send_for(WriteBy::Flush, message("two")));
    outbox.flush();
    client.read_exact(&mut first).await.expect("it is written by the outbox");
    assert_eq!(first, *b"\x81\x03two");
    session.abort();
    let end = timeout(Duration::from_secs(10), client.read(&mut first)).await;
    assert_eq!(end.expect("the socket is closed").expect("an end"), 0);
    assert!(outbox.send_for(WriteBy::Flush, message("three")));
    outbox.flush();
}
