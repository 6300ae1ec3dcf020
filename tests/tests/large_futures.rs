//! Futures of 256 KiB, on threads with stacks of 2 MiB, in a build that keeps every move: a stack that is too small ends the
//! whole process, so each case has a process of its own.
#![allow(clippy::unwrap_used, clippy::large_futures, clippy::large_stack_arrays, clippy::large_stack_frames)]
#![allow(clippy::unused_async, clippy::unnecessary_wraps)]

use std::{hint::black_box, process::Command, time::Duration};

use callboard::{Body, RawSocket, prelude::*};
use callboard_tests::{gate, in_time, note, noted, release};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const LARGE: usize = 256 << 10;

/// Makes the future that it is in so large.
macro_rules! hold {
    () => {
        let held = [1_u8; LARGE];
        tokio::task::yield_now().await;
        black_box(&held);
    };
}

/// Runs the case in a process of its own, on threads with small stacks.
fn on_small_stacks(name: &str, case: impl Future<Output = ()> + Send + 'static) {
    const MARK: &str = "CALLBOARD_LARGE_FUTURES";
    if std::env::var_os(MARK).is_some_and(|marked| marked == *name) {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).thread_stack_size(2 << 20).enable_all().build().unwrap();
        return runtime.block_on(async { tokio::spawn(in_time(case)).await.unwrap() });
    }
    let program = std::env::current_exe().unwrap();
    let mut process = Command::new(program);
    process.args(["--exact", name, "--nocapture"]).env(MARK, name).env_remove("RUST_MIN_STACK");
    let output = process.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

macro_rules! case {
    ($name:ident, $case:expr) => {
        #[test]
        fn $name() {
            on_small_stacks(stringify!($name), $case);
        }
    };
}

/// Everything of it that awaits is large.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Whale {
    calls: u32,
}

#[actor(hibernate, sleep_timeout = "50ms")]
impl Whale {
    #[on_create]
    async fn make() -> Self {
        hold!();
        Self::default()
    }

    #[on_before_connect]
    async fn admit(&mut self) {
        hold!();
    }

    #[on_connect]
    async fn join(&mut self, _conn: &Conn<Self>) {
        hold!();
    }

    #[on_disconnect]
    async fn leave(&mut self, ctx: &Ctx<Self>) {
        hold!();
        release(&format!("{} left", ctx.key()));
    }

    #[on_wake]
    async fn wake(&mut self) {
        hold!();
    }

    #[on_sleep]
    async fn sleep(&mut self, ctx: &Ctx<Self>) {
        hold!();
        note(&ctx.key().to_string(), "slept");
        release(&format!("{} slept", ctx.key()));
    }

    #[on_destroy]
    async fn end(&mut self, ctx: &Ctx<Self>) {
        hold!();
        note(&ctx.key().to_string(), "destroyed");
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        hold!();
        release(&format!("{} ran", ctx.key()));
        Ok(())
    }

    #[on_request]
    async fn serve(&self, _request: http::Request<Body>) -> String {
        hold!();
        "served".to_owned()
    }

    #[on_websocket]
    async fn socket(_ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), Fault> {
        hold!();
        // Whoever opened it may have gone away.
        let _ = socket.send("open").await;
        Ok(())
    }

    #[action]
    async fn read(&self) -> u32 {
        hold!();
        self.calls
    }

    #[action]
    async fn read_otherwise(&self) -> u32 {
        hold!();
        self.calls
    }

    #[action]
    async fn write(&mut self) -> u32 {
        hold!();
        self.calls += 1;
        self.calls
    }

    #[action]
    async fn write_otherwise(&mut self) -> u32 {
        hold!();
        self.calls += 1;
        self.calls
    }

    #[action]
    fn write_later(&mut self, ctx: &Ctx<Self>) {
        ctx.after(Duration::ZERO, WhaleAction::WriteAndTell {}).unwrap();
    }

    #[action]
    async fn write_and_tell(&mut self, ctx: &Ctx<Self>) {
        hold!();
        release(&format!("{} wrote", ctx.key()));
    }

