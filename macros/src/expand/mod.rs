//! expand: tables and one-liners out of a model. It cannot fail; generic functions of the runtime do the work.

mod action;
mod choice;
mod client;
mod contract;
mod dispatch;
mod event;
mod hooks;
mod life;
mod listener;
mod raw;
mod reply;
mod server;
mod span;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Actor;

/// Which parts of an actor are written, besides its contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) client: bool,
    pub(crate) server: bool,
}

/// Everything that is generated for an actor. The user's own block is not in it.
pub(crate) fn expand(actor: &Actor, parts: Parts) -> TokenStream {
    let mut items = Vec::new();
    items.extend(action::items(actor));
    items.extend(reply::items(actor));
    items.extend(event::items(actor));
    items.push(contract::item(actor, parts));
    if parts.server {
        items.push(server::item(actor));
    }
    if parts.client {
        items.extend(client::items(actor));
        items.extend(listener::item(actor));
    }
    let cfgs = &actor.cfgs;
    items.into_iter().map(|item| quote!(#(#cfgs)* #item)).collect()
}
