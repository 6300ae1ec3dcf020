//! What an actor promises its clients: its name, its actions, its events, its queues. All of it is data.

pub(crate) mod action;
pub(crate) mod event;
pub(crate) mod id;
pub(crate) mod key;
pub(crate) mod payload;
pub(crate) mod queue;

pub use self::{
    action::{Action, NeedsConn, Reply},
    event::{Event, EventOf},
    id::{ActorId, ConnId, InvalidId},
    key::Key,
    payload::Payload,
    queue::{QueueInfo, QueueOf},
};

/// What a call of contract `C` is answered with.
#[cfg(feature = "client")]
pub(crate) type ReplyOf<C> = <<C as Contract>::Action as Action>::Reply;

/// The public face of an actor, the part that a client needs: names, actions, events, queues, and the types that
/// travel. `#[actor]` writes it; it can be written by hand.
///
/// A contract is shared by server and clients, so it exists in client-only builds too, where
/// [`Actor`](crate::Actor) (the part that runs) does not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor] impl {Self} {{ .. }}` says what its actions are"
)]
pub trait Contract: Sized + Send + Sync + 'static {
    /// The actor's name on the wire, by which clients address it: `chatRoom`.
    const NAME: &'static str;

    /// Every action as a value, one variant each.
    type Action: Action;

    /// Every event as a value, one variant each.
    type Event: Event;

    /// Every queue, in the order listed.
    const QUEUES: &'static [QueueInfo] = &[];

    /// What a client passes to `connect`; `()` where the actor asks for nothing.
    type Params: Payload + Sync;

    /// What a client passes when it creates an actor; `()` where the actor asks for nothing.
    type Input: Payload;

    /// The generated stateless client, a thin wrapper around [`Handle<Self>`](crate::Handle).
    #[cfg(feature = "client")]
    type Handle: From<crate::Handle<Self>>;

    /// The generated connected client, a thin wrapper around [`Connection<Self>`](crate::Connection).
    #[cfg(feature = "client")]
    type Connection: From<crate::Connection<Self>>;
}

/// What an actor is made from that asks for nothing: `()`. [`Client::get_or_create`](crate::Client::get_or_create) and
/// [`Client::create`](crate::Client::create) make such actors and no others.
#[cfg(feature = "client")]
#[diagnostic::on_unimplemented(
    message = "an actor that is made from `{Self}` cannot be made from nothing",
    label = "its `#[on_create]` asks for an input",
    note = "pass one with `get_or_create_with(key, input)` or `create_with(key, input)`; `get(key)` makes no actor"
)]
pub trait NoInput {}

#[cfg(feature = "client")]
impl NoInput for () {}

/// What is known about one action: its row in the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionInfo {
    /// Its name on the wire: `sendMessage`.
    pub name: &'static str,
    /// The method it came from: `send_message`.
    pub method: &'static str,
    /// Its arguments, in order; the context is not one of them.
    pub args: &'static [ArgInfo],
    /// The type it answers with, as written; empty for `()`.
    pub output: &'static str,
    /// How it borrows the actor, and whether it awaits.
    pub mode: Mode,
    /// Whether it asks for the calling connection (`conn: &Conn<Self>`), and so cannot be called without one.
    pub needs_conn: bool,
}

impl ActionInfo {
    /// A row of the table. Generated code calls it; the fields are public to read.
    #[must_use]
    pub const fn new(
        name: &'static str,
        method: &'static str,
        args: &'static [ArgInfo],
        output: &'static str,
        mode: Mode,
    ) -> Self {
        Self { name, method, args, output, mode, needs_conn: false }
    }

    /// The same row, for an action that asks for the calling connection.
    #[must_use]
    pub const fn with_conn(self) -> Self {
        Self { needs_conn: true, ..self }
    }
}

/// One argument of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArgInfo {
    /// Its name on the wire: `userId`.
    pub name: &'static str,
    /// Its Rust type, as written.
    pub ty: &'static str,
}

impl ArgInfo {
    /// An argument of this name and type.
    #[must_use]
    pub const fn new(name: &'static str, ty: &'static str) -> Self {
        Self { name, ty }
    }
}

/// How an action borrows its actor, which is what decides about its turn, and whether it awaits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `fn(&self)`: beside other reads, at once.
    Read,
    /// `async fn(&self)`: beside other reads.
    ReadAsync,
    /// `fn(&mut self)`: alone, at once.
    Write,
    /// `async fn(&mut self)`: alone, its awaits included.
    WriteAsync,
}

impl Mode {
    /// Whether the action has the actor to itself (`&mut self`).
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        matches!(self, Self::Write | Self::WriteAsync)
    }

    /// Whether the action may await.
    #[must_use]
    pub const fn is_async(self) -> bool {
        matches!(self, Self::ReadAsync | Self::WriteAsync)
    }
}

/// What is known about one event: its row in the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventInfo {
    /// Its name on the wire: `messageReceived`.
    pub name: &'static str,
    /// Its payload's Rust type, as written.
    pub payload: &'static str,
    /// What becomes of it when a client does not keep up.
    pub slow: SlowConsumer,
}

impl EventInfo {
    /// A row of the table.
    #[must_use]
    pub const fn new(name: &'static str, payload: &'static str) -> Self {
        Self { name, payload, slow: SlowConsumer::Disconnect }
    }

    /// The same row, for an event that has its own way with slow consumers.
    #[must_use]
    pub const fn with_slow(self, slow: SlowConsumer) -> Self {
        Self { slow, ..self }
    }
}

/// What becomes of an event when a client does not keep up: its socket takes no more, and as much waits for it as
/// [`Limits`](crate::Limits) grant. Of values whose latest is kept, no other waits once its socket has been full for a
/// quarter of a second.
///
/// Until then everybody gets everything. `events(Moved(slow = latest(by = player_id)))` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SlowConsumer {
    /// The connection is closed, unless other events can be dropped for it. Its client comes back and begins anew.
    Disconnect,
    /// The oldest that wait are dropped, those of other events that say so included.
    DropOldest,
    /// Of those that wait the latest is kept.
    Latest,
    /// Of those that wait the latest of each key is kept, the key being this field.
    LatestBy(&'static str),
}

#[cfg(feature = "server")]
impl SlowConsumer {
    /// Whether a later event takes the place of one that waits.
    pub(crate) fn keeps_latest(self) -> bool {
        matches!(self, Self::Latest | Self::LatestBy(_))
    }
}

/// A row of a contract's table.
pub(crate) trait Row {
    /// Its name on the wire.
    fn name(&self) -> &'static str;
}

impl Row for EventInfo {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Row for QueueInfo {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Row for &'static ActionInfo {
    fn name(&self) -> &'static str {
        self.name
    }
}

/// The place in a contract's table of what has this name on the wire.
pub(crate) fn position_of(table: &[impl Row], name: &str) -> Option<usize> {
    table.iter().position(|row| row.name() == name)
}

/// The wire name of event `E` of contract `C`.
#[must_use]
pub fn event_name<C: Contract, E: EventOf<C>>() -> &'static str {
    C::Event::TABLE[E::INDEX].name
}
