//! Both ends over a link that is slow and steady.

use callboard::Client;
use tokio::net::TcpListener;

use super::*;

/// A proxy that lets a kilobyte pass in a hundredth of a second, each way.
async fn slow_link(server: &Server) -> String {
    let (to, listener) = (server.address, TcpListener::bind("127.0.0.1:0").await.expect("a free port"));
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(to).await.expect("it listens");
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            for (mut from, mut to) in [(near_in, far_out), (far_in, near_out)] {
                tokio::spawn(async move {
                    let mut piece = [0; 1000];
                    while let Ok(length @ 1..) = from.read(&mut piece).await
                        && to.write_all(&piece[..length]).await.is_ok()
                    {
                        sleep(Duration::from_millis(10)).await;
                    }
                });
            }
        }
    });
    url
}

#[tokio::test]
async fn what_takes_longer_than_silence_may_arrives_over_a_slow_link() {
    let server = Server::start_with(Limits::new().ping_interval(Duration::from_millis(150))).await;
    let client = Client::new(&slow_link(&server).await).expect("a client");
    let connection = client.get_or_create::<Desk>("test").connect(None);
    connection.opened().await.expect("it opens");
    let began = Instant::now();
    assert_eq!(connection.note("x".repeat(60_000)).await.expect("it arrives"), 1);
    assert!(began.elapsed() > Duration::from_millis(300), "the server would have pinged, and hung up");

    let server = Server::start().await;
    let builder = Client::builder(slow_link(&server).await).idle_timeout(Duration::from_millis(300));
    let connection = builder.build().expect("a client").get_or_create::<Desk>("test").connect(None);
    connection.opened().await.expect("it opens");
    let began = Instant::now();
    assert_eq!(connection.blank(90_000).await.expect("it arrives").len(), 90_000);
    assert!(began.elapsed() > Duration::from_millis(600), "the client would have pinged, and hung up");
}
