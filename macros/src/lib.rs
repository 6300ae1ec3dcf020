//! The macros of callboard: `#[actor]`, the attributes on methods of its block, `#[derive(ActorError)]`,
//! `#[server_only]`.
//!
//! Users read about them in `callboard`, which exports them: the pages of `actor`, `ActorError` and `server_only` are
//! in `runtime/src/docs`. The docs in this file are appended to those pages, and are what an editor shows.
//!
//! A macro has four phases, and each uses only what comes before it:
//!
//! 1. **parse** (`syntax/`): tokens become syntax. Bodies of methods stay tokens, so half-typed code does no harm.
//! 2. **model** (`model/`): syntax becomes what it means: actions, events, queues, hooks, settings.
//! 3. **check** (`model/check.rs`): the parts of the model are compared with each other.
//! 4. **expand** (`expand/`): the model becomes code.
//!
//! No phase stops at an error. Errors are collected in sinks (`errors.rs` explains why), all of them are reported in
//! one compile, and what is right is generated all the same.

mod actor_error;
#[cfg(test)]
mod editing;
mod errors;
mod expand;
mod marker;
mod model;
mod server_only;
#[cfg(test)]
mod snapshots;
mod syntax;
mod type_to_string;
mod typo;

use proc_macro2::TokenStream;
use quote::quote;

use errors::{ErrorStore, Errors};
use expand::Parts;
use model::{Actor, Interface};
use syntax::{Block, Member, Options, Target};

/// # In short
///
/// `#[actor(events(A, B = "wireName"))] impl ChatRoom { .. }` makes an actor out of the block, and `ChatRoomHandle`,
/// `ChatRoomConn`, `ChatRoomListener`, `ChatRoomAction`, `ChatRoomReply` and `ChatRoomEvent`.
/// `#[actor(events(A))] trait ChatRoom { .. }` makes the same without an actor, and `ChatRoomContract`;
/// `#[actor] impl ChatRoom for Server { .. }` makes an actor of that contract.
///
/// In the block: `#[action]` any number of times; once each `#[on_create]`, `#[on_before_connect]` (and once more
/// without `self`), `#[on_connect]`, `#[on_disconnect]`, `#[on_wake]`, `#[on_sleep]`, `#[on_destroy]`,
/// `#[on_state_change]`, `#[on_migrate]`, `#[run]`, `#[on_request]`, `#[on_websocket]`; any number of times
/// `#[on_subscribe(A, B)]`, each for other events.
///
/// | argument | meaning |
/// |---|---|
/// | `events(A, path::B, C = "wireName")` | the types that the actor publishes; any type that serde carries |
/// | `events(A(slow = drop_oldest), B(slow = latest(by = field)))` | what is done with them when a client is too slow |
/// | `queues(Mail, Job -> Done = "jobs")` | the messages that the actor takes, each type in a durable queue, and their responses |
/// | `name = "wireName"` | the actor's name for clients; without it the type's name in camelCase |
/// | `ephemeral` | the state is never saved, and needs no serde |
/// | `durability = "reply"`, `"output"`, `"relaxed"` | what must be saved before the world hears of it |
/// | `save_interval = "10s"` | how often a `"relaxed"` actor is saved |
/// | `sleep_timeout = "30s"` | how long an actor stays awake without work |
/// | `action_timeout = "60s"` | how long one action may run |
/// | `hibernate` | actors may sleep while connections are open |
/// | `params = Join`, `input = NewRoom` | of a trait: what clients pass to `connect`, and when they create an actor |
/// | `vis = pub(crate)` | how visible the generated types are; without it they are `pub`, whatever the actor is |
/// | `crate = path` | where callboard is, if not at `::callboard` |
#[proc_macro_attribute]
pub fn actor(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let parts = Parts { client: cfg!(feature = "client"), server: cfg!(feature = "server") };
    expand_actor(args.into(), item.into(), parts).into()
}

/// # In short
///
/// `#[derive(Debug, thiserror::Error, ActorError)]` makes an error that clients may see, on an enum or a struct.
/// `#[actor_error(code = "..")]` gives a case another code than its name in `snake_case`, `#[actor_error(internal)]`
/// keeps it from clients; `#[actor_error(crate = path)]` on the type says where callboard is.
#[proc_macro_derive(ActorError, attributes(actor_error))]
pub fn actor_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    actor_error::derive(input.into()).into()
}

