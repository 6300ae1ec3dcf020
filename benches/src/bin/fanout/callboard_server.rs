//! callboard: an actor that broadcasts as often as it is asked to, served as users serve it.

use std::time::Duration;

use callboard::{Limits, prelude::*};
use tokio::net::TcpListener;

/// About 128 bytes as a frame.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tick {
    number: u64,
    text: String,
}

#[derive(Default)]
pub struct Clock {
    ticks: u64,
}

#[actor(ephemeral, events(Tick))]
impl Clock {
    #[action]
    fn burst(&mut self, ctx: &Ctx<Self>, events: u64) {
        for _ in 0..events {
            self.ticks += 1;
            ctx.broadcast(&Tick { number: self.ticks, text: super::load::TEXT.to_owned() });
        }
    }
}

pub async fn serve(listener: TcpListener) {
    println!("{}", listener.local_addr().unwrap());
    let limits = Limits::default().connections(20_000).connections_per_address(20_000);
    let limits = limits.sockets(20_000).sockets_per_address(20_000);
    // The clients of these benchmarks answer no pings.
    let limits = limits.ping_interval(Duration::from_secs(24 * 60 * 60));
    let registry = Registry::new().in_memory().limits(limits).register::<Clock>();
    registry.serve_listener(listener, std::future::pending()).await.unwrap();
}
