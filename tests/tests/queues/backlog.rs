//! What waits is in memory by a few messages at a time, however much it is, and all queues have a limit together.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Twelve of them are as much as is in memory of a queue.
fn long_letter(number: u32) -> Letter {
    Letter { number, text: "x".repeat(10_000) }
}

/// How many messages a queue has in memory at most.
const WINDOW: usize = 13;

#[tokio::test(start_paused = true)]
async fn an_actor_wakes_with_a_few_messages_and_reads_the_others_as_they_are_taken() {
    let store = store();
    let first = open(store.clone());
    let shop = first.client().get_or_create::<Shop>("wakes");
    for n in 0..300 {
        shop.send(long_letter(n)).await.unwrap();
    }
    first.stop().await;
    drop(first);

    let before = store.messages_read();
    let second = open(store.clone());
    let shop = second.client().get::<Shop>("wakes");
    pass_s(1).await;
    // It was woken for its messages, and rests; this wakes it again.
    assert_eq!(shop.peek().await.unwrap(), Some(0));
    pass_s(1).await;
    let read = store.messages_read() - before;
    assert!((1..=2 * WINDOW).contains(&read), "{read}");
    let before = store.messages_read();
    // Each turn finds the next one there.
    for n in 0..300 {
        assert_eq!(shop.read_letter().await.unwrap(), Some(n));
        assert!(store.messages_read() - before <= n as usize + 1 + WINDOW);
    }
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert!(store.messages_read() - before < 300, "each was read once");
}

