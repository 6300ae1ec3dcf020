//! The hooks of `impl Actor`: the table of those that exist, and a function for each.
//!
//! There is a file for each group of hooks, as in `model/hooks`. A broken hook has neither row nor function.

mod before_actor;
mod call;
mod connection;
mod create;
mod lifecycle;
mod migrate;
mod parameter;
mod raw;
mod subscribe;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Actor, Hooks};

pub(super) use create::create;
pub(super) use migrate::load;

/// The type of a connection's state: what `#[on_before_connect]` returns.
pub(super) fn conn_state(actor: &Actor) -> TokenStream {
    let Hooks { before_connect, before_actor, .. } = &actor.hooks;
    let with_self = before_connect.as_ref().map(|hook| &hook.output);
    let output = with_self.or_else(|| before_actor.as_ref().map(|check| &check.output));
    output.map_or_else(|| quote!(()), |output| output.ok(&actor.krate))
}

/// `const HOOKS`, by which the host knows which hooks exist.
pub(super) fn table(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (connection, before_actor) = (connection::rows(actor), before_actor::row(actor));
    let (subscribe, lifecycle, raw) = (subscribe::row(actor), lifecycle::rows(actor), raw::rows(actor));
    quote!(#krate::dispatch::Hooks { #connection #before_actor #subscribe #lifecycle #raw ..#krate::dispatch::Hooks::NONE })
}

/// The functions of the hooks.
pub(super) fn functions(actor: &Actor) -> TokenStream {
    let (before_connect, before_actor) = (connection::before_connect(actor), before_actor::function(actor));
    let connection = connection::functions(actor);
    let (subscribe, lifecycle, raw) =
        (subscribe::function(actor), lifecycle::functions(actor), raw::functions(actor));
    quote!(#before_connect #before_actor #connection #subscribe #lifecycle #raw)
}
