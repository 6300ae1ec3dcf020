//! callboard: an actor that broadcasts as often as it is asked to, served as users serve it.

use callboard::prelude::*;
use callboard_benches::open_limits;
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
    let registry = Registry::new().in_memory().limits(open_limits()).register::<Clock>();
    registry.serve_listener(listener, std::future::pending()).await.unwrap();
}
