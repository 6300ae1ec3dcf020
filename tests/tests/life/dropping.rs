//! Actors that nobody can reach any more: they end what they were given, and are gone with what they hold.

use std::{iter, sync::Arc, time::Duration};

use callboard::{prelude::*, store::MemoryStore, testing::FaultyStore};
use callboard_tests::{forget, gate, heard, note, noted, pass, release};
use tokio::runtime::Builder;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted(u64);

/// Holds all that an actor can hold.
#[derive(Default, Serialize, Deserialize)]
struct Hoarder {
    count: u64,
    #[serde(skip)]
    neighbour: Option<HoarderHandle>,
    #[serde(skip)]
    line: Option<HoarderConn>,
    #[serde(skip)]
    itself: Option<Ctx<Hoarder>>,
}

#[actor(sleep_timeout = "1h", events(Counted))]
impl Hoarder {
    #[on_sleep]
    fn doze(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "slept");
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        let client = ctx.client();
        std::future::pending::<()>().await;
        drop(client);
        Ok(())
    }

    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, n: u64) -> u64 {
        self.count += n;
        ctx.broadcast(&Counted(self.count));
        self.count
    }

    #[action]
    fn count(&self) -> u64 {
        self.count
    }

    #[action]
    async fn add_once(&mut self, ctx: &Ctx<Self>, until: String) -> u64 {
        note(&until, "begun");
        gate(&until).notified().await;
        self.add(ctx, 1)
    }

    /// Asks for a turn beside its turns, once it may.
    #[action]
    fn add_beside(&self, ctx: &Ctx<Self>, until: String) {
        let beside = ctx.clone();
        ctx.keep_awake(async move {
            gate(&until).notified().await;
            note(&until, "asks");
            beside.turn(|hoarder| hoarder.count += 1).await
        });
    }

    #[action]
    fn add_later(&mut self, ctx: &Ctx<Self>) {
        ctx.after(Duration::from_secs(5), HoarderAction::Add { n: 10 }).unwrap();
    }

    /// Sets an alarm that would wake it for ever, and holds a handle, a connection, and itself.
    #[action]
    async fn hoard(&mut self, ctx: &Ctx<Self>) {
        ctx.every(Duration::from_secs(1), HoarderAction::Add { n: 0 }).unwrap();
        let neighbour = ctx.client().get_or_create::<Self>("neighbour");
        let line = neighbour.connect();
        line.add(100).await.unwrap();
        (self.neighbour, self.line, self.itself) = (Some(neighbour), Some(line), Some(ctx.clone()));
    }

    #[action]
    async fn ask_the_neighbour(&self) -> u64 {
        self.neighbour.as_ref().unwrap().count().await.unwrap()
    }
}

/// Never sleeps: it is in memory only, and always has something to do.
#[derive(Default)]
struct Restless;

#[actor(ephemeral)]
impl Restless {
    #[action]
    fn begin(&mut self, ctx: &Ctx<Self>) {
        ctx.every(Duration::from_secs(1), RestlessAction::Fidget {}).unwrap();
    }

    #[action]
    fn fidget(&self) {}
}

fn registry(store: &Arc<MemoryStore>) -> Registry {
    Registry::new().store(Arc::clone(store)).register::<Hoarder>().register::<Restless>()
}

/// Whether nobody has the store but the test.
fn is_free(store: &Arc<MemoryStore>) -> bool {
    Arc::strong_count(store) == 1
}