/// Exported for their docs, and for what they say where `#[actor]` is missing: inside of it they never expand.
macro_rules! markers {
    ($($(#[$docs:meta])* $name:ident;)*) => {
        $(
            $(#[$docs])*
            #[proc_macro_attribute]
            pub fn $name(_: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
                marker::misplaced(stringify!($name), &item.into()).into()
            }
        )*
    };
}

markers! {
    /// A method of an [`#[actor]`](macro@crate::actor) that clients call.
    ///
    /// ```ignore
    /// #[action]
    /// async fn send_message(&mut self, ctx: &Ctx<Self>, user_id: String, text: String) -> Result<Message, ChatError>
    /// ```
    ///
    /// - It takes `&self` (beside other reads) or `&mut self` (alone, and saved), and may be `async`.
    /// - Then, if it wants them, `ctx: &Ctx<Self>` and `conn: &Conn<Self>`, the calling connection.
    /// - Then its arguments: owned values that serde can read and write.
    /// - It returns such a value, or a `Result` of one: any type whose name ends in `Result` is taken for one.
    ///
    /// `#[action(name = "wireName")]` sets the name that clients in other languages use.
    action;

    /// Makes the first state of an [`#[actor]`](macro@crate::actor), in place of `Default`.
    ///
    /// ```ignore
    /// #[on_create]
    /// async fn create(ctx: &Ctx<Self>, input: NewRoom) -> Result<Self, ChatError>
    /// ```
    ///
    /// The context may be left out, and so may the input, which is what a client passes when it creates the actor.
    on_create;

    /// Decides about a client that wants to connect, and makes the state of its connection.
    ///
    /// ```ignore
    /// #[on_before_connect]
    /// async fn admit(&mut self, ctx: &Ctx<Self>, params: JoinParams) -> Result<Player, ChatError>
    /// ```
    ///
    /// What it returns is what `conn.state()` gives; an error refuses the connection. The params are what a client
    /// passes to `connect`. Without `self` it is asked before there is an actor, and takes `caller: &Caller` in place
    /// of the context.
    on_before_connect;

    /// A connection is open, and in the list.
    ///
    /// ```ignore
    /// #[on_connect]
    /// async fn joined(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), ChatError>
    /// ```
    on_connect;

    /// A connection is closed, and no longer in the list.
    ///
    /// ```ignore
    /// #[on_disconnect]
    /// async fn left(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>)
    /// ```
    on_disconnect;

    /// Decides whether a connection may listen to certain events of an [`#[actor]`](macro@crate::actor).
    ///
    /// ```ignore
    /// #[on_subscribe(MessageReceived, PrivateMessage)]
    /// async fn may_read(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), ChatError>
    /// ```
    ///
    /// It names one or more of the actor's events; there may be several of it, each for other events. An event that
    /// none of them names is everybody's. An error refuses the subscription, which reaches that listener alone.
    on_subscribe;

    /// The actor is awake: its state is there, and nothing else has run yet.
    ///
    /// ```ignore
    /// #[on_wake]
    /// async fn wake(&mut self, ctx: &Ctx<Self>)
    /// ```
    on_wake;

    /// The last turn before the actor sleeps; what it changes is saved.
    ///
    /// ```ignore
    /// #[on_sleep]
    /// async fn sleep(&mut self, ctx: &Ctx<Self>)
    /// ```
    on_sleep;

    /// The last turn of all.
    ///
    /// ```ignore
    /// #[on_destroy]
    /// async fn destroy(&mut self, ctx: &Ctx<Self>)
    /// ```
    on_destroy;

    /// A turn has changed the state, which is about to be saved and answered.
    ///
    /// ```ignore
    /// #[on_state_change]
    /// fn changed(&self, ctx: &Ctx<Self>)
    /// ```
    on_state_change;

    /// Makes the state out of one that an older version of the actor saved.
    ///
    /// ```ignore
    /// #[on_migrate]
    /// fn migrate(old: OldChatRoom) -> Result<Self, ChatError>
    /// ```
    ///
    /// It is called for a state that the actor's own type cannot read.
    on_migrate;

    /// A task beside the actor's turns: it runs while the actor is awake, and is cancelled when it goes to sleep.
    ///
    /// ```ignore
    /// #[run]
    /// async fn run(ctx: Ctx<Self>) -> Result<(), ChatError>
    /// ```
    ///
    /// It has no `self`, as turns go on meanwhile: it calls actions of the actor, or schedules them.
    run;

    /// Answers raw HTTP requests: those to `/gateway/{actor}/request/..`, of any method.
    ///
    /// ```ignore
    /// #[on_request]
    /// async fn serve(&mut self, ctx: &Ctx<Self>, request: http::Request<Body>) -> http::Response<Body>
    /// ```
    ///
    /// - It takes `&self` (beside other reads) or `&mut self` (alone, and saved), and may be `async`. Without `self`,
    ///   and with `ctx: Ctx<Self>`, it runs beside the turns: for bodies that take their time.
    /// - The context may be left out. The request's URI is what follows `/request`.
    /// - It returns an `http::Response<B>`, anything else that axum makes a response of, or a `Result` of one.
    /// - With `#[on_request(navigation)]` links on other sites may lead to it: such a request reaches actors that
    ///   exist.
    on_request;

    /// Carries a raw WebSocket: one that was opened at `/gateway/{actor}/websocket/..`.
    ///
    /// ```ignore
    /// #[on_websocket]
    /// async fn socket(ctx: Ctx<Self>, socket: RawSocket) -> Result<(), ChatError>
    /// ```
    ///
    /// It has no `self`, as it lasts as long as its socket, and turns go on meanwhile: it uses the state in turns of
    /// its own, `ctx.turn(|this| ..).await`. The context may be left out.
    on_websocket;
}

/// # In short
///
/// `#[server_only]` leaves an item out of client-only builds.
#[proc_macro_attribute]
pub fn server_only(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    server_only::expand(args.into(), item.into(), cfg!(feature = "server")).into()
}

fn expand_actor(args: TokenStream, item: TokenStream, parts: Parts) -> TokenStream {
    let store = ErrorStore::new();
    let generated = try_expand_actor(args, item, parts, &store.sink());
    let errors = store.into_tokens();
    quote!(#generated #errors)
}

/// Generates what it can. An item for which that is nothing is returned as it was, without our attributes.
fn try_expand_actor(args: TokenStream, item: TokenStream, parts: Parts, errors: &Errors<'_>) -> TokenStream {
    let keyword = syntax::keyword(&item);
    let generated = match &keyword {
        Some(keyword) if keyword == "trait" => interface(args, item.clone(), parts, errors),
        Some(keyword) if keyword != "impl" => {
            let help =
                "put it on the block with the actions: `impl ChatRoom { .. }`; the type itself is the state";
            errors.report(
                keyword,
                format_args!("`#[actor]` goes on an `impl` block or a trait, and this is a `{keyword}`"),
                help,
            );
            None
        }
        _ => block(args, item.clone(), parts, errors),
    };
    // No error of ours: half-typed code is returned to rustc, which reports better what is missing.
    generated.unwrap_or_else(|| syntax::without_markers(item))
}

/// `impl ChatRoom { .. }`, or `impl ChatRoom for Server { .. }`
fn block(args: TokenStream, item: TokenStream, parts: Parts, errors: &Errors<'_>) -> Option<TokenStream> {
    let mut block: Block = syn::parse2(item).ok()?;
    block.members.iter().filter_map(Member::syntax_error).cloned().for_each(|error| errors.push(error));
    let (actor, hooks) = match block.trait_.clone() {
        None => (Actor::of(&mut block, Options::parse(args, Target::Block, errors), errors)?, None),
        Some((trait_, _)) => {
            model::can_be_contract(&trait_, errors).then_some(())?;
            let options = Options::parse(args, Target::TraitImpl, errors);
            Actor::of_implementation(&mut block, trait_, options, errors)?
        }
    };
    let generated = expand::actor(&actor, parts);
    // The signature of an action is its contract with clients: whether it borrows, awaits or takes arguments by value
    // does not depend on what its body needs today.
    let kind = quote!(#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]);
    let blocks = [Some(block), hooks].into_iter().flatten().filter(|_| parts.server);
    Some(quote!(#(#kind #blocks)* #generated))
}

/// `trait ChatRoom { .. }`
fn interface(args: TokenStream, item: TokenStream, parts: Parts, errors: &Errors<'_>) -> Option<TokenStream> {
    let item: syntax::Interface = syn::parse2(item).ok()?;
    item.members.iter().filter_map(Member::syntax_error).cloned().for_each(|error| errors.push(error));
    let interface = Interface::of(item, Options::parse(args, Target::Trait, errors), errors)?;
    Some(expand::interface(&interface, parts))
}
