//! The macros of callboard. Their documentation is where users meet them: at `callboard::actor` and
//! `callboard::ActorError`.
//!
//! Each is a pipeline: **parse** (`syntax`) what the user wrote, make a **model** of what it means,
//! **check** the model's parts against each other, **expand** it. Mistakes are collected on the way, all of
//! them are reported at once, and what is right is generated all the same.

mod error;
mod expand;
mod marker;
mod mistakes;
mod model;
mod server_only;
#[cfg(test)]
mod snapshots;
mod syntax;
mod typo;
mod written;

use proc_macro2::TokenStream;
use quote::quote;

use expand::Parts;
use mistakes::Mistakes;
use model::Actor;
use syntax::{Block, Options};

/// Makes an actor out of the `impl` block of a struct or an enum, which is the actor's state.
///
/// ```ignore
/// #[derive(Default, Serialize, Deserialize)]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor(events(Changed))]
/// impl Counter {
///     /// Adds to the total.
///     #[action]
///     fn add(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
///         self.total += amount;
///         ctx.broadcast(&Changed { total: self.total });
///         self.total
///     }
/// }
/// ```
///
/// For a `Counter` it makes, in the same module:
///
/// - `CounterHandle` and `CounterConn`, the clients: a method for every action, with its docs;
/// - `CounterAction` and `CounterReply`, every action and every answer as a value;
/// - `CounterEvent`, every event as a value, `EventOf<Counter>` for each type that is one, and `CounterListener`, a
///   trait with a method for each;
/// - the implementations of `Contract` and `Actor`.
///
/// # Attributes inside of the block
///
/// [`#[action]`](macro@action) is a method that clients call. The others are called by the framework, each
/// at most once: [`#[on_create]`](macro@on_create), [`#[on_wake]`](macro@on_wake),
/// [`#[on_sleep]`](macro@on_sleep), [`#[on_destroy]`](macro@on_destroy),
/// [`#[on_before_connect]`](macro@on_before_connect), [`#[on_connect]`](macro@on_connect),
/// [`#[on_disconnect]`](macro@on_disconnect), [`#[on_state_change]`](macro@on_state_change),
/// [`#[on_migrate]`](macro@on_migrate), [`#[run]`](macro@run). Everything else in the block stays what it is.
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `events(A, path::B, C = "wireName")` | the types that the actor publishes; any type that serde carries |
/// | `name = "wireName"` | the actor's name for clients; without it the type's name in camelCase |
/// | `ephemeral` | the state is never saved, and needs no serde |
/// | `durability = "reply"`, `"output"`, `"relaxed"` | what must be saved before the world hears of it |
/// | `save_interval = "10s"` | how often a `"relaxed"` actor is saved |
/// | `sleep_timeout = "30s"` | how long an actor stays awake without work |
/// | `action_timeout = "60s"` | how long one action may run |
/// | `hibernate` | actors may sleep while connections are open |
/// | `vis = pub(crate)` | how visible the generated types are; without it they are `pub`, whatever the actor is |
/// | `crate = path` | where callboard is, if not at `::callboard` |
///
/// The block cannot say how visible its actor is. `pub` is right for a public actor, whose contract has to
/// be, and does no harm to a private one in a private module; `vis` keeps the clients of a private actor out of the API.
#[proc_macro_attribute]
pub fn actor(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let parts = Parts { client: cfg!(feature = "client"), server: cfg!(feature = "server") };
    expand_actor(args.into(), item.into(), parts).into()
}

/// Makes an error that clients may see out of an enum or a struct with messages.
///
/// ```ignore
/// #[derive(Debug, thiserror::Error, ActorError)]
/// enum ChatError {
///     /// Clients see the code `player_not_found`, the message, and `{"playerId": ".."}`.
///     #[error("player {player_id} is not connected")]
///     PlayerNotFound { player_id: String },
///     /// Clients see `internal_error`, and the log sees the rest.
///     #[error(transparent)]
///     #[actor_error(internal)]
///     Database(#[from] DatabaseError),
/// }
/// ```
///
/// The code is the variant's name in `snake_case`, or `#[actor_error(code = "..")]`. The fields travel as
/// metadata: named ones as an object, with names in camelCase; a single unnamed one as itself; several as a list.
/// `#[actor_error(crate = path)]` on the type says where callboard is.
#[proc_macro_derive(ActorError, attributes(actor_error))]
pub fn actor_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    error::derive(input.into()).into()
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
    /// What it returns is what `conn.state()` gives; an error refuses the connection. The params are what a
    /// client passes to `connect`.
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

    /// Raw HTTP requests to the actor. Not in this version yet.
    on_request;

    /// Raw WebSocket connections to the actor. Not in this version yet.
    on_websocket;
}

/// Leaves an item out of client-only builds.
#[proc_macro_attribute]
pub fn server_only(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    server_only::expand(args.into(), item.into(), cfg!(feature = "server")).into()
}

fn expand_actor(args: TokenStream, item: TokenStream, parts: Parts) -> TokenStream {
    let mistakes = Mistakes::new();
    let generated = try_expand_actor(args, item, parts, &mistakes);
    let errors = mistakes.into_tokens();
    quote!(#generated #errors)
}

/// Writes what can be written; what cannot goes back as it was, without our attributes.
fn try_expand_actor(args: TokenStream, item: TokenStream, parts: Parts, mistakes: &Mistakes) -> TokenStream {
    if let Some(keyword) = syntax::foreign_keyword(&item) {
        let help =
            "put it on the block with the actions: `impl ChatRoom { .. }`; the type itself is the state";
        mistakes.at(
            &keyword,
            format_args!("`#[actor]` goes on an `impl` block, and this is a `{keyword}`"),
            help,
        );
        return syntax::without_markers(item);
    }
    // Half-typed code is on its way back to rustc, which says better what is missing.
    let Ok(mut block) = syn::parse2::<Block>(item.clone()) else {
        return syntax::without_markers(item);
    };
    block.syntax_errors().cloned().for_each(|error| mistakes.push(error));
    let options = Options::parse(args, mistakes);
    let Some(actor) = Actor::of(&mut block, options, mistakes) else {
        return syntax::without_markers(item);
    };
    let generated = expand::expand(&actor, parts);
    // How an action borrows its actor, and whether it awaits, is the actor's promise to its clients, not its body's
    // business; and its arguments are moved because they come from elsewhere.
    let kind = quote!(#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]);
    let block = parts.server.then(|| quote!(#kind #block));
    quote!(#block #generated)
}
