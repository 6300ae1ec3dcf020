//! The listener trait: a method for every event.

use proc_macro2::TokenStream;
use quote::quote;

use super::span::local;
use crate::model::{Actor, Event, Names};

/// `trait ChatRoomListener`; nothing for an actor without events.
pub(super) fn item(actor: &Actor) -> Option<TokenStream> {
    let vis = &actor.vis;
    let Names { actor: name, listener, conn, .. } = &actor.names;
    let docs = format!(" Listens to every event of [`{name}`], see [`{conn}::listen`]. Made by `#[actor]`.");
    let event = local("event");
    let methods = actor.events.iter().map(|Event { method, wire, ty, cfgs, .. }| {
        let docs = format!(" The event `{wire}`.");
        quote!(#(#cfgs)* #[doc = #docs] fn #method(&mut self, #event: #ty);)
    });
    (!actor.events.is_empty()).then(|| {
        quote! {
            #[doc = #docs]
            #[allow(dead_code, unreachable_pub, private_interfaces)]
            #vis trait #listener: ::core::marker::Send + 'static {
                #(#methods)*
            }
        }
    })
}

/// `fn listen` of the connection.
pub(super) fn listen(actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let Names { listener: name, event: event_type, .. } = &actor.names;
    let (listener, event) = (local("listener"), local("event"));
    let arms = actor.events.iter().map(|Event { variant, method, cfgs, .. }| {
        quote!(#(#cfgs)* #event_type::#variant(#event) => #name::#method(&mut #listener, #event),)
    });
    (!actor.events.is_empty()).then(|| {
        quote! {
            /// Runs a method of `listener` for every event, in the order sent.
            pub fn listen(&self, mut #listener: impl #name) -> #krate::Subscription {
                self.0.on_any(move |#event| match #event { #(#arms)* })
            }
        }
    })
}