#[tokio::test(start_paused = true)]
async fn what_comes_faster_than_it_is_handled_waits_in_the_store_alone() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("live");
    for n in 0..200 {
        shop.send(long_letter(n)).await.unwrap();
    }
    for n in 0..100 {
        assert_eq!(shop.read_letter().await.unwrap(), Some(n));
        shop.send(long_letter(200 + n)).await.unwrap();
    }
    for n in 100..300 {
        assert_eq!(shop.read_letter().await.unwrap(), Some(n));
    }
    assert_eq!(shop.read_letter().await.unwrap(), None);
    // Those that were in memory when they came were not read.
    assert!((300 - WINDOW..=300).contains(&store.messages_read()), "{}", store.messages_read());
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_is_handled_again_however_much_waits_behind_it() {
    quiet_panics();
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("back");
    for n in 0..100 {
        shop.send(long_letter(n)).await.unwrap();
    }
    let mut waiting = pin!(shop.send_and_wait(long_letter(100), Duration::MAX));
    assert!(poll!(&mut waiting).is_pending());
    for n in 0..100 {
        match n % 3 {
            0 => drop(shop.read_letter_and_panic().await.unwrap_err()),
            1 => {
                store.fail_batches(1);
                shop.read_letter().await.unwrap_err();
            }
            _ => {}
        }
        assert!(poll!(&mut waiting).is_pending());
        assert_eq!(shop.read_letter().await.unwrap(), Some(n));
    }
    store.lose_answers(1);
    shop.read_letter().await.unwrap_err();
    assert_eq!(code(waiting.await), "rivetkit.internal_error", "it is handled, and the response is lost");
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.letters().await.unwrap(), (0..=100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn messages_that_cannot_be_read_are_read_later_and_hold_nothing_else_up() {
    let store = store();
    let registry = open(store.clone());
    let shop = registry.client().get_or_create::<Shop>("unreadable");
    for n in 0..50 {
        shop.send(long_letter(n)).await.unwrap();
    }
    store.fail_reads(3);
    let mut read = Vec::new();
    while let Some(n) = shop.read_letter().await.unwrap() {
        read.push(n);
    }
    assert!(read.len() < 50, "those that are in memory");
    assert_eq!(shop.wakes().await.unwrap(), 1);
    pass_s(4).await;
    while let Some(n) = shop.read_letter().await.unwrap() {
        read.push(n);
    }
    assert_eq!(read, (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_long_backlog_is_worked_off_by_run_in_order() {
    let store = store();
    let first = Registry::new().register::<earlier::Heap>().store(store.clone());
    let heap = first.client().get_or_create::<earlier::Heap>("run");
    for n in 0..500 {
        heap.send(Sack(n, "x".repeat(5_000))).await.unwrap();
    }
    first.stop().await;
    drop(first);

    let second = World::network(Registry::new().register::<Heap>().store(store)).await;
    let heap = second.client.get::<Heap>("run");
    assert_eq!(heap.send_and_wait(Sack(500, String::new()), 60 * SECOND).await.unwrap(), Some(501));
    assert_eq!(heap.carried().await.unwrap(), (0..=500).collect::<Vec<_>>());
    second.stop().await;
}

/// Something to be carried, which takes some room.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sack(u32, String);

/// Carries sacks away.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Heap {
    carried: Vec<u32>,
}

#[actor(queues(Sack -> usize))]
impl Heap {
    #[run]
    async fn run(ctx: Ctx<Self>) {
        while let Some(sack) = ctx.queue::<Sack>().next().await {
            let carried = sack.complete_with(|heap, sack| {
                heap.carried.push(sack.0);
                heap.carried.len()
            });
            drop(carried.await);
        }
    }

    #[action]
    fn carried(&self) -> Vec<u32> {
        self.carried.clone()
    }
}

/// The same before anybody carried any.
mod earlier {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(super) struct Heap {
        carried: Vec<u32>,
    }

    #[actor(queues(Sack -> usize))]
    impl Heap {
        #[action]
        fn throw_all(&mut self, ctx: &Ctx<Self>) -> usize {
            let mut thrown = 0;
            while let Some(sack) = ctx.queue::<Sack>().try_next() {
                sack.complete(0);
                thrown += 1;
            }
            thrown
        }

        #[action]
        fn burn(&self, ctx: &Ctx<Self>) {
            ctx.destroy();
        }

        #[action]
        fn add(&mut self, ctx: &Ctx<Self>, size: usize) -> Option<String> {
            ctx.queue::<Sack>().send(Sack(0, "x".repeat(size))).err().map(|fault| fault.to_string())
        }
    }
}

/// How many are at work on what the last process has left, and how many have been.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);
static BEGUN: AtomicUsize = AtomicUsize::new(0);

/// Works off what it has for an hour, or asks for nothing.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Worker;

#[actor(queues(Job), sleep_timeout = "1h")]
impl Worker {
    #[run]
    async fn run(ctx: Ctx<Self>) {
        BEGUN.fetch_add(1, Ordering::Relaxed);
        if ctx.key().to_string().starts_with("idle") {
            return std::future::pending().await;
        }
        while let Some(job) = ctx.queue::<Job>().next().await {
            AT_WORK.fetch_add(1, Ordering::Relaxed);
            gate("work").notified().await;
            AT_WORK.fetch_sub(1, Ordering::Relaxed);
            drop(job.complete(()).await);
        }
    }
}

/// The same before anybody worked.
mod unstaffed {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(super) struct Worker;

    #[actor(queues(Job))]
    impl Worker {
        #[action]
        fn look(&self) {}
    }
}

#[tokio::test(start_paused = true)]
async fn few_actors_at_a_time_are_woken_for_their_messages_and_none_keeps_others_waiting_for_ever() {
    let store = store();
    let first = Registry::new().register::<unstaffed::Worker>().store(store.clone());
    for n in 0..200 {
        let key = if n % 2 == 0 { format!("idle {n}") } else { format!("busy {n}") };
        first.client().get_or_create::<unstaffed::Worker>(key).send(Job(n)).await.unwrap();
    }
    first.stop().await;
    drop(first);

    let second = World::network(Registry::new().register::<Worker>().store(store)).await;
    pass(Duration::from_millis(100)).await;
    assert_eq!(BEGUN.load(Ordering::Relaxed), 64, "half of them ask for nothing");
    assert_eq!(AT_WORK.load(Ordering::Relaxed), 32);
    // Who does not ask for messages gives its place away soon, and who does not get on with them later.
    pass_s(2).await;
    assert_eq!(BEGUN.load(Ordering::Relaxed), 96);
    pass_s(60).await;
    assert_eq!(BEGUN.load(Ordering::Relaxed), 200);
    assert_eq!(AT_WORK.load(Ordering::Relaxed), 100);
    for _ in 0..100 {
        release("work");
    }
    pass_s(5).await;
    assert_eq!(AT_WORK.load(Ordering::Relaxed), 0);
    second.stop().await;
}

/// What a sack of 1,000 bytes takes: its body in CBOR, and what a message takes beside it.
const SACK: u64 = 1 + 1 + 3 + 1_000 + 128;

fn sack() -> Sack {
    Sack(0, "x".repeat(1_000))
}

fn heaps(store: FaultyStore, sacks: u64) -> Registry {
    let limits = Limits::new().queued_bytes_total(sacks * SACK);
    Registry::new().register::<earlier::Heap>().store(store).limits(limits)
}

#[tokio::test(start_paused = true)]
async fn all_queues_together_hold_so_many_bytes_and_no_more() {
    let store = store();
    let registry = heaps(store.clone(), 4);
    let [one, two] = ["one", "two"].map(|key| registry.client().get_or_create::<earlier::Heap>(key));
    for heap in [&one, &one, &two, &two] {
        heap.send(sack()).await.unwrap();
    }
    for heap in [&one, &two] {
        assert_eq!(code(heap.send(sack()).await), "queue.full");
        assert!(heap.add(1_000).await.unwrap().is_some_and(|refused| refused.contains("queue.full")));
    }
    // What is handled has gone once that is saved.
    assert_eq!(one.throw_all().await.unwrap(), 2);
    one.send(sack()).await.unwrap();
    assert_eq!(two.add(1_000).await.unwrap(), None);
    assert_eq!(code(one.send(sack()).await), "queue.full");
    // What could not be saved takes no room, nor what was taken back.
    two.throw_all().await.unwrap();
    for _ in 0..5 {
        store.fail_batches(1);
        one.send(sack()).await.unwrap_err();
        store.fail_batches(1);
        one.add(1_000).await.unwrap_err();
        store.fail_batches(1);
        one.throw_all().await.unwrap_err();
    }
    for _ in 0..3 {
        two.send(sack()).await.unwrap();
    }
    assert_eq!(code(two.send(sack()).await), "queue.full");
    // Who is destroyed takes all it has along.
    two.burn().await.unwrap();
    for _ in 0..3 {
        one.send(sack()).await.unwrap();
    }
    assert_eq!(code(one.send(sack()).await), "queue.full");
}

#[tokio::test(start_paused = true)]
async fn what_waits_since_the_last_process_counts_whether_its_actor_is_awake_or_not() {
    let store = store();
    let first = heaps(store.clone(), 100);
    for key in ["a", "b", "c"] {
        let heap = first.client().get_or_create::<earlier::Heap>(key);
        heap.send(sack()).await.unwrap();
    }
    first.stop().await;
    drop(first);

    let second = heaps(store, 4);
    let new = second.client().get_or_create::<earlier::Heap>("new");
    new.send(sack()).await.unwrap();
    assert_eq!(code(new.send(sack()).await), "queue.full");
    assert_eq!(second.client().get::<earlier::Heap>("a").throw_all().await.unwrap(), 1);
    new.send(sack()).await.unwrap();
    assert_eq!(code(new.send(sack()).await), "queue.full");
    second.client().get::<earlier::Heap>("b").burn().await.unwrap();
    new.send(sack()).await.unwrap();
    assert_eq!(code(new.send(sack()).await), "queue.full");
}

#[tokio::test(start_paused = true)]
async fn messages_of_actors_that_are_in_no_store_count_while_they_are_there() {
    let limits = Limits::new().queued_bytes_total(1_000);
    let registry = open(MemoryStore::new()).limits(limits);
    let shop = registry.client().get_or_create::<PopUpShop>("pop-up");
    let stored = registry.client().get_or_create::<Shop>("stored");
    let mut sent = 0;
    while shop.send(letter(sent)).await.is_ok() {
        sent += 1;
    }
    assert!((5..8).contains(&sent), "{sent}");
    assert_eq!(code(stored.send(letter(0)).await), "queue.full");
    shop.read_letter().await.unwrap();
    stored.send(letter(0)).await.unwrap();
    shop.destroy().await.unwrap();
    pass_s(1).await;
    for _ in 1..sent {
        stored.send(letter(0)).await.unwrap();
    }
    assert_eq!(code(stored.send(letter(0)).await), "queue.full");
}
