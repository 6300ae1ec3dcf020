//! The phase **expand**: the code that is generated from a model. It cannot fail: everything that can be wrong was
//! reported before.
//!
//! What is generated is tables and one-line functions; generic functions of the runtime (`callboard::__private`) do the
//! work. So most changes to how an actor behaves need no change here. A file generates one thing, mostly one item:
//!
//! - for everybody: the enums of actions, replies and events, `impl Contract`;
//! - for clients: `..Handle`, `..Conn`, `..Listener`;
//! - for servers: `impl Actor`, with `dispatch` and `hooks`.
//!
//! Paths in generated code are absolute (`::core::..`, `#krate::..`), as a user may have a type called `Result`. Local
//! variables are made by `span::local`, so that they do not clash with the user's names. Where an error about generated
//! code is the user's to mend, such as a type that serde cannot write, the code has the span of what the user wrote.

mod action;
mod client;
mod contract;
mod decode;
mod dispatch;
mod event;
mod hooks;
mod interface;
mod listener;
mod options;
mod parts;
mod position;
mod queue;
mod reply;
mod server;
mod span;
mod variants;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use crate::model::{Actor, Contract, Interface, Source};

pub(crate) use parts::Parts;

/// Everything that is generated for an actor. The user's own block is not in it.
pub(crate) fn actor(actor: &Actor, parts: Parts) -> TokenStream {
    let running = parts.server.then(|| server::item(actor));
    let items = match &actor.source {
        Source::Block(contract) => contract_items(contract, running, parts),
        Source::Trait(_) => running.into_iter().collect(),
    };
    conditional(&actor.cfgs, items)
}

/// Everything that is generated for a contract that is a trait, the trait itself included.
pub(crate) fn interface(interface: &Interface, parts: Parts) -> TokenStream {
    let mut items = vec![interface::marker(interface)];
    if parts.server {
        items.push(interface::item(interface));
    }
    let running = parts.server.then(|| interface::dispatch(interface));
    items.extend(contract_items(&interface.contract, running, parts));
    conditional(&interface.contract.cfgs, items)
}

/// The contract and the clients; `running` goes between the two.
fn contract_items(contract: &Contract, running: Option<TokenStream>, parts: Parts) -> Vec<TokenStream> {
    let mut items = Vec::new();
    items.extend(action::items(contract));
    items.extend(reply::items(contract));
    items.extend(event::items(contract));
    items.extend(queue::items(contract));
    items.push(contract::item(contract, parts));
    items.extend(running);
    if parts.client {
        items.extend(client::items(contract));
        items.extend(listener::item(contract));
    }
    items
}

fn conditional(cfgs: &[Attribute], items: Vec<TokenStream>) -> TokenStream {
    items.into_iter().map(|item| quote!(#(#cfgs)* #item)).collect()
}
