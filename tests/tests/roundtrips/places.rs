//! Through real actors: in one process, and over HTTP and sockets in each encoding.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use callboard::{
    Client,
    client::ConnectionError,
    prelude::*,
    store::{MemoryStore, Store},
    wire::{Encoding, Format, http::ErrorBody},
};
use callboard_tests::{World, heard, in_time};
use proptest::{
    prelude::{BoxedStrategy, Strategy},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    errors::{Failure, failures},
    value::{Any, Way, anything},
    wire::{debug, way},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said(Any);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Paired(String, Any);

/// Whose listeners are refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Secret(Any);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Job(Any);

/// What a client comes with, as params or as input.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Ask {
    /// It is turned away with the error that is noted under this number.
    Refused(usize),
    Taken(String, Any),
}

/// Gives everything back.
#[derive(Debug, Serialize, Deserialize)]
struct Echo {
    input: Option<Ask>,
    kept: Option<Any>,
    secret: usize,
}

/// The errors that actors are to fail with, by number: an error need not be serializable as a whole.
static FAILURES: Mutex<Vec<Failure>> = Mutex::new(Vec::new());

fn noted(failure: &Failure) -> usize {
    let mut failures = FAILURES.lock().unwrap();
    failures.push(failure.clone());
    failures.len() - 1
}

fn failure(number: usize) -> Failure {
    FAILURES.lock().unwrap()[number].clone()
}

#[actor(events(Said, Paired, Secret), queues(Job -> Any))]
impl Echo {
    #[on_create]
    fn create(input: Option<Ask>) -> Result<Self, Failure> {
        match input {
            Some(Ask::Refused(number)) => Err(failure(number)),
            input => Ok(Self { input, kept: None, secret: 0 }),
        }
    }

    #[on_before_connect]
    fn admit(&self, params: Option<Ask>) -> Result<Option<Ask>, Failure> {
        match params {
            Some(Ask::Refused(number)) => Err(failure(number)),
            params => Ok(params),
        }
    }

    #[on_subscribe(Secret)]
    fn may_hear(&self) -> Result<(), Failure> {
        Err(failure(self.secret))
    }

    #[on_request]
    fn serve(&self, request: http::Request<callboard::Body>) -> Result<String, Failure> {
        let number = request.uri().path().trim_matches('/').parse().unwrap();
        Err(failure(number))
    }

    #[run]
    async fn run(ctx: Ctx<Self>) {
        while let Some(job) = ctx.queue::<Job>().next().await {
            let Job(value) = job.body.clone();
            drop(job.complete(value).await);
        }
    }

    #[action]
    fn echo(&self, value: Any) -> Any {
        value
    }

    #[action]
    fn pair(&self, text: String, value: Any) -> (String, Any) {
        (text, value)
    }

    #[action]
    fn fail(&self, number: usize) -> Result<(), Failure> {
        Err(failure(number))
    }

    #[action]
    fn input(&self) -> Option<Ask> {
        self.input.clone()
    }

    #[action]
    fn params(&self, ctx: &Ctx<Self>) -> Option<Ask> {
        let caller = ctx.conn()?;
        Option::clone(&caller.state())
    }

    #[action]
    fn say(&self, ctx: &Ctx<Self>, text: String, value: Any) {
        ctx.broadcast(&Said(value.clone()));
        ctx.broadcast(&Paired(text, value));
    }

    #[action]
    fn say_later(&self, ctx: &Ctx<Self>, text: String, value: Any) {
        ctx.after(Duration::from_millis(1), EchoAction::Say { text, value }).unwrap();
    }

    #[action]
    fn keep(&mut self, value: Any) {
        self.kept = Some(value);
    }

    #[action]
    fn kept(&self) -> Option<Any> {
        self.kept.clone()
    }

    #[action]
    fn refuse_with(&mut self, number: usize) {
        self.secret = number;
    }
}

fn registry(store: impl Store) -> Registry {
    Registry::new().store(store).register::<Echo>()
}

/// A client, and what becomes of arguments on their way from it.
struct Road {
    client: Client,
    arguments: Way,
    /// `None` in one process.
    encoding: Option<Encoding>,
}

impl Road {
    /// What becomes of what is always encoded.
    fn encoded(&self) -> Way {
        self.encoding.map_or(Way::Cbor, |encoding| way(encoding.format()))
    }

    /// What becomes of params, which the network has in JSON alone.
    fn params(&self) -> Way {
        if self.encoding.is_some() { Way::Json } else { Way::Cbor }
    }

