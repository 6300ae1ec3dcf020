//! `Limits`: how much a client may ask of a server, and how long anything may take.
//!
//! To add a limit, all in this file: a field of [`Limits`], its default, its setter with its page (in `settings!`, or
//! by hand if zero takes the limit away), and a row in the table at [`Limits`]. Then, outside of it:
//!
//! 1. enforce it where the resource is: `server/net/permits.rs` (per address), `server/http/` (requests), `server/ws/`
//!    (sockets), `host/connections/in_flight.rs` (calls), `delivery/outbox/` (send queues), `host/queues/` (messages),
//!    `host/admission/` (actors);
//! 2. say it: a code and a fault (`error/mod.rs` has how), whose text names the limit;
//! 3. test it: a case in `runtime/tests/server_limits/`, at the limit and one beyond;
//! 4. if it is per address, call [`LimitWarnings::reached`](limit_warnings::LimitWarnings::reached) where it refuses,
//!    and add it to [`Limits::are_per_address`] if it also holds for a router.
//!
//! Constants that no setting changes are in `server/net/timeouts.rs`.

pub(crate) mod limit_warnings;
pub(crate) mod memory_budget;

use std::time::Duration;

/// How much a server takes from the network, and for how long it waits: [`Registry::limits`](crate::Registry::limits).
///
/// What is beyond a limit is refused with an error that says which limit it was; other clients are not affected.
/// Calls in the same process have none of these limits, except [`outgoing_message`](Self::outgoing_message) for
/// events, and those of [queued messages](Self::queued_message_bytes). Where RivetKit has such a limit, its default
/// is the default here.
///
/// | limit | unit | default | beyond it |
/// |---|---|---|---|
/// | [`incoming_message`](Self::incoming_message) | bytes | 64 KiB | `message.incoming_too_long`, for that call; a connection is closed with it (1011) if the message is no call |
/// | [`outgoing_message`](Self::outgoing_message) | bytes | 1 MiB | an answer becomes `message.outgoing_too_long`; an event is a [`SendError`](crate::context::SendError) of the actor's |
/// | [`send_queue_bytes`](Self::send_queue_bytes) | bytes | 256 KiB | an event does what its `slow = ..` says; for an answer the connection is closed: `message.outgoing_queue_full` (1011) |
/// | [`send_queue_messages`](Self::send_queue_messages) | messages | 4,096 | the same |
/// | [`send_queue_excess`](Self::send_queue_excess) | bytes | 8 MiB | a [`SendError`](crate::context::SendError) of the actor's; for a broadcast and an answer the connection is closed: `message.outgoing_queue_full` (1011) |
/// | [`input`](Self::input) | bytes of CBOR | 64 KiB | `message.input_too_long` |
/// | [`query_input`](Self::query_input) | bytes of CBOR | 4 KiB | `message.input_too_long` |
/// | [`params`](Self::params) | bytes of JSON | 4 KiB | `message.params_too_long` |
/// | [`key_parts`](Self::key_parts) | parts | 32 | `actor.key_too_long` |
/// | [`key_part`](Self::key_part) | characters | 128 | `actor.key_too_long` |
/// | [`head`](Self::head) | bytes | 32 KiB | status 431, `api.headers_too_long` |
/// | [`body`](Self::body) | bytes | 20 MiB | `message.incoming_too_long`, without its rest being read; a connection is closed with it (1011) |
/// | [`sockets`](Self::sockets) | sockets | 16,384 | status 503, `guard.too_many_connections`, as soon as it is accepted |
/// | [`sockets_per_address`](Self::sockets_per_address) | sockets | 2,048 | the same |
/// | [`connections`](Self::connections) | open `WebSocket`s | 10,000 | closed with 1013, `guard.too_many_connections` |
/// | [`connections_per_address`](Self::connections_per_address) | open `WebSocket`s | 1,000 | the same |
/// | [`subscriptions`](Self::subscriptions) | events of a connection, and those that its actor is yet to be asked about | 256 | `connection.too_many_subscriptions`, for that listener |
/// | [`queued_message_bytes`](Self::queued_message_bytes) | bytes | 64 KiB | `queue.message_too_large` |
/// | [`queue_depth`](Self::queue_depth) | messages of a queue | 1,000 | `queue.full` |
/// | [`queued_bytes_total`](Self::queued_bytes_total) | bytes of all queues | 4 GiB | `queue.full` |
/// | [`actors_awake`](Self::actors_awake) | actors | 100,000 | the one that is idle longest is put to sleep first; if none can, status 503, `guard.service_unavailable` |
/// | [`actors_made_per_second`](Self::actors_made_per_second) | actors made in a second for clients that are let in | 2,000 | status 503, `guard.service_unavailable`; clients try again |
/// | [`actors_made_per_second_per_address`](Self::actors_made_per_second_per_address) | the same of an address | 200 | the same |
/// | [`calls_in_flight`](Self::calls_in_flight) | calls of a connection | 1,024 | `connection.too_many_calls`, for that call |
/// | [`bytes_in_flight`](Self::bytes_in_flight) | bytes of their arguments | 1 MiB | the same |
/// | [`reads_in_flight`](Self::reads_in_flight) | actions of a connection | 64 | the next one waits |
/// | [`reads_in_flight_per_address`](Self::reads_in_flight_per_address) | actions of an address, for one actor | 1,024 | the same |
/// | [`buffered`](Self::buffered) | bytes | 512 MiB | status 503, `guard.overloaded`; for a call on a connection `connection.too_many_calls` |
/// | [`buffered_per_address`](Self::buffered_per_address) | bytes | 16 MiB | the same |
/// | [`requests_per_second`](Self::requests_per_second) | requests of an address | none | status 429, `guard.too_many_requests` |
/// | [`head_timeout`](Self::head_timeout) | time | 30 s | the socket is closed |
/// | [`body_timeout`](Self::body_timeout) | time | 60 s | status 408, `api.body_timed_out` |
/// | [`open_timeout`](Self::open_timeout) | time | 30 s | closed with 1011, `guard.actor_ready_timeout`; clients try again |
/// | [`ping_interval`](Self::ping_interval) | time | 30 s | dropped after twice as much silence |
/// | [`message_timeout`](Self::message_timeout) | time | 2 min | closed with 1011, `message.incoming_timed_out` |
/// | [`slow_timeout`](Self::slow_timeout) | time | 7 s | dropped, if its queue was full meanwhile, or holds more than it may |
///
/// The address of a client is that of its socket. Behind a proxy all clients have the proxy's address, unless the
/// proxy is named with [`Registry::trusted_proxies`](crate::Registry::trusted_proxies); this is true of proxies on
/// the same machine too. While no proxy is named, the log warns once for each limit per address that is reached. IPv6
/// addresses count by their first 64 bits, which is what one customer gets. A server of your own around
/// [`Registry::router`](crate::Registry::router) must pass on the addresses (`axum::serve(listener,
/// app.into_make_service_with_connect_info::<SocketAddr>())`): without them limits per address do nothing, and the
/// log says so once.
///
/// ```
/// # use callboard::{Limits, Registry};
/// let limits = Limits::new().incoming_message(256 * 1024).requests_per_second(50);
/// let registry = Registry::new().limits(limits);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(crate) incoming_message: usize,
    pub(crate) outgoing_message: usize,
    pub(crate) send_queue_bytes: usize,
    pub(crate) send_queue_messages: usize,
    pub(crate) send_queue_excess: usize,
    pub(crate) input: usize,
    pub(crate) query_input: usize,
    pub(crate) params: usize,
    pub(crate) key_parts: usize,
    pub(crate) key_part: usize,
    pub(crate) head: usize,
    pub(crate) body: usize,
    pub(crate) sockets: usize,
    pub(crate) sockets_per_address: usize,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) queued_message_bytes: usize,
    pub(crate) queue_depth: usize,
    pub(crate) queued_bytes_total: u64,
    pub(crate) subscriptions: usize,
    pub(crate) calls_in_flight: usize,
    pub(crate) bytes_in_flight: usize,
    pub(crate) reads_in_flight: usize,
    pub(crate) reads_in_flight_per_address: usize,
    pub(crate) buffered: usize,
    pub(crate) buffered_per_address: usize,
    pub(crate) actors_awake: usize,
    pub(crate) actors_made_per_second: Option<u32>,
    pub(crate) actors_made_per_second_per_address: Option<u32>,
    pub(crate) requests_per_second: Option<u32>,
    pub(crate) head_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) open_timeout: Duration,
    pub(crate) ping_interval: Duration,
    pub(crate) message_timeout: Duration,
    pub(crate) slow_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            incoming_message: 64 << 10,
            outgoing_message: 1 << 20,
            send_queue_bytes: 256 << 10,
            send_queue_messages: 4096,
            send_queue_excess: 8 << 20,
            input: 64 << 10,
            query_input: crate::wire::input::MAX_QUERY_INPUT,
            params: 4 << 10,
            key_parts: 32,
            key_part: 128,
            head: 32 << 10,
            body: 20 << 20,
            sockets: 16_384,
            sockets_per_address: 2048,
            connections: 10_000,
            connections_per_address: 1000,
            queued_message_bytes: 64 << 10,
            queue_depth: 1000,
            queued_bytes_total: 4 << 30,
            subscriptions: 256,
            calls_in_flight: 1024,
            bytes_in_flight: 1 << 20,
            reads_in_flight: 64,
            reads_in_flight_per_address: 1024,
            buffered: 512 << 20,
            buffered_per_address: 16 << 20,
            actors_awake: 100_000,
            actors_made_per_second: Some(2_000),
            actors_made_per_second_per_address: Some(200),
            requests_per_second: None,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_mins(1),
            open_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(30),
            message_timeout: Duration::from_mins(2),
            slow_timeout: Duration::from_secs(7),
        }
    }
}

