#![no_main]

use std::{sync::LazyLock, time::Duration};

use callboard::prelude::*;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    runtime::Runtime,
};

#[derive(Default, Deserialize, Serialize)]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.count = self.count.wrapping_add(amount);
        self.count
    }
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new().in_memory().register::<Counter>());

const HANDSHAKE: &str = "GET /gateway/counter/connect?rvt-namespace=default&rvt-method=getOrCreate HTTP/1.1\r\n\
    host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// A connection of arbitrary bytes, from the first one on, or after a handshake that is right. The server ends it by
// itself once its peer has nothing more to say.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    RUNTIME.block_on(async {
        let (mut peer, server) = tokio::io::duplex(64 * 1024);
        let service = TowerToHyperService::new(REGISTRY.router());
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(server), service)
            .with_upgrades();
        let talking = async {
            if first % 2 == 0 {
                let _ = peer.write_all(HANDSHAKE.as_bytes()).await;
            }
            let _ = peer.write_all(rest).await;
            let _ = peer.shutdown().await;
            let mut said = Vec::new();
            let _ = peer.read_to_end(&mut said).await;
        };
        let both = async { tokio::join!(serving, talking) };
        tokio::time::timeout(Duration::from_secs(10), both).await.expect("a connection without a peer ends");
    });
});