    fn actor(&self, key: &str) -> EchoHandle {
        let road = self.encoding.map_or("process", Encoding::name);
        self.client.get_or_create_with::<Echo>(format!("{road} {key}"), None).unwrap()
    }
}

/// Runs a test on every road to the actors of one world.
async fn on_every_road(test: impl AsyncFn(&Road)) {
    let inside = World::in_process(registry(MemoryStore::new()));
    let outside = World::network(registry(MemoryStore::new())).await;
    let url = outside.url.clone().unwrap();
    let mut roads = vec![Road { client: inside.client.clone(), arguments: Way::Moved, encoding: None }];
    for encoding in Encoding::ALL {
        let client = Client::builder(&url).encoding(encoding).build().unwrap();
        roads.push(Road { client, arguments: way(encoding.format()), encoding: Some(encoding) });
    }
    for road in &roads {
        in_time(test(road)).await;
    }
    drop(roads);
    inside.stop().await;
    outside.stop().await;
}

/// The same values in each run, so that no run fails that another has passed.
fn some<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..24).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn some_values() -> Vec<(String, Any)> {
    some(&(crate::value::texts(), anything()).boxed())
}

/// Those of them that fit into a header.
fn some_params() -> Vec<(String, Any)> {
    let fits = |value: &(String, Any)| callboard::wire::to_bytes(Format::Json, value).unwrap().len() < 1_000;
    some(&(crate::value::texts(), anything()).boxed()).into_iter().filter(fits).collect()
}

fn after((text, value): &(String, Any), way: Way) -> (String, Any) {
    (text.clone(), value.after(way))
}

#[tokio::test]
async fn arguments_and_replies_come_back() {
    on_every_road(async |road| {
        let handle = road.actor("arguments");
        let conn = handle.connect(None);
        for value in some_values() {
            let expected = after(&value, road.arguments);
            let (text, any) = value;
            assert_eq!(debug(&handle.echo(any.clone()).await.unwrap()), debug(&expected.1));
            assert_eq!(debug(&conn.echo(any.clone()).await.unwrap()), debug(&expected.1));
            assert_eq!(debug(&handle.pair(text.clone(), any.clone()).await.unwrap()), debug(&expected));
            assert_eq!(debug(&conn.pair(text, any).await.unwrap()), debug(&expected));
        }
    })
    .await;
}