#[tokio::test(start_paused = true)]
async fn actors_are_gone_with_the_last_who_could_reach_them() {
    let store = Arc::new(MemoryStore::new());
    let registry = registry(&store);
    let (router, metrics, client) = (registry.router(), registry.metrics(), registry.client());
    let hoarder = client.get_or_create::<Hoarder>("hoarder");
    hoarder.hoard().await.unwrap();
    assert_eq!(hoarder.ask_the_neighbour().await.unwrap(), 100);
    client.get_or_create::<Restless>("restless").begin().await.unwrap();
    let conn = client.get_or_create::<Hoarder>("connected").connect();
    conn.add(1).await.unwrap();
    let subscription = conn.on(|_: Counted| {});

    drop((registry, router, metrics, client));
    pass(Duration::from_secs(1)).await;
    assert_eq!(hoarder.ask_the_neighbour().await.unwrap(), 100);
    drop(hoarder);
    pass(Duration::from_secs(1)).await;
    assert!(!is_free(&store), "there is still the connection");
    assert_eq!(conn.add(1).await.unwrap(), 2);
    drop((subscription, conn));
    pass(Duration::from_millis(1)).await;
    assert!(is_free(&store), "{} have the store", Arc::strong_count(&store));
    for key in ["hoarder", "neighbour", "connected"] {
        assert_eq!(noted(key), ["slept"], "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_outlives_its_registry_reaches_its_actor() {
    let store = Arc::new(MemoryStore::new());
    let registry = registry(&store);
    let late = registry.client().get_or_create::<Hoarder>("late");
    drop(registry);
    assert_eq!(late.add(1).await.unwrap(), 1);
    late.add_later().await.unwrap();
    pass(Duration::from_hours(3)).await;
    assert_eq!(late.count().await.unwrap(), 11);
    let (told, mut events) = heard();
    let conn = late.connect();
    drop(late);
    let _subscription = conn.on(move |counted: Counted| told.send(counted).unwrap());
    assert_eq!(conn.add(1).await.unwrap(), 12);
    assert_eq!(events.next().await, Counted(12));
    drop(conn);
    pass(Duration::from_millis(1)).await;
    assert!(is_free(&store));
}

#[tokio::test(start_paused = true)]
async fn what_was_given_to_actors_before_they_were_dropped_is_done_and_saved() {
    let store = Arc::new(MemoryStore::new());
    let last = registry(&store).client().get_or_create::<Hoarder>("last");
    let call = tokio::spawn({
        let last = last.clone();
        async move { last.add_once("told".into()).await }
    });
    begun("told").await;
    call.abort();
    let _ = call.await;
    last.tell(HoarderAction::Add { n: 1 }).await.unwrap();
    last.tell(HoarderAction::AddLater {}).await.unwrap();
    drop(last);
    pass(Duration::from_secs(1)).await;
    assert!(!is_free(&store), "an action is under way");
    release("told");
    pass(Duration::from_millis(1)).await;
    assert!(is_free(&store));

    let told = registry(&store).client().get_or_create::<Hoarder>("last");
    assert_eq!(told.count().await.unwrap(), 2);
    // The alarm rings once there is somebody for it.
    pass(Duration::from_secs(10)).await;
    assert_eq!(told.count().await.unwrap(), 12);
}

/// Nobody stops them then, and their tasks are dropped half-way.
#[test]
fn actors_are_gone_with_tokios_runtime() {
    // Often: which of the tasks is dropped first, and on which thread, differs.
    let builders = iter::repeat_with(|| [Builder::new_current_thread(), Builder::new_multi_thread()]);
    for mut builder in builders.take(10).flatten() {
        let store = Arc::new(MemoryStore::new());
        let faulty = FaultyStore::new(Arc::clone(&store));
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let registry = Registry::new().store(faulty.clone()).register::<Hoarder>();
        let client = registry.client();
        let hold = runtime.block_on(async {
            client.get_or_create::<Hoarder>("miser").hoard().await.unwrap();
            // One call is under way; a turn, a call and what was told wait for it.
            let busy = client.get_or_create::<Hoarder>("busy");
            busy.add_beside("turn".into()).await.unwrap();
            tokio::spawn({
                let busy = busy.clone();
                async move { busy.add_once("call".into()).await }
            });
            begun("call").await;
            release("turn");
            begun("turn").await;
            tokio::spawn({
                let busy = busy.clone();
                async move { busy.count().await }
            });
            busy.tell(HoarderAction::Add { n: 1 }).await.unwrap();
            // The answer to another waits for the store.
            let unsaved = client.get_or_create::<Hoarder>("unsaved");
            unsaved.count().await.unwrap();
            let (hold, batches) = (faulty.hold_batches(), faulty.batches());
            tokio::spawn(async move { unsaved.add(1).await });
            faulty.batches_reach(batches + 1).await;
            hold
        });
        drop(runtime);
        drop((client, registry, hold, faulty));
        assert!(is_free(&store), "{} have the store", Arc::strong_count(&store));
    }
}

/// In memory only, and idle between its calls: then it has no task.
#[derive(Default)]
struct Idler {
    calls: u32,
}

#[actor(ephemeral)]
impl Idler {
    #[action]
    fn count_call(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }
}

/// Calls it, and lets its task leave.
async fn calls_of(idler: &IdlerHandle) -> u32 {
    let calls = idler.count_call().await.unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    calls
}

#[test]
fn actors_without_a_task_are_gone_with_their_tokio_runtime_and_with_no_other() {
    let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let store = Arc::new(MemoryStore::new());
    let registry = Registry::new().store(Arc::clone(&store)).register::<Idler>();
    let client = registry.client();
    let (one, other) = (client.get_or_create::<Idler>("one"), client.get_or_create::<Idler>("other"));
    assert_eq!(first.block_on(calls_of(&one)), 1);
    assert_eq!(second.block_on(calls_of(&other)), 1);
    drop(first);
    assert_eq!(second.block_on(calls_of(&one)), 1, "it was gone with its runtime");
    assert_eq!(second.block_on(calls_of(&other)), 2, "it runs on another");
    drop(second);
    drop((registry, client, one, other));
    assert!(is_free(&store), "{} have the store", Arc::strong_count(&store));
}

/// Waits until something is noted on this page, and takes it off.
async fn begun(page: &str) {
    while noted(page).is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    forget(page);
}
