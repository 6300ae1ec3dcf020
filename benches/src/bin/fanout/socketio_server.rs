//! socketioxide on axum: the same events to the same number of sockets.

use std::time::Duration;

use axum::Router;
use serde::Serialize;
use socketioxide::{
    SocketIo,
    extract::{Data, SocketRef},
};
use tokio::net::TcpListener;

#[derive(Serialize)]
struct Tick {
    number: u64,
    text: &'static str,
}

pub async fn serve() {
    let (layer, io) =
        SocketIo::builder().ping_interval(Duration::from_secs(3_600)).max_buffer_size(1_024).build_layer();
    let events = io.clone();
    io.ns("/", async move |socket: SocketRef| {
        socket.on("burst", async move |Data::<u64>(burst)| {
            for number in 0..burst {
                let tick = Tick { number: 1_000_000 + number, text: super::load::TEXT };
                // Each socket has a queue of its own; a full one is an error that names the sockets.
                events.emit("tick", &tick).await.expect("the load reads");
            }
        });
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap());
    axum::serve(listener, Router::new().layer(layer)).await.unwrap();
}
