// Check that actions can be called like functions of the framework's traits, events like its types, and arguments like
// anything: what the clients have is what was written.

use callboard::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Action(u64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Handle;

#[derive(Default, Serialize, Deserialize)]
struct Odd {
    saved: u64,
}

#[actor(name = "Odd one", events(Action, Handle = "handle/closed"))]
impl Odd {
    /// Not `Actor::save`.
    #[action]
    fn save(&mut self, bytes: u64) -> u64 {
        self.saved = bytes;
        bytes
    }

    /// Not `Actor::load`.
    #[action]
    fn load(&self) -> u64 {
        self.saved
    }

    /// Not `Actor::dispatch_read`.
    #[action]
    fn dispatch_read(&self, action: String) -> String {
        action
    }

    /// Not `Action::info`, `Action::encode`, `Action::decode`.
    #[action]
    async fn info(&self) -> String {
        "info".to_owned()
    }

    #[action(name = "en.code")]
    fn encode(&self, args: Vec<u8>) -> Vec<u8> {
        args
    }

    #[action]
    fn decode(&self, name: String, args: Option<Vec<u8>>) -> (String, Option<Vec<u8>>) {
        (name, args)
    }

    /// Not `From::from`, `Into::into`, `Deref::deref`.
    #[action]
    fn from(&self, inner: u8) -> u8 {
        inner
    }

    #[action]
    fn into(&self) {}

    #[action]
    fn deref(&self, r#self_: bool, r#fn: bool) -> bool {
        self_ && r#fn
    }

    /// Not the hook.
    #[action]
    fn on_connect(&self, ctx: &Ctx<Self>) -> usize {
        ctx.broadcast(&Action(1));
        ctx.broadcast(&Handle);
        ctx.conns().count()
    }

    #[on_connect]
    fn run(&mut self) {
        self.saved += 1;
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(Odd::NAME, "Odd one");
    let registry = Registry::new().in_memory().register::<Odd>();
    let odd = registry.client().get_or_create::<Odd>("one");
    assert_eq!(odd.save(7).await?, 7);
    let conn = odd.connect();
    conn.opened().await?;
    assert_eq!(conn.load().await?, 8);
    assert_eq!(conn.dispatch_read("x".into()).await?, "x");
    assert_eq!(conn.encode(vec![1]).await?, [1]);
    assert_eq!(conn.decode("x".into(), Some(vec![])).await?, ("x".to_owned(), Some(vec![])));
    assert_eq!(conn.from(3).await?, 3);
    OddConn::into(&conn).await?;
    assert!(OddConn::deref(&conn, true, true).await?);
    let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
    conn.on_any(move |event| drop(heard.send(event)));
    assert_eq!(conn.on_connect().await?, 1);
    assert!(matches!(hears.recv().await, Some(OddEvent::Action(Action(1)))));
    assert!(matches!(hears.recv().await, Some(OddEvent::Handle(Handle))));
    registry.stop().await;
    Ok(())
}