#[tokio::test]
async fn events_come_back_at_once_and_from_schedules() {
    on_every_road(async |road| {
        let handle = road.actor("events");
        let conn = handle.connect(None);
        let (tell, mut said) = heard();
        conn.on(move |Said(value)| tell.send(value).unwrap_or(()));
        let (tell, mut paired) = heard();
        conn.on(move |Paired(text, value)| tell.send((text, value)).unwrap_or(()));
        conn.input().await.unwrap();
        for value in some_values() {
            let (text, any) = value.clone();
            for later in [false, true] {
                let expected = after(&value, road.encoded());
                if later {
                    conn.say_later(text.clone(), any.clone()).await.unwrap();
                } else {
                    conn.say(text.clone(), any.clone()).await.unwrap();
                }
                assert_eq!(debug(&said.next().await), debug(&expected.1), "later: {later}");
                assert_eq!(debug(&paired.next().await), debug(&expected), "later: {later}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn messages_and_their_answers_come_back() {
    on_every_road(async |road| {
        let handle = road.actor("messages");
        let conn = handle.connect(None);
        for (_, value) in some_values() {
            let expected = debug(&Some(value.after(road.encoded())));
            let wait = Duration::MAX;
            let answer = handle.send_and_wait(Job(value.clone()), wait).await.unwrap();
            assert_eq!(debug(&answer), expected);
            assert_eq!(debug(&conn.send_and_wait(Job(value), wait).await.unwrap()), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn params_come_back_over_both_headers() {
    on_every_road(async |road| {
        let handle = road.actor("params");
        let pairs = [("$$x", "y"), ("$BigInt", "12"), ("$Uint8Array", "AP8="), ("$Undefined", "")];
        let pairs = pairs.map(|(mark, text)| (mark.to_owned(), Any::Text(text.to_owned())));
        for value in pairs.into_iter().chain(some_params()) {
            let (text, any) = after(&value, road.params());
            let expected = debug(&Some(Ask::Taken(text, any)));
            let ask = Some(Ask::Taken(value.0, value.1));
            let conn = handle.connect(ask.clone());
            assert_eq!(debug(&conn.params().await.unwrap()), expected, "of a connection");
            let handle = handle.with_params(ask).unwrap();
            assert_eq!(debug(&handle.params().await.unwrap()), expected, "of a call");
        }
    })
    .await;
}

#[tokio::test]
async fn inputs_come_back() {
    on_every_road(async |road| {
        for (index, value) in some_values().iter().enumerate() {
            let (text, any) = after(value, Way::Cbor);
            // What the reply makes of it.
            let expected = debug(&Some(Ask::Taken(text, any.after(road.arguments))));
            let ask = Some(Ask::Taken(value.0.clone(), value.1.clone()));
            let key = format!("{:?} made {index}", road.encoding);
            let made = road.client.create_with::<Echo>(key, ask.clone()).await.unwrap();
            assert_eq!(debug(&made.input().await.unwrap()), expected, "of `create`");
            let key = format!("{:?} found {index}", road.encoding);
            let found = road.client.get_or_create_with::<Echo>(key, ask).unwrap();
            found.resolve().await.unwrap();
            assert_eq!(debug(&found.input().await.unwrap()), expected, "of `get_or_create`");
        }
    })
    .await;
}

#[tokio::test]
async fn errors_come_back_from_actions_hooks_and_subscriptions() {
    on_every_road(async |road| {
        let handle = road.actor("errors");
        let conn = handle.connect(None);
        for (index, failure) in some(&failures()).iter().enumerate() {
            let number = noted(failure);
            let moved = debug(&Some(failure.after(road.arguments)));
            let encoded = debug(&Some(failure.after(road.encoded())));
            assert_eq!(debug(&handle.fail(number).await.unwrap_err().action()), moved, "of a call");
            assert_eq!(debug(&conn.fail(number).await.unwrap_err().action()), moved, "on a connection");

            let refused = handle.connect(Some(Ask::Refused(number)));
            let error = refused.opened().await.unwrap_err();
            assert_eq!(debug(&error.declared::<Failure>()), encoded, "of `#[on_before_connect]`");
            let judged = handle.with_params(Some(Ask::Refused(number))).unwrap();
            let error = judged.echo(Any::Plain).await.unwrap_err();
            let error = ConnectionError::from(error.fault().unwrap().clone());
            assert_eq!(debug(&error.declared::<Failure>()), encoded, "of a call that it judges");
            let error = judged.send(Job(Any::Plain)).await.unwrap_err();
            let error = ConnectionError::from(error.fault().unwrap().clone());
            assert_eq!(debug(&error.declared::<Failure>()), encoded, "of a message that it judges");

            handle.refuse_with(number).await.unwrap();
            let refusal = conn.on(|_: Secret| ()).refused().await.unwrap();
            assert_eq!(debug(&refusal.declared::<Failure>()), encoded, "of `#[on_subscribe]`");

            let key = format!("{:?} unmade {index}", road.encoding);
            let unmade = road.client.create_with::<Echo>(key, Some(Ask::Refused(number))).await;
            let error = ConnectionError::from(unmade.unwrap_err().fault().unwrap().clone());
            // The control API is always JSON.
            let expected = failure.after(road.params());
            assert_eq!(debug(&error.declared::<Failure>()), debug(&Some(expected)), "of `#[on_create]`");
        }
    })
    .await;
}

#[tokio::test]
async fn errors_of_raw_requests_come_back_from_their_bodies() {
    let world = World::network(registry(MemoryStore::new())).await;
    let handle = world.client.get_or_create_with::<Echo>("raw", None).unwrap();
    let id = handle.resolve().await.unwrap();
    let address = world.url.as_deref().unwrap().trim_start_matches("http://");
    for failure in some(&failures()) {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let path = format!("/gateway/{id}/request/{}", noted(&failure));
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        socket.read_to_end(&mut response).await.unwrap();
        let body = response.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        let fault = ErrorBody::decode(Encoding::Json, &response[body..]).unwrap().fault;
        let declared = ConnectionError::from(fault).declared::<Failure>();
        assert_eq!(debug(&declared), debug(&Some(failure.after(Way::Json))));
    }
    world.stop().await;
}

#[tokio::test]
async fn states_come_back_after_a_restart() {
    let store = Arc::new(MemoryStore::new());
    let values = some_values();
    let world = World::in_process(registry(Arc::clone(&store)));
    for (index, (_, value)) in values.iter().enumerate() {
        let handle = world.client.get_or_create_with::<Echo>(index.to_string(), None).unwrap();
        handle.keep(value.clone()).await.unwrap();
    }
    world.stop().await;
    let world = World::in_process(registry(store));
    for (index, (_, value)) in values.iter().enumerate() {
        let handle = world.client.get_or_create_with::<Echo>(index.to_string(), None).unwrap();
        assert_eq!(debug(&handle.kept().await.unwrap()), debug(&Some(value.after(Way::Cbor))));
    }
    world.stop().await;
}
