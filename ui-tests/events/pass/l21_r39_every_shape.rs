// Check that events can have every shape: fields, a tuple, a newtype, none at all, an enum, a primitive, a type of
// another crate; that they arrive as they were, and that a listener with a method for each hears them in order.

use callboard::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Moved(u32, u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Named(String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ended;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Weather {
    Dry,
    Rain { millimetres: u8 },
}

#[derive(Default, Serialize, Deserialize)]
struct Game;

#[actor(events(Said, Moved, Named, Ended, Weather, u64 = "score", std::net::IpAddr, Uuid, Vec<u8> = "bytes"))]
impl Game {
    #[action]
    fn play(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        ctx.broadcast(&Said { text: "hello".to_owned() });
        conn.send(&Moved(1, 2));
        ctx.broadcast(&Named("ann".to_owned()));
        ctx.broadcast(&Weather::Rain { millimetres: 3 });
        ctx.broadcast(&Weather::Dry);
        ctx.broadcast(&7_u64);
        ctx.broadcast(&std::net::IpAddr::from([127, 0, 0, 1]));
        ctx.broadcast(&Uuid::nil());
        ctx.broadcast(&vec![1_u8, 2]);
        ctx.broadcast(&Ended);
    }
}

#[derive(Default)]
struct Log {
    lines: Vec<String>,
    ended: Option<tokio::sync::oneshot::Sender<Vec<String>>>,
}

impl GameListener for Log {
    fn said(&mut self, event: Said) {
        self.lines.push(event.text);
    }

    fn moved(&mut self, Moved(x, y): Moved) {
        self.lines.push(format!("{x} {y}"));
    }

    fn named(&mut self, Named(name): Named) {
        self.lines.push(name);
    }

    fn ended(&mut self, _: Ended) {
        let lines = std::mem::take(&mut self.lines);
        self.ended.take().map(|ended| ended.send(lines));
    }

    fn weather(&mut self, event: Weather) {
        self.lines.push(format!("{event:?}"));
    }

    fn u64(&mut self, event: u64) {
        self.lines.push(event.to_string());
    }

    fn ip_addr(&mut self, event: std::net::IpAddr) {
        self.lines.push(event.to_string());
    }

    fn uuid(&mut self, event: Uuid) {
        self.lines.push(event.is_nil().to_string());
    }

    fn vec(&mut self, event: Vec<u8>) {
        self.lines.push(format!("{event:?}"));
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Game>();
    let conn = registry.client().get_or_create::<Game>("one").connect();
    let (ended, lines) = tokio::sync::oneshot::channel();
    conn.listen(Log { ended: Some(ended), ..Log::default() });
    conn.play().await?;
    let expected =
        ["hello", "1 2", "ann", "Rain { millimetres: 3 }", "Dry", "7", "127.0.0.1", "true", "[1, 2]"];
    assert_eq!(lines.await.unwrap(), expected);
    registry.stop().await;
    Ok(())
}
