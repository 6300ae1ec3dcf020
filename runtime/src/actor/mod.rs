//! The part of an actor that runs: dispatch and hooks. `#[actor]` writes the implementation.

pub(crate) mod caller;
pub(crate) mod conn;
pub(crate) mod conns;
pub(crate) mod ctx;
mod life;
pub(crate) mod options;
pub(crate) mod queue;
pub(crate) mod queue_message;
pub(crate) mod raw_socket;
pub(crate) mod schedule;
pub(crate) mod work_handle;

use std::future::Future;

use crate::{
    Body, Caller, Conn, Contract, Ctx, Fault, Mode, Options, RawSocket,
    error::faults,
    store::{LoadError, SaveError},
};

/// The action type of actor `A`.
pub type ActionOf<A> = <<A as Actor>::Contract as Contract>::Action;
/// The reply type of actor `A`.
pub type ReplyOf<A> = <ActionOf<A> as crate::Action>::Reply;
/// The connection params of actor `A`.
pub type ParamsOf<A> = <<A as Actor>::Contract as Contract>::Params;
/// The creation input of actor `A`.
pub type InputOf<A> = <<A as Actor>::Contract as Contract>::Input;

/// A stateful actor: its state is the value itself, its behaviour is dispatched from here.
///
/// `#[actor]` on an `impl` block writes this implementation; it can be written by hand. Each action is
/// dispatched by exactly one of the four `dispatch_*` functions, the one that its
/// [`ActionInfo::mode`](crate::contract::ActionInfo) names, so an implementation has only those that it needs.
///
/// What `#[actor]` writes boxes the future of each method. One by hand does well to box those that may be large: the futures of
/// the host are around it, and are moved a few times.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor] impl {Self} {{ .. }}` says what its actions are"
)]
pub trait Actor: Sized + Send + Sync + 'static {
    /// What clients see. For an annotated `impl` block it is the actor itself; for the implementation of an annotated
    /// trait `ChatRoom` it is `ChatRoomContract`.
    type Contract: Contract;

    /// What the actor remembers about each connection.
    type ConnState: Send + Sync + 'static;

    /// Whether the state lives only in memory (`#[actor(ephemeral)]`).
    const EPHEMERAL: bool = false;

    /// How actors of this type live.
    const OPTIONS: Options = Options::DEFAULT;

    /// Which of the hooks below are written.
    const HOOKS: Hooks = Hooks::NONE;

    /// The first state of a new actor. A returned fault refuses the creation.
    fn create(ctx: &Ctx<Self>, input: InputOf<Self>) -> impl Future<Output = Result<Self, Fault>> + Send;

    /// The state in its persisted form.
    fn save(&self) -> Result<Vec<u8>, SaveError>;

    /// The state back from its persisted form.
    fn load(bytes: &[u8]) -> Result<Self, LoadError>;

    /// Runs a `fn(&self)` action.
    fn dispatch_read(&self, _ctx: &Ctx<Self>, action: ActionOf<Self>) -> ReplyOf<Self> {
        misdispatched::<Self>(&action)
    }

    /// Runs a `fn(&mut self)` action.
    fn dispatch_write(&mut self, _ctx: &Ctx<Self>, action: ActionOf<Self>) -> ReplyOf<Self> {
        misdispatched::<Self>(&action)
    }

    /// Runs an `async fn(&self)` action.
    fn dispatch_read_async(
        &self,
        _ctx: &Ctx<Self>,
        action: ActionOf<Self>,
    ) -> impl Future<Output = ReplyOf<Self>> + Send {
        async move { misdispatched::<Self>(&action) }
    }

    /// Runs an `async fn(&mut self)` action.
    fn dispatch_write_async(
        &mut self,
        _ctx: &Ctx<Self>,
        action: ActionOf<Self>,
    ) -> impl Future<Output = ReplyOf<Self>> + Send {
        async move { misdispatched::<Self>(&action) }
    }

    /// `#[on_before_connect]` without `self`: asked before the actor is looked for, or made. An error refuses whoever asks.
    /// `Some` lets in, with the state of the connection, and [`before_connect`](Self::before_connect) is not asked;
    /// `None` leaves that to it.
    #[must_use]
    fn before_connect_beside(
        _caller: &Caller,
        _params: ParamsOf<Self>,
    ) -> impl Future<Output = Result<Option<Self::ConnState>, Fault>> + Send {
        async { Ok(None) }
    }

    /// `#[on_before_connect]`: makes the state of a new connection, or refuses the connection.
    fn before_connect(
        &mut self,
        ctx: &Ctx<Self>,
        params: ParamsOf<Self>,
    ) -> impl Future<Output = Result<Self::ConnState, Fault>> + Send;

    /// `#[on_connect]`: the connection is open and in the list.
    fn on_connect(
        &mut self,
        _ctx: &Ctx<Self>,
        _conn: &Conn<Self>,
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }

    /// `#[on_disconnect]`: the connection is closed and no longer in the list.
    fn on_disconnect(
        &mut self,
        _ctx: &Ctx<Self>,
        _conn: &Conn<Self>,
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }

    /// `#[on_subscribe(..)]`: whether a connection may have the event at this place of the contract's table.
    fn on_subscribe(
        &mut self,
        _ctx: &Ctx<Self>,
        _conn: &Conn<Self>,
        _event: usize,
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }

    /// `#[on_wake]`: the state is there, and nothing else has run yet in this activation.
    fn on_wake(&mut self, _ctx: &Ctx<Self>) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }

    /// `#[on_sleep]`: the last turn before the actor sleeps; what it changes is saved.
    fn on_sleep(&mut self, _ctx: &Ctx<Self>) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }

    /// `#[on_destroy]`: the last turn of all.
    fn on_destroy(&mut self, _ctx: &Ctx<Self>) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }

    /// `#[on_state_change]`: a turn has changed the state, and is about to be saved and answered. Such a turn is one that
    /// had `&mut self`: an action, called or scheduled, `ctx.turn`, and also each of the other hooks, but for
    /// `#[on_destroy]`, after which no state is left. Of an ephemeral actor, each such turn may have. A panic here takes
    /// the change back.
    fn on_state_change(&self, _ctx: &Ctx<Self>) {}

    /// An `#[on_request]` that takes `&self`.
    fn request_read(
        &self,
        _ctx: &Ctx<Self>,
        _request: http::Request<Body>,
    ) -> impl Future<Output = Result<http::Response<Body>, Fault>> + Send {
        async { Err(faults::no_request_handler()) }
    }

    /// An `#[on_request]` that takes `&mut self`.
    fn request_write(
        &mut self,
        _ctx: &Ctx<Self>,
        _request: http::Request<Body>,
    ) -> impl Future<Output = Result<http::Response<Body>, Fault>> + Send {
        async { Err(faults::no_request_handler()) }
    }

    /// An `#[on_request]` that takes no `self`.
    #[must_use]
    fn request_beside(
        _ctx: Ctx<Self>,
        _request: http::Request<Body>,
    ) -> impl Future<Output = Result<http::Response<Body>, Fault>> + Send {
        async { Err(faults::no_request_handler()) }
    }

    /// `#[on_websocket]`: runs beside the actor's turns, and keeps it awake.
    #[must_use]
    fn websocket(_ctx: Ctx<Self>, _socket: RawSocket) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Err(faults::no_socket_handler()) }
    }

    /// `#[run]`: runs beside the actor's turns while it is awake, and is cancelled when it goes to sleep.
    #[must_use]
    fn run(_ctx: Ctx<Self>) -> impl Future<Output = Result<(), Fault>> + Send {
        async { Ok(()) }
    }
}