    #[action]
    async fn work(&self, ctx: &Ctx<Self>) -> u32 {
        let kept = ctx.keep_awake(async {
            hold!();
            1
        });
        let awaited = ctx.wait_until(async {
            hold!();
            1
        });
        kept.await.unwrap() + awaited.await.unwrap()
    }

    #[action]
    fn turn(&self, ctx: &Ctx<Self>) {
        let beside = ctx.clone();
        ctx.keep_awake(async move {
            let held = [1_u8; LARGE];
            let turn = beside.turn(move |whale| {
                whale.calls += black_box(&held).iter().map(|byte| u32::from(*byte)).sum::<u32>();
            });
            turn.await.unwrap();
            release(&format!("{} turned", beside.key()));
        });
    }

    #[action]
    fn destroy(&mut self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Whale>().register::<Map>()
}

case!(actions_have_futures_of_any_size, async {
    let registry = registry();
    let whale = registry.client().get_or_create::<Whale>("actions");
    for _ in 0..2 {
        whale.read().await.unwrap();
        whale.write().await.unwrap();
        whale.read_otherwise().await.unwrap();
        whale.write_otherwise().await.unwrap();
    }
    // Through the mailbox.
    let (read, write, told) = tokio::join!(whale.read(), whale.write(), whale.tell(WhaleAction::Write {}));
    read.unwrap();
    write.unwrap();
    told.unwrap();
    let conn = whale.connect();
    assert_eq!(conn.write().await.unwrap(), 7);
    whale.write_later().await.unwrap();
    gate("actions wrote").notified().await;
});

case!(hooks_have_futures_of_any_size, async {
    let registry = registry();
    let whale = registry.client().get_or_create::<Whale>("hooks");
    let conn = whale.connect();
    conn.opened().await.unwrap();
    gate("hooks ran").notified().await;
    gate("hooks slept").notified().await;
    conn.close().await;
    gate("hooks left").notified().await;
    whale.destroy().await.unwrap();
    assert_eq!(noted("hooks").last().unwrap(), "destroyed");
});

case!(work_and_turns_have_futures_of_any_size, async {
    let registry = registry();
    let whale = registry.client().get_or_create::<Whale>("work");
    assert_eq!(whale.work().await.unwrap(), 2);
    whale.turn().await.unwrap();
    gate("work turned").notified().await;
    assert_eq!(whale.read().await.unwrap(), 256 << 10);
});

case!(raw_handlers_have_futures_of_any_size, async {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(registry().serve_listener(listener, std::future::pending()));
    let target = "?rvt-method=getOrCreate&rvt-namespace=default&rvt-key=raw";
    let mut answers = Vec::new();
    for (path, upgrade, last) in [
        ("request/", "connection: close\r\n", "served"),
        (
            "websocket/",
            "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: rivet\r\n",
            "open",
        ),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("GET /gateway/whale/{path}{target} HTTP/1.1\r\nhost: localhost\r\n{upgrade}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).contains(last) {
            assert_ne!(
                stream.read_buf(&mut answer).await.unwrap(),
                0,
                "{}",
                String::from_utf8_lossy(&answer)
            );
        }
        answers.push(answer);
    }
});

/// A state that is large without being anywhere else than in itself, and an action with such an argument.
struct Map {
    fields: [[u8; 256]; 1 << 8],
}

impl Default for Map {
    fn default() -> Self {
        Self { fields: [[0; 256]; 1 << 8] }
    }
}

#[actor(ephemeral, sleep_timeout = "50ms")]
impl Map {
    #[action]
    fn set(&mut self, x: usize, y: usize, field: u8) {
        self.fields[x][y] = field;
    }

    #[action]
    async fn get(&self, x: usize, y: usize) -> u8 {
        tokio::task::yield_now().await;
        self.fields[x][y]
    }

    #[on_sleep]
    fn sleep(&self, ctx: &Ctx<Self>) {
        release(&format!("{} slept", ctx.key()));
    }
}

case!(a_state_has_any_size, async {
    let registry = registry();
    let map = registry.client().get_or_create::<Map>("map");
    map.set(200, 100, 7).await.unwrap();
    assert_eq!(map.get(200, 100).await.unwrap(), 7);
    gate("map slept").notified().await;
    assert_eq!(map.get(200, 100).await.unwrap(), 0);
});
