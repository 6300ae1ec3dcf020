//! The contract: what clients see of the actor.

use proc_macro2::TokenStream;
use quote::quote;

use super::Parts;
use crate::model::{Actor, Names};

/// `impl Contract for ChatRoom`
pub(super) fn item(actor: &Actor, parts: Parts) -> TokenStream {
    let Actor { krate, ty, wire, .. } = actor;
    let Names { action, event, handle, conn, .. } = &actor.names;
    let params = actor.params().cloned().unwrap_or_else(|| quote!(()));
    let input = actor.input().cloned().unwrap_or_else(|| quote!(()));
    let clients = parts.client.then(|| {
        quote! {
            type Handle = #handle;
            type Connection = #conn;
        }
    });
    let docs = format!(" What clients see of [`{}`]. Made by `#[actor]`.", actor.names.actor);
    quote! {
        #[doc = #docs]
        impl #krate::Contract for #ty {
            const NAME: &'static str = #wire;
            type Action = #action;
            type Event = #event;
            type Params = #params;
            type Input = #input;
            #clients
        }
    }
}