/// Panics, for a dispatch function that was handed an action of another mode: a mistake of the macro, or of an
/// implementation by hand.
pub fn misdispatched<A: Actor>(action: &ActionOf<A>) -> ReplyOf<A> {
    use crate::Action as _;
    let info = action.info();
    unreachable!("`{}` was dispatched against its mode, {:?}", info.name, info.mode)
}

/// Which hooks an actor has, and how each borrows it; the host takes no turn for a hook that is not there.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether a hook of its own is there")]
pub struct Hooks {
    /// `#[on_before_connect]`
    pub before_connect: Option<Mode>,
    /// The same without `self`.
    pub before_connect_beside: bool,
    /// `#[on_connect]`
    pub on_connect: Option<Mode>,
    /// `#[on_disconnect]`
    pub on_disconnect: Option<Mode>,
    /// `#[on_subscribe(..)]`: the places of the events that it is asked about.
    pub on_subscribe: &'static [(usize, Mode)],
    /// `#[on_wake]`
    pub on_wake: Option<Mode>,
    /// `#[on_sleep]`
    pub on_sleep: Option<Mode>,
    /// `#[on_destroy]`
    pub on_destroy: Option<Mode>,
    /// `#[on_state_change]`
    pub on_state_change: Option<Mode>,
    /// `#[run]`
    pub run: bool,
    /// `#[on_request]`
    pub on_request: Option<RequestTurn>,
    /// `#[on_request(navigation)]`: links on other sites may lead there.
    pub navigation: bool,
    /// `#[on_websocket]`
    pub on_websocket: bool,
}

/// How an `#[on_request]` borrows its actor, which is what decides about its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestTurn {
    /// `&self`: beside other reads.
    Read,
    /// `&mut self`: alone, and saved.
    Write,
    /// No `self`: beside the actor's turns.
    Beside,
}

impl Hooks {
    /// No hook at all.
    pub const NONE: Self = Self {
        before_connect: None,
        before_connect_beside: false,
        on_connect: None,
        on_disconnect: None,
        on_subscribe: &[],
        on_wake: None,
        on_sleep: None,
        on_destroy: None,
        on_state_change: None,
        run: false,
        on_request: None,
        navigation: false,
        on_websocket: false,
    };
}