macro_rules! settings {
    ($($(#[$doc:meta])+ $name:ident: $type:ty;)+) => {
        impl Limits {
            $(
                $(#[$doc])+
                pub fn $name(mut self, $name: $type) -> Self {
                    self.$name = $name;
                    self
                }
            )+
        }
    };
}

settings! {
    /// Bytes of one incoming message on a connection, and of the body of a call. Clients learn it from the header
    /// `x-callboard-max-message` of handshakes and of answers to calls. Of a longer message the first 4 KiB are kept,
    /// which say which call it is; that call is answered with an error, and the other calls of the connection go on.
    incoming_message: usize;
    /// Bytes of one outgoing message: an event, the answer to a call.
    outgoing_message: usize;
    /// Bytes that may wait to be written to one connection. A single larger message is accepted when nothing else
    /// waits.
    send_queue_bytes: usize;
    /// Messages that may wait to be written to one connection.
    send_queue_messages: usize;
    /// Bytes by which one turn may exceed [`send_queue_bytes`](Self::send_queue_bytes) and
    /// [`send_queue_messages`](Self::send_queue_messages), where each message too many counts as 64 bytes. What a
    /// turn sends before it could be written does not make its client a slow one. A client that has not taken what
    /// was sent before has no such room. The excess counts as [`buffered`](Self::buffered), and must be written
    /// within [`slow_timeout`](Self::slow_timeout).
    send_queue_excess: usize;
    /// Bytes (CBOR) of the input of an actor that is made through the control API.
    input: usize;
    /// Bytes (CBOR) of the input of an actor in its address. Clients assume 4 KiB.
    query_input: usize;
    /// Bytes (JSON) of the params of a connection.
    params: usize;
    /// Parts of an actor's key.
    key_parts: usize;
    /// Characters of one part of an actor's key.
    key_part: usize;
    /// Bytes of a request's line and headers. There may be 100 headers.
    head: usize;
    /// Bytes of any body, and of any message on a connection. What is too long for its purpose is read up to this
    /// limit and discarded, so that its sender reads the answer.
    body: usize;
    /// Open sockets, whatever they are used for. Counted by [`Registry::serve`](crate::Registry::serve) and
    /// [`serve_listener`](crate::Registry::serve_listener) only. Stay below the number of file descriptors that the
    /// system grants the process.
    sockets: usize;
    /// Open sockets of one address.
    sockets_per_address: usize;
    /// Open `WebSocket`s.
    connections: usize;
    /// Open `WebSocket`s of one address.
    connections_per_address: usize;
    /// Bytes of one message to a queue, both as it is sent and as it is kept, which is in CBOR.
    queued_message_bytes: usize;
    /// Messages that one queue of an actor may hold, including those that are taken and not completed.
    queue_depth: usize;
    /// Bytes that the queues of all actors may hold together, on the disk or in memory. Each message counts as its
    /// body and 128 bytes. Of what is on the disk at most 32 MiB are also in memory, and the first message of each
    /// queue of an actor that is awake.
    queued_bytes_total: u64;
    /// Actors that are awake or [provisional](macro@crate::actor#provisional). For one more, the actor that is idle
    /// longest sleeps before its `sleep_timeout`. If none can sleep, because all have connections or work to do,
    /// clients over the network are refused as by [`actors_made_per_second`](Self::actors_made_per_second); clients
    /// in the same process, alarms and messages are not. Zero removes the limit.
    ///
    /// The memory of an actor is free for others once it sleeps. Whether the system gets it back is up to the
    /// allocator: after a wave of actors glibc keeps nearly all of it, and jemalloc with `background_thread:true`
    /// returns it within seconds.
    actors_awake: usize;
    /// Events that one connection may be subscribed to, and, counted apart, subscriptions of it that may wait for
    /// `#[on_subscribe]`. A client that sends more of the latter is read from less often, as with
    /// [calls](Self::calls_in_flight).
    subscriptions: usize;
    /// Calls of one connection that may wait for their answers. A client that sends more is read from less often,
    /// down to once in 64 ms, until a call is accepted again.
    calls_in_flight: usize;
    /// Bytes of the arguments of these calls, as they came. A single larger call is accepted when no other waits.
    bytes_in_flight: usize;
    /// Actions of one connection that read and await (`&self`, `async fn`) and run at the same time. Further calls of
    /// the connection wait until one of them ends, in order. At least one runs.
    reads_in_flight: usize;
    /// Such actions of all connections and requests of one address, at one actor.
    reads_in_flight_per_address: usize;
    /// Bytes that the server holds for all clients: of requests that are half read, of the arguments of calls under
    /// way, and of what waits to be written beyond the limits of a send queue. A request's head counts twice, for the
    /// buffer that it is read into. The first 8 KiB of each are free, so that small requests are served whatever
    /// others hold. A message that is half read on a connection is not counted, nor what a raw handler keeps of a
    /// body.
    buffered: usize;
    /// Such bytes of one address.
    buffered_per_address: usize;
    /// How long a request's head may take, and how long a socket may wait for its next request.
    head_timeout: Duration;
    /// How long a body may take.
    body_timeout: Duration;
    /// How long a connection may take to open, from the handshake to its first frame.
    open_timeout: Duration;
    /// How long a connection may be silent before it is pinged. It is dropped if it stays silent for as long again.
    /// Every byte from it ends the silence, whole message or not. It is also dropped if it takes nothing of what is
    /// written to it for this long.
    ping_interval: Duration;
    /// How long one message may take to arrive on an open `WebSocket`, from its first byte to its last. A client that
    /// sends a byte now and then is not silent, but holds memory for a message all the while.
    message_timeout: Duration;
    /// How long a connection whose send queue is full may take over what is being written to it, which is at most 64
    /// KiB or a single message. A client that takes it in time learns how many events it has missed. The time counts
    /// from when the system's buffers are full, which takes a while: with 7 s, a client that stops reading is dropped
    /// within 10 s.
    slow_timeout: Duration;
}

impl Limits {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Actors that may be made in a second for clients over the network; a second's worth may come at once. Beyond
    /// it, the call, connection or request that would make one is refused with `guard.service_unavailable`, whose
    /// metadata names the `limit`, and over HTTP with status 503 and `retry-after`: clients try again by themselves.
    /// Zero removes the limit.
    ///
    /// An actor counts once, when `#[on_create]` has succeeded for the caller that was let in, just before its first
    /// commit. An actor that is not saved counts each time it is made, which is after each sleep. Neither counted nor
    /// refused, by this limit or the one per address, are
    ///
    /// - callers that `#[on_before_connect]` refuses, though an actor was
    ///   [provisional](macro@crate::actor#provisional) for them: however many they are, they are refused the same
    ///   way, whether the actor exists or not;
    /// - callers that only look for an actor (`get`, `GET /actors`): they get `actor.not_found` or an empty list if
    ///   there is none;
    /// - callers of an actor that exists, awake or asleep, or that another caller is making;
    /// - actors that `#[on_create]` refuses (though a caller that has made too many already is refused before it
    ///   runs, if the actor has no `#[on_before_connect]`);
    /// - clients in the same process, and actors that actors make.
    ///
    /// How many actors are provisional at a time is bounded by [`actors_awake`](Self::actors_awake): each counts as
    /// awake.
    pub fn actors_made_per_second(mut self, actors: u32) -> Self {
        self.actors_made_per_second = Some(actors).filter(|actors| *actors > 0);
        self
    }

    /// Actors that may be made in a second for clients of one address.
    pub fn actors_made_per_second_per_address(mut self, actors: u32) -> Self {
        self.actors_made_per_second_per_address = Some(actors).filter(|actors| *actors > 0);
        self
    }

    /// HTTP requests of one address in a second, including handshakes; a second's worth may come at once. Messages on a
    /// connection are not requests. Zero removes the limit, which is the default.
    pub fn requests_per_second(mut self, requests: u32) -> Self {
        self.requests_per_second = Some(requests).filter(|requests| *requests > 0);
        self
    }

    /// Whether anything is limited per address that also holds for a router.
    pub(crate) fn are_per_address(&self) -> bool {
        let counts =
            [self.connections_per_address, self.reads_in_flight_per_address, self.buffered_per_address];
        let rates = [self.actors_made_per_second_per_address, self.requests_per_second];
        counts.iter().any(|most| *most < usize::MAX) || rates.iter().any(Option::is_some)
    }
}
